#include "feat2vec/tables/input.h"

#include <arrow/buffer.h>
#include <arrow/io/compressed.h>
#include <arrow/io/memory.h>
#include <arrow/util/compression.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <memory>
#include <optional>

#include "feat2vec/error.h"
#include "feat2vec/printable.h"

namespace feat2vec::tables {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t kChunkBytes = std::size_t{1} << 20U;

/// Closes a file descriptor that it opened.
class OpenFile {
 public:
  explicit OpenFile(const std::string& path)
      : descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  ~OpenFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
};

[[noreturn]] void fail(const std::string& name, std::string_view expected,
                       std::string_view received) {
  throw Error(shown_path(name) + ": expected " + std::string(expected) + ", received " +
              std::string(received));
}

std::string read_all(int descriptor, const std::string& name) {
  std::string bytes;
  while (true) {
    const std::size_t size = bytes.size();
    bytes.resize(size + kChunkBytes);
    const ssize_t count = ::read(descriptor, bytes.data() + size, kChunkBytes);
    if (count < 0 && errno != EINTR) fail(name, "a readable file", std::strerror(errno));
    bytes.resize(size + static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    if (count == 0) return bytes;
  }
}

std::string read_file(const std::string& path) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) fail(path, "a file", "a folder");
  const OpenFile file(path);
  if (file.descriptor() < 0) fail(path, "a readable file", std::strerror(errno));
  return read_all(file.descriptor(), path);
}

std::optional<arrow::Compression::type> compression_of(std::string_view bytes) {
  if (bytes.starts_with("\x1f\x8b"sv)) return arrow::Compression::GZIP;
  if (bytes.starts_with("\x28\xb5\x2f\xfd"sv)) return arrow::Compression::ZSTD;
  return std::nullopt;
}

template <typename T>
T decompressed(arrow::Result<T> result, const Input& input) {
  if (!result.ok()) {
    fail(input.name, "whole compressed data and nothing after it",
         in_quotes(result.status().message(), 200));
  }
  return std::move(result).ValueUnsafe();
}

std::string decompress(const Input& input, arrow::Compression::type compression) {
  const auto codec = decompressed(arrow::util::Codec::Create(compression), input);
  const auto stream =
      decompressed(arrow::io::CompressedInputStream::Make(
                       codec.get(), std::make_shared<arrow::io::BufferReader>(arrow::Buffer::Wrap(
                                        input.bytes.data(), input.bytes.size()))),
                   input);
  std::string bytes;
  while (true) {
    const std::size_t size = bytes.size();
    bytes.resize(size + kChunkBytes);
    const std::int64_t count = decompressed(
        stream->Read(static_cast<std::int64_t>(kChunkBytes), bytes.data() + size), input);
    bytes.resize(size + static_cast<std::size_t>(count));
    if (count == 0) return bytes;
  }
}

std::optional<InputKind> kind_by_content(std::string_view bytes) {
  if (bytes.starts_with("PAR1")) return InputKind::kParquet;
  if (bytes.starts_with("ARROW1")) return InputKind::kArrowFile;
  if (bytes.starts_with("\xff\xff\xff\xff"sv)) return InputKind::kArrowStream;
  return std::nullopt;
}

bool looks_like_json(std::string_view bytes) {
  constexpr std::string_view kBlanks = " \t\r\n";
  std::size_t start = bytes.find_first_not_of(kBlanks);
  if (start == std::string_view::npos) return false;
  if (bytes[start] == '[') start = bytes.find_first_not_of(kBlanks, start + 1);
  if (start == std::string_view::npos || bytes[start] != '{') return false;
  const std::size_t key = bytes.find_first_not_of(kBlanks, start + 1);
  return key != std::string_view::npos && (bytes[key] == '"' || bytes[key] == '}');
}

InputKind kind_of(const Input& input) {
  if (const auto kind = kind_by_content(input.bytes)) return *kind;
  const std::string extension = extension_of(input.name);
  const auto is_one_of = [&](auto... names) { return ((extension == names) || ...); };
  if (is_one_of("parquet", "pq")) fail(input.name, "a Parquet file", "other content");
  if (is_one_of("arrow", "feather", "ipc")) fail(input.name, "an Arrow file", "other content");
  if (is_one_of("json", "jsonl", "ndjson")) return InputKind::kJson;
  if (is_one_of("csv", "tsv", "txt", "dat", "data")) return InputKind::kDelimited;
  return looks_like_json(input.bytes) ? InputKind::kJson : InputKind::kDelimited;
}

}  // namespace

std::string extension_of(std::string_view name) {
  std::filesystem::path path{std::string(name)};
  const auto lower = [&] {
    std::string text = path.extension().string();
    std::transform(text.begin(), text.end(), text.begin(), [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return text;
  };
  if (const std::string last = lower(); last == ".gz" || last == ".zst") path = path.stem();
  const std::string extension = lower();
  return extension.empty() ? extension : extension.substr(1);
}

Input read_input(const std::string& path) {
  Input input;
  input.name = path == "-" ? "stdin" : path;
  input.bytes = path == "-" ? read_all(STDIN_FILENO, input.name) : read_file(path);
  if (const auto compression = compression_of(input.bytes)) {
    input.bytes = decompress(input, *compression);
  }
  if (input.bytes.empty()) fail(input.name, "a table", "an empty file");
  if (input.bytes.starts_with("\xff\xfe"sv) || input.bytes.starts_with("\xfe\xff"sv)) {
    fail(input.name, "UTF-8 text", "UTF-16 text (its byte order mark)");
  }
  constexpr std::string_view kUtf8Mark = "\xef\xbb\xbf";
  if (input.bytes.starts_with(kUtf8Mark)) input.bytes.erase(0, kUtf8Mark.size());
  input.kind = kind_of(input);
  return input;
}

}  // namespace feat2vec::tables
