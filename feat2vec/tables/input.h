#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "feat2vec/tables/byte_stream.h"

namespace feat2vec::tables {

/// What a file holds, told by its first bytes and then by its name.
enum class InputKind { kDelimited, kJson, kParquet, kArrowFile, kArrowStream };

/// The content of one input without the byte order mark of UTF-8, whole or piece by piece.
class Input {
 public:
  /// Opens a file, or standard input for `-`. Throws Error for what is not a readable file, damaged
  /// compression, an empty file, UTF-16, and a model.
  explicit Input(const std::string& path);

  /// As given, or `stdin`.
  const std::string& name() const { return name_; }
  InputKind kind() const { return kind_; }

  /// What comes next, `size` bytes of it or more unless the input ends before; nothing is taken. Valid
  /// until the next call.
  std::string_view peek(std::size_t size);

  /// Appends a piece of about `size` bytes; false at the end.
  bool append(std::string& bytes, std::size_t size);

  /// All that was not read yet.
  std::string rest();

  /// The path of a file whose bytes are the content, from any place on; nothing for what is compressed
  /// or can be read only once.
  std::optional<std::string> plain_file() const;

  /// Begins anew. REQUIRES: a file that can be read twice, or `hold` before the first `append`.
  void rewind();

  /// Keeps the bytes of what can be read only once, so that `rewind` is possible.
  void hold();

 private:
  void start();
  bool can_be_read_again() const;

  std::string path_;
  std::string name_;
  InputKind kind_ = InputKind::kDelimited;
  std::optional<ByteStream> stream_;
  std::string start_;         ///< what was read ahead
  std::size_t position_ = 0;  ///< in it
  bool is_held_ = false;      ///< `start_` is everything
};

/// Extension in lower case without the dot, `.gz` and `.zst` left out: `csv` of `a/b.CSV.gz`.
std::string extension_of(std::string_view name);

}  // namespace feat2vec::tables
