#pragma once

#include <string_view>

namespace feat2vec::reading {

/// Which member of a bag is the answer to a question about it.
enum class BagAnswer {
  kRandom,  ///< one drawn at random, so that the order of members does not matter; all are right
  kFirst,   ///< the first in the order of the table; the others are as wrong as any other value
};

constexpr std::string_view to_string(BagAnswer answer) {
  return answer == BagAnswer::kFirst ? "first" : "random";
}

}  // namespace feat2vec::reading
