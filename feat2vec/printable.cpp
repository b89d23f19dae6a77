#include "feat2vec/printable.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace feat2vec {
namespace {

unsigned char byte_at(std::string_view text, std::size_t i) {
  return static_cast<unsigned char>(text[i]);
}

void append_escaped(std::string& out, unsigned char byte) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  switch (byte) {
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      out += "\\x";
      out += kDigits[byte >> 4U];
      out += kDigits[byte & 15U];
  }
}

/// Bytes of the UTF-8 sequence at position `i`, or 0 when there is none (Unicode, table 3-7).
std::size_t sequence_length(std::string_view text, std::size_t i) {
  const unsigned char lead = byte_at(text, i);
  if (lead < 0x80) return 1;
  if (lead < 0xC2 || lead > 0xF4) return 0;
  const std::size_t length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  if (i + length > text.size()) return 0;
  const unsigned char lowest = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  const unsigned char highest = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  if (byte_at(text, i + 1) < lowest || byte_at(text, i + 1) > highest) return 0;
  for (std::size_t k = 2; k < length; ++k) {
    if ((byte_at(text, i + k) & 0xC0U) != 0x80) return 0;
  }
  return length;
}

/// Behind the bytes below 128 at `position`, eight at a time; fewer may follow.
std::size_t skip_ascii(std::string_view text, std::size_t position) {
  constexpr std::uint64_t kHighBits = 0x8080808080808080U;
  std::uint64_t bytes = 0;
  for (; position + sizeof bytes <= text.size(); position += sizeof bytes) {
    std::memcpy(&bytes, text.data() + position, sizeof bytes);
    if ((bytes & kHighBits) != 0) break;
  }
  return position;
}

/// C0, DEL and C1 control characters.
bool is_control(std::string_view sequence) {
  const unsigned char lead = byte_at(sequence, 0);
  if (sequence.size() == 1) return lead < 0x20 || lead == 0x7F;
  return lead == 0xC2 && byte_at(sequence, 1) < 0xA0;
}

}  // namespace

std::string printable(std::string_view text, std::size_t limit) {
  std::string out;
  for (std::size_t position = 0; position < text.size();) {
    const std::size_t length = sequence_length(text, position);
    const std::string_view sequence = text.substr(position, std::max<std::size_t>(length, 1));
    std::string shown;
    if (length == 0 || is_control(sequence)) {
      for (std::size_t i = 0; i < sequence.size(); ++i) append_escaped(shown, byte_at(sequence, i));
    } else {
      shown = sequence;
    }
    if (shown.size() > limit - out.size()) return out + "…";
    out += shown;
    position += sequence.size();
  }
  return out;
}

std::string in_quotes(std::string_view text, std::size_t limit) {
  return "'" + printable(text, limit) + "'";
}

std::string shown_path(std::string_view path) {
  constexpr std::size_t kLongestPath = 4096;
  return printable(path, kLongestPath);
}

bool is_utf8(std::string_view text) {
  for (std::size_t position = 0; position < text.size();) {
    position = skip_ascii(text, position);
    if (position == text.size()) return true;
    const std::size_t length = sequence_length(text, position);
    if (length == 0) return false;
    position += length;
  }
  return true;
}

bool is_clean_utf8(std::string_view text) {
  return text.find('\0') == std::string_view::npos && is_utf8(text);
}

std::string counted(std::int64_t count, std::string_view noun) {
  return std::to_string(count) + ' ' + std::string(noun) + (count == 1 ? "" : "s");
}

}  // namespace feat2vec
