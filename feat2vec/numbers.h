#pragma once

#include <array>
#include <string_view>

namespace feat2vec {

/// The texts that mean that there is no number.
inline constexpr std::array<std::string_view, 8> kMissingNumbers = {"",     "NA",   "N/A", "NaN",
                                                                    "null", "None", "?",   "-"};

/// What the text of a cell is to a numeric column.
enum class NumberKind {
  kMissing,  ///< one of `kMissingNumbers`
  kNumber,
  kInfinite,  ///< infinity, or a number beyond the range of a double
  kWord,      ///< anything else
};

/// The reading of one cell.
struct Number {
  NumberKind kind = NumberKind::kMissing;
  double value = 0;  ///< set for kNumber
};

/// Reads a cell as a number: decimal, with an optional sign, point and exponent, whatever the locale.
/// Blanks around it say nothing, here and below.
Number parse_number(std::string_view text);

/// Whether a cell of a numeric column means that there is no number. The empty text does too.
bool is_missing_number(std::string_view text);

/// Whether the text is an integer with a leading zero, such as `007`: a code and not a number.
bool has_leading_zero(std::string_view text);

}  // namespace feat2vec
