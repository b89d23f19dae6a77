#include "feat2vec/storage/atomic_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include "feat2vec/storage/file_error.h"

namespace feat2vec::storage {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kBufferSize = std::size_t{1} << 20U;
constexpr mode_t kMode = 0666;  // less what the user's umask takes away

[[noreturn]] void fail(const std::string& path, std::string_view expected, int error) {
  throw file_error(path, expected, std::string("\"") + std::strerror(error) + "\"");
}

fs::path folder_of(const fs::path& path) {
  const fs::path folder = path.parent_path();
  return folder.empty() ? fs::path(".") : folder;
}

/// Where links lead that `path` may be: the file to write, though it may not be there yet.
fs::path target_of(const std::string& path) {
  constexpr int kMostLinks = 40;  // as the system follows
  fs::path target(path);
  for (int links = 0; links < kMostLinks; ++links) {
    std::error_code no_link;
    const fs::path next = fs::read_symlink(target, no_link);
    if (no_link) return target;
    target = target.parent_path() / next;
  }
  throw file_error(path, "a file to write", "links that lead nowhere");
}

std::string temporary_prefix(const fs::path& target) {
  return "." + target.filename().string() + ".tmp-";
}

std::string temporary_path(const fs::path& target) {
  return (folder_of(target) / (temporary_prefix(target) + std::to_string(::getpid()))).string();
}

bool is_dead(std::string_view process) {
  pid_t id = 0;
  const auto [end, error] = std::from_chars(process.data(), process.data() + process.size(), id);
  if (error != std::errc() || end != process.data() + process.size() || id <= 0) return false;
  return ::kill(id, 0) != 0 && errno == ESRCH;
}

/// Removes the temporary files of `target` whose writers are gone. What cannot be removed stays.
void remove_leftovers_of(const fs::path& target) {
  const std::string prefix = temporary_prefix(target);
  std::error_code ignored;
  for (fs::directory_iterator entry(folder_of(target), ignored), end; !ignored && entry != end;
       entry.increment(ignored)) {
    const std::string name = entry->path().filename().string();
    if (!name.starts_with(prefix) || !is_dead(std::string_view(name).substr(prefix.size()))) {
      continue;
    }
    std::error_code unlink_error;
    fs::remove(entry->path(), unlink_error);
  }
}

void check_target(const std::string& path) {
  if (fs::path(path).filename().empty()) {
    throw file_error(path, "the name of a file to write", "no file name");
  }
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return;
  if (S_ISDIR(status.st_mode)) throw file_error(path, "a file to write", "a folder");
  if (!S_ISREG(status.st_mode)) throw file_error(path, "a file to write", "a special file");
}

}  // namespace

void remove_leftovers(const std::string& path) { remove_leftovers_of(target_of(path)); }

AtomicFile::AtomicFile(std::string path) : path_(std::move(path)) {
  check_target(path_);
  const fs::path target = target_of(path_);
  target_ = target.string();
  remove_leftovers_of(target);
  temporary_ = temporary_path(target);
  descriptor_ =
      ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, kMode);
  if (descriptor_ < 0) fail(path_, "a folder that can be written to", errno);
}

AtomicFile::~AtomicFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void AtomicFile::write(const void* data, std::size_t size) {
  const char* bytes = static_cast<const char*>(data);
  if (buffer_.size() + size > kBufferSize) flush();
  if (size >= kBufferSize) {
    write_through(bytes, size);
  } else {
    buffer_.append(bytes, size);
  }
}

void AtomicFile::flush() {
  write_through(buffer_.data(), buffer_.size());
  buffer_.clear();
}

void AtomicFile::write_through(const char* data, std::size_t size) {
  while (size > 0) {
    const ssize_t written = ::write(descriptor_, data, size);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail(path_, "room to write it", errno);
    data += written;
    size -= static_cast<std::size_t>(written);
  }
}

void AtomicFile::commit() {
  flush();
  if (::fsync(descriptor_) != 0) fail(path_, "room to write it", errno);
  const int closed = ::close(std::exchange(descriptor_, -1));
  if (closed != 0) fail(path_, "room to write it", errno);
  if (::rename(temporary_.c_str(), target_.c_str()) != 0) {
    fail(path_, "a file that can be replaced", errno);
  }
  temporary_.clear();
  // From here on the file is there, whole. A folder that cannot be flushed changes nothing about it.
  const int folder = ::open(folder_of(target_).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return;
  ::fsync(folder);
  ::close(folder);
}

void check_writable(const std::string& path) {
  check_target(path);
  const fs::path target = target_of(path);
  const fs::path folder = folder_of(target);
  struct stat status {};
  if (::stat(folder.c_str(), &status) != 0) {
    fail(path, "a folder " + folder.string(), errno);
  }
  if (!S_ISDIR(status.st_mode)) {
    throw file_error(path, "a folder " + folder.string(), "something that is not a folder");
  }
  if (::access(folder.c_str(), W_OK | X_OK) != 0) {
    fail(path, "a folder that can be written to", errno);
  }
  if (::lstat(temporary_path(target).c_str(), &status) != 0 && errno == ENAMETOOLONG) {
    fail(path, "a name with room for .NAME.tmp-PID beside it", errno);
  }
}

}  // namespace feat2vec::storage
