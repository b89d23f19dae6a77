#include "feat2vec/numbers.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <system_error>

#include "feat2vec/trimmed.h"

namespace feat2vec {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// `from_chars` calls both too large and too small "out of range"; a too small one is 0.
Number out_of_range(std::string_view text) {
  const std::size_t exponent = text.find_first_of("eE");
  const std::string_view mantissa = text.substr(0, exponent);
  const bool below_one = exponent == std::string_view::npos
                             ? mantissa.starts_with('0') || mantissa.starts_with('.')
                             : text.substr(exponent + 1).starts_with('-');
  return below_one ? Number{NumberKind::kNumber, 0} : Number{NumberKind::kInfinite, 0};
}

}  // namespace

bool is_missing_number(std::string_view text) {
  text = trimmed(text);
  return std::find(kMissingNumbers.begin(), kMissingNumbers.end(), text) != kMissingNumbers.end();
}

bool has_leading_zero(std::string_view text) {
  text = trimmed(text);
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  return text.size() > 1 && text.front() == '0' && std::all_of(text.begin(), text.end(), is_digit);
}

Number parse_number(std::string_view text) {
  text = trimmed(text);
  if (is_missing_number(text)) return {};
  std::string_view digits = text;
  if (digits.starts_with('+')) digits.remove_prefix(1);
  const bool negative = digits.starts_with('-');
  if (negative && digits.size() != text.size()) return {NumberKind::kWord, 0};
  double value = 0;
  const char* end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, value);
  if (stop != end || digits.empty()) return {NumberKind::kWord, 0};
  if (error == std::errc::result_out_of_range) {
    return out_of_range(negative ? digits.substr(1) : digits);
  }
  if (std::isnan(value)) return {NumberKind::kWord, 0};
  if (std::isinf(value)) return {NumberKind::kInfinite, 0};
  return {NumberKind::kNumber, value};
}

}  // namespace feat2vec
