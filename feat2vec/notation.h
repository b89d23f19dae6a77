#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "feat2vec/numbers.h"

namespace feat2vec {

/// How the numbers of a column are written: a point or a comma before the decimals, something or nothing
/// between the thousands, and a text around them that is always the same, such as `$` or ` %`. It is told by
/// how 1234.5 is written in it: `$1,234.5`.
class Notation {
 public:
  /// The plain way, `1234.5`, of `parse_number`.
  Notation() = default;

  /// The notation in which 1234.5 is written as `example`; nothing when there is none. The plain way for
  /// the empty text.
  static std::optional<Notation> like(std::string_view example);

  /// How 1234.5 is written; empty for the plain way.
  std::string example() const;

  /// Reads a cell. The words for a missing number are those of the plain way; the text around the
  /// number need not be there. Thousands are set apart at all places of a number or at none.
  Number parse(std::string_view text) const;

  bool operator==(const Notation&) const = default;

 private:
  bool is_plain() const { return decimal_.empty(); }

  std::string before_;
  std::string thousands_;
  std::string decimal_;  ///< empty: the plain way
  std::string after_;
};

/// The notation, other than the plain one, that all cells of a column are written in.
struct FoundNotation {
  std::optional<Notation> notation{};
  std::string doubt{};  ///< why there is none though all cells may be numbers: `'1,234' may be …`
};

/// Looks at the different texts of a column that are not missing. Where they make other numbers in another
/// notation, none is found; but `$3,000` is taken for 3000.
FoundNotation find_notation(std::vector<std::string_view> texts);

}  // namespace feat2vec
