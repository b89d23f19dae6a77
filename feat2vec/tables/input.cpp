#include "feat2vec/tables/input.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "feat2vec/error.h"
#include "feat2vec/printable.h"

namespace feat2vec::tables {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t kChunkBytes = std::size_t{1} << 20U;

[[noreturn]] void fail(const std::string& name, std::string_view expected,
                       std::string_view received) {
  throw Error(shown_path(name) + ": expected " + std::string(expected) + ", received " +
              std::string(received));
}

/// Of a model: the length of a header in 8 bytes, then its JSON.
bool looks_like_a_model(std::string_view bytes) {
  constexpr std::size_t kLengthBytes = 8;
  return bytes.size() > kLengthBytes &&
         bytes.substr(kLengthBytes).starts_with("{\"__metadata__\"") &&
         bytes.substr(0, kLengthBytes).find('\0') != std::string_view::npos;
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

/// Of the input called `name` that starts with `bytes`.
InputKind kind_of(const std::string& name, std::string_view bytes) {
  if (const auto kind = kind_by_content(bytes)) return *kind;
  const std::string extension = extension_of(name);
  const auto is_one_of = [&](auto... names) { return ((extension == names) || ...); };
  if (is_one_of("parquet", "pq")) fail(name, "a Parquet file", "other content");
  if (is_one_of("arrow", "feather", "ipc")) fail(name, "an Arrow file", "other content");
  if (is_one_of("json", "jsonl", "ndjson")) return InputKind::kJson;
  if (is_one_of("csv", "tsv", "txt", "dat", "data")) return InputKind::kDelimited;
  return looks_like_json(bytes) ? InputKind::kJson : InputKind::kDelimited;
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

Input::Input(const std::string& path) : path_(path), name_(path == "-" ? "stdin" : path) {
  start();
  if (start_.empty()) fail(name_, "a table", "an empty file");
  if (start_.starts_with("\xff\xfe"sv) || start_.starts_with("\xfe\xff"sv)) {
    fail(name_, "UTF-8 text", "UTF-16 text (its byte order mark)");
  }
  if (looks_like_a_model(start_)) fail(name_, "a table", "a model, or another safetensors file");
  kind_ = kind_of(name_, std::string_view(start_).substr(position_));
}

/// Opens the stream and reads ahead; a byte order mark is stepped over.
void Input::start() {
  constexpr std::string_view kUtf8Mark = "\xef\xbb\xbf";
  stream_.emplace(path_);
  start_.clear();
  position_ = 0;
  peek(kChunkBytes);
  position_ = start_.starts_with(kUtf8Mark) ? kUtf8Mark.size() : 0;
}

std::string_view Input::peek(std::size_t size) {
  while (!is_held_ && start_.size() - position_ < size &&
         stream_->append(start_, size - (start_.size() - position_)) > 0) {
  }
  return std::string_view(start_).substr(position_);
}

bool Input::append(std::string& bytes, std::size_t size) {
  const std::size_t left = std::min(size, start_.size() - position_);
  if (left > 0) {
    bytes.append(start_, position_, left);
    position_ += left;
    if (position_ == start_.size() && !is_held_) {
      start_ = {};
      position_ = 0;
    }
    return true;
  }
  return !is_held_ && stream_->append(bytes, size) > 0;
}

std::string Input::rest() {
  std::string bytes;
  while (append(bytes, kChunkBytes)) {
  }
  return bytes;
}

bool Input::can_be_read_again() const {
  std::error_code ignored;
  return path_ != "-" && std::filesystem::is_regular_file(path_, ignored);
}

std::optional<std::string> Input::plain_file() const {
  if (!can_be_read_again() || stream_->is_compressed()) return std::nullopt;
  return path_;
}

void Input::hold() {
  if (can_be_read_again()) return;
  start_ = rest();
  position_ = 0;
  is_held_ = true;
}

void Input::rewind() {
  position_ = 0;
  if (!is_held_) start();
}

}  // namespace feat2vec::tables
