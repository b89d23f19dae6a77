#include "feat2vec/tables/byte_stream.h"

#include <arrow/buffer.h>
#include <arrow/io/compressed.h>
#include <arrow/util/compression.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include "feat2vec/error.h"
#include "feat2vec/printable.h"

namespace feat2vec::tables {
namespace {

using namespace std::string_view_literals;

Error unreadable(const std::string& name, std::string_view expected, std::string_view received) {
  return Error(shown_path(name) + ": expected " + std::string(expected) + ", received " +
               std::string(received));
}

/// A file descriptor as Arrow reads it. What it begins with can be looked at before.
class FileStream : public arrow::io::InputStream {
 public:
  FileStream(int descriptor, bool owned) : descriptor_(descriptor), owned_(owned) {}
  ~FileStream() override {
    if (owned_) ::close(descriptor_);
  }

  /// The first bytes, up to `size`. REQUIRES: nothing was read.
  arrow::Result<std::string_view> start(std::size_t size) {
    start_.resize(size);
    std::size_t held = 0;
    while (held < size) {
      ARROW_ASSIGN_OR_RAISE(const std::size_t got, read(start_.data() + held, size - held));
      if (got == 0) break;
      held += got;
    }
    start_.resize(held);
    return start_;
  }

  arrow::Result<std::int64_t> Read(std::int64_t size, void* out) override {
    const std::size_t kept =
        std::min(start_.size() - start_position_, static_cast<std::size_t>(size));
    if (kept > 0) {
      std::memcpy(out, start_.data() + start_position_, kept);
      start_position_ += kept;
      return static_cast<std::int64_t>(kept);
    }
    ARROW_ASSIGN_OR_RAISE(const std::size_t got, read(out, static_cast<std::size_t>(size)));
    return static_cast<std::int64_t>(got);
  }
  arrow::Result<std::shared_ptr<arrow::Buffer>> Read(std::int64_t size) override {
    ARROW_ASSIGN_OR_RAISE(auto buffer, arrow::AllocateResizableBuffer(size));
    ARROW_ASSIGN_OR_RAISE(const std::int64_t got, Read(size, buffer->mutable_data()));
    ARROW_RETURN_NOT_OK(buffer->Resize(got));
    return std::shared_ptr<arrow::Buffer>(std::move(buffer));
  }
  arrow::Status Close() override { return arrow::Status::OK(); }
  arrow::Result<std::int64_t> Tell() const override {
    return arrow::Status::NotImplemented("Tell");
  }
  bool closed() const override { return false; }

 private:
  arrow::Result<std::size_t> read(void* out, std::size_t size) const {
    while (true) {
      const ssize_t got = ::read(descriptor_, out, size);
      if (got >= 0) return static_cast<std::size_t>(got);
      if (errno != EINTR) return arrow::Status::IOError(std::strerror(errno));
    }
  }

  int descriptor_;
  bool owned_;
  std::string start_;
  std::size_t start_position_ = 0;
};

std::shared_ptr<FileStream> open_file(const std::string& path) {
  if (path == "-") return std::make_shared<FileStream>(STDIN_FILENO, /*owned=*/false);
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) throw unreadable(path, "a file", "a folder");
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0)
    throw unreadable(path, "a file that can be read",
                     std::string("\"") + std::strerror(errno) + "\"");
  return std::make_shared<FileStream>(descriptor, /*owned=*/true);
}

std::optional<arrow::Compression::type> compression_of(std::string_view bytes) {
  if (bytes.starts_with("\x1f\x8b"sv)) return arrow::Compression::GZIP;
  if (bytes.starts_with("\x28\xb5\x2f\xfd"sv)) return arrow::Compression::ZSTD;
  return std::nullopt;
}

template <typename T>
T value_of(arrow::Result<T> result, const std::string& name, bool is_compressed) {
  if (result.ok()) return std::move(result).ValueUnsafe();
  const std::string& message = result.status().message();
  if (!is_compressed) throw unreadable(name, "a readable file", message);
  throw unreadable(name, "whole compressed data and nothing after it", in_quotes(message, 200));
}

}  // namespace

ByteStream::ByteStream(const std::string& path) : name_(path == "-" ? "stdin" : path) {
  constexpr std::size_t kMagicBytes = 4;
  const std::shared_ptr<FileStream> file = open_file(path);
  const auto compression = compression_of(value_of(file->start(kMagicBytes), name_, false));
  stream_ = file;
  if (!compression) return;
  is_compressed_ = true;
  std::shared_ptr<arrow::util::Codec> codec =
      value_of(arrow::util::Codec::Create(*compression), name_, true);
  stream_ = value_of(arrow::io::CompressedInputStream::Make(codec.get(), file), name_, true);
  codec_ = std::move(codec);
}

std::size_t ByteStream::append(std::string& bytes, std::size_t size) {
  const std::size_t before = bytes.size();
  bytes.resize(before + size);
  const auto got = static_cast<std::size_t>(
      value_of(stream_->Read(static_cast<std::int64_t>(size), bytes.data() + before), name_,
               is_compressed_));
  bytes.resize(before + got);
  return got;
}

}  // namespace feat2vec::tables
