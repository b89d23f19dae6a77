#pragma once

#include <string>
#include <string_view>

namespace feat2vec::tables {

/// What a file holds, told by its first bytes and then by its name.
enum class InputKind { kDelimited, kJson, kParquet, kArrowFile, kArrowStream };

/// The content of one input, decompressed and without the byte order mark of UTF-8.
struct Input {
  std::string name;  ///< as given, or `stdin`
  std::string bytes;
  InputKind kind = InputKind::kDelimited;
};

/// Reads a file whole, or standard input for `-`; gzip and zstd are told by content. Throws Error
/// for what is not a readable file, damaged compression, an empty file, and UTF-16.
Input read_input(const std::string& path);

/// Extension in lower case without the dot, `.gz` and `.zst` left out: `csv` of `a/b.CSV.gz`.
std::string extension_of(std::string_view name);

}  // namespace feat2vec::tables
