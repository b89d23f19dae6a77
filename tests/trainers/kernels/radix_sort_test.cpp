#include "trainers/kernels/radix_sort.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace feat2vec::trainers::kernels {
namespace {

TEST(RadixSort, IsTheStableSortOfTheUpperHalf) {
  std::mt19937_64 random(3);
  for (const std::int64_t rows : {1, 2, 200, 5000, 300000, 50000000})
    for (const std::int64_t count : {0, 1, 2, 63, 4095, 4096, 20000}) {
      std::vector<std::uint64_t> entries;
      for (std::int64_t i = 0; i < count; ++i)
        entries.push_back((random() % static_cast<std::uint64_t>(rows) << 32U) |
                          static_cast<std::uint64_t>(count - i));
      std::vector<std::uint64_t> expected = entries;
      std::stable_sort(expected.begin(), expected.end(),
                       [](std::uint64_t a, std::uint64_t b) { return a >> 32U < b >> 32U; });
      std::vector<std::uint64_t> scratch(entries.size());
      radix_sort(entries.data(), scratch.data(), count, bits_below(rows));
      EXPECT_EQ(entries, expected) << rows << " rows, " << count << " entries";
    }
}

TEST(BitsBelow, HoldEveryNumberBelowTheLimit) {
  EXPECT_EQ(bits_below(1), 1);
  EXPECT_EQ(bits_below(2), 1);
  EXPECT_EQ(bits_below(3), 2);
  EXPECT_EQ(bits_below(256), 8);
  EXPECT_EQ(bits_below(257), 9);
}

}  // namespace
}  // namespace feat2vec::trainers::kernels
