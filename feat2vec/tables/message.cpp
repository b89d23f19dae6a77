#include "feat2vec/tables/message.h"

#include <arrow/util/utf8.h>

#include <algorithm>
#include <cstdint>

namespace feat2vec::tables {
namespace {

bool is_utf8(std::string_view text) {
  static const bool initialized = (arrow::util::InitializeUTF8(), true);
  return initialized &&
         arrow::util::ValidateUTF8(reinterpret_cast<const std::uint8_t*>(text.data()),
                                   static_cast<std::int64_t>(text.size()));
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

/// Bytes of the UTF-8 sequence at the front, or 1 when there is none.
std::size_t sequence_length(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  return std::min(length, text.size());
}

/// C0, DEL and C1 control characters.
bool is_control(std::string_view sequence) {
  const auto lead = static_cast<unsigned char>(sequence.front());
  if (sequence.size() == 1) return lead < 0x20 || lead == 0x7F;
  return lead == 0xC2 && static_cast<unsigned char>(sequence[1]) < 0xA0;
}

}  // namespace

std::string printable(std::string_view text, std::size_t limit) {
  std::string out;
  std::size_t position = 0;
  while (position < text.size()) {
    const std::string_view rest = text.substr(position);
    const std::string_view sequence = rest.substr(0, sequence_length(rest));
    if (out.size() + sequence.size() > limit) return out + "…";
    if (!is_utf8(sequence)) {
      append_escaped(out, static_cast<unsigned char>(rest.front()));
      ++position;
      continue;
    }
    if (is_control(sequence)) {
      for (const char c : sequence) append_escaped(out, static_cast<unsigned char>(c));
    } else {
      out += sequence;
    }
    position += sequence.size();
  }
  return out;
}

std::string in_quotes(std::string_view text, std::size_t limit) {
  return "'" + printable(text, limit) + "'";
}

bool is_clean_utf8(std::string_view text) {
  return text.find('\0') == std::string_view::npos && is_utf8(text);
}

}  // namespace feat2vec::tables
