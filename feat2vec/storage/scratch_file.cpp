#include "feat2vec/storage/scratch_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <utility>

#include "feat2vec/storage/file_error.h"

namespace feat2vec::storage {
namespace {

/// Calls `move(data, size, offset)`, which moves some bytes and says how many, until all are moved.
template <class Byte, class Move>
void move_all(const std::string& folder, Byte* data, std::size_t size, std::size_t offset,
              const Move& move) {
  while (size > 0) {
    const ssize_t moved = move(data, size, static_cast<off_t>(offset));
    if (moved < 0 && errno == EINTR) continue;
    if (moved <= 0)
      throw file_error(folder, "room for a file that can be read again",
                       std::string("\"") + std::strerror(moved < 0 ? errno : EIO) + "\"");
    data += moved;
    size -= static_cast<std::size_t>(moved);
    offset += static_cast<std::size_t>(moved);
  }
}

}  // namespace

ScratchFile::ScratchFile(const std::string& folder) : folder_(folder) {
#ifdef O_TMPFILE
  constexpr mode_t kOwner = 0600;
  descriptor_ = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, kOwner);
  if (descriptor_ >= 0) return;
#endif
  // Not every file system has files without a name.
  std::string name = (std::filesystem::path(folder) / ".feat2vec-XXXXXX").string();
  descriptor_ = ::mkostemp(name.data(), O_CLOEXEC);
  if (descriptor_ < 0)
    throw file_error(folder, "a folder that can be written to",
                     std::string("\"") + std::strerror(errno) + "\"");
  if (::unlink(name.c_str()) != 0) {
    const int reason = errno;
    ::close(descriptor_);
    throw file_error(folder, "a folder whose files can be removed",
                     std::string("\"") + std::strerror(reason) + "\"");
  }
}

ScratchFile::ScratchFile(ScratchFile&& other) noexcept
    : folder_(std::move(other.folder_)), descriptor_(std::exchange(other.descriptor_, -1)) {}

ScratchFile::~ScratchFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void ScratchFile::write(const void* data, std::size_t size, std::size_t offset) {
  move_all(folder_, static_cast<const char*>(data), size, offset,
           [this](const char* from, std::size_t bytes, off_t at) {
             return ::pwrite(descriptor_, from, bytes, at);
           });
}

void ScratchFile::read(void* data, std::size_t size, std::size_t offset) const {
  move_all(folder_, static_cast<char*>(data), size, offset,
           [this](char* to, std::size_t bytes, off_t at) {
             return ::pread(descriptor_, to, bytes, at);
           });
}

}  // namespace feat2vec::storage
