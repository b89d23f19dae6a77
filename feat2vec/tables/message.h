#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace feat2vec::tables {

/// Text from data as it may stand in a message: control characters and bytes that are not UTF-8 are
/// escaped (`\x1b`, `\n`), and what is then longer than `limit` bytes is cut and ends in `…`.
std::string printable(std::string_view text, std::size_t limit = 60);

/// `printable` between single quotes.
std::string in_quotes(std::string_view text, std::size_t limit = 60);

/// Whether the bytes are valid UTF-8 without a NUL byte.
bool is_clean_utf8(std::string_view text);

}  // namespace feat2vec::tables
