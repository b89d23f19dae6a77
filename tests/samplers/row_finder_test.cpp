#include "samplers/row_finder.h"

#include <gtest/gtest.h>

#include <vector>

namespace feat2vec::samplers {
namespace {

TEST(RowFinder, FindsEveryNumberOfRowsOfAnyLength) {
  // Empty rows first, last, and many at once; rows shorter and longer than the distance of hints.
  for (const std::vector<std::int64_t>& lengths : {std::vector<std::int64_t>{1},
                                                   {0, 3, 0},
                                                   {32, 32, 32},
                                                   {31, 1, 33, 0, 0, 0, 0, 2},
                                                   {0, 0, 500, 1, 1, 1, 0, 64},
                                                   std::vector<std::int64_t>(100, 7)}) {
    std::vector<std::int64_t> begins{0};
    for (const std::int64_t length : lengths) begins.push_back(begins.back() + length);
    const RowFinder rows(begins);
    for (std::size_t row = 0; row < lengths.size(); ++row)
      for (std::int64_t number = begins[row]; number < begins[row + 1]; ++number)
        ASSERT_EQ(rows(begins, number), static_cast<std::int64_t>(row)) << number;
  }
}

}  // namespace
}  // namespace feat2vec::samplers
