#include "feat2vec/embeddings/keys.h"

#include <charconv>
#include <cstddef>
#include <system_error>

namespace feat2vec::embeddings {
namespace {

void append_encoded(std::string& key, std::string_view text, bool encode_equals) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  constexpr std::string_view kBreaking = " \t\n\r%";
  for (const char byte : text) {
    if (kBreaking.find(byte) == std::string_view::npos && !(encode_equals && byte == '=')) {
      key += byte;
      continue;
    }
    const auto code = static_cast<unsigned char>(byte);
    key += {'%', kDigits[code >> 4U], kDigits[code & 15U]};
  }
}

}  // namespace

std::string encode_key(std::string_view feature, std::string_view value) {
  std::string key;
  key.reserve(feature.size() + value.size() + 1);
  append_encoded(key, feature, /*encode_equals=*/true);
  key += '=';
  append_encoded(key, value, /*encode_equals=*/false);
  return key;
}

std::string decode_percent(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned char code = 0;
    if (text[i] == '%' && i + 2 < text.size()) {
      const char* digits = text.data() + i + 1;
      const auto [end, error] = std::from_chars(digits, digits + 2, code, 16);
      if (error == std::errc() && end == digits + 2) {
        decoded += static_cast<char>(code);
        i += 2;
        continue;
      }
    }
    decoded += text[i];
  }
  return decoded;
}

}  // namespace feat2vec::embeddings
