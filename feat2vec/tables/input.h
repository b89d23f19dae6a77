#pragma once

#include <string>
#include <string_view>

namespace feat2vec::tables {

/// What a file holds, told by its first bytes and then by its name.
enum class FileKind { kDelimited, kJson, kParquet, kArrowFile, kArrowStream };

/// The content of one input, decompressed.
struct Input {
  std::string name;  ///< as given, or `stdin`
  std::string bytes;
  FileKind kind = FileKind::kDelimited;
};

/// Reads a file whole, or standard input for `-`; gzip and zstd are told by content. Throws Error
/// for what is not a readable file, damaged compression, an empty file, and UTF-16.
Input read_input(const std::string& path);

/// Extension in lower case without the dot, `.gz` and `.zst` left out: `csv` of `a/b.CSV.gz`.
std::string extension_of(std::string_view name);

}  // namespace feat2vec::tables
