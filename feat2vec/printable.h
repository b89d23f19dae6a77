#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace feat2vec {

/// Bytes of one cell, name or value that a message shows.
inline constexpr std::size_t kShownBytes = 60;

/// Text from data as it may stand in a message or on a terminal: control characters (C1 too) and
/// bytes that are not UTF-8 are escaped (`\x1b`, `\n`), and what is then longer than `limit` bytes is
/// cut between characters and ends in `…`.
std::string printable(std::string_view text, std::size_t limit = std::string_view::npos);

/// `printable` between single quotes.
std::string in_quotes(std::string_view text, std::size_t limit = kShownBytes);

/// The name of a file as it starts a message: `printable`, cut at the longest path of Linux.
std::string shown_path(std::string_view path);

/// Whether the bytes are UTF-8: shortest forms only, no surrogates, nothing above U+10FFFF.
bool is_utf8(std::string_view text);

/// Whether the bytes are valid UTF-8 without a NUL byte.
bool is_clean_utf8(std::string_view text);

/// "1 row", "2 rows": a number of things whose noun takes an s.
std::string counted(std::int64_t count, std::string_view noun);

}  // namespace feat2vec
