#include "feat2vec/tables/parallel.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

namespace feat2vec::tables {
namespace {

TEST(ParallelFor, DoesEveryThingOnce) {
  for (const int threads : {1, 2, 5, 100}) {
    std::vector<int> done(37);
    parallel_for(37, threads, [&](int i) { ++done[static_cast<std::size_t>(i)]; });
    EXPECT_EQ(done, std::vector<int>(37, 1)) << threads;
  }
  parallel_for(0, 4, [](int) { FAIL(); });
}

TEST(ParallelFor, ThrowsTheFirstException) {
  for (const int threads : {1, 4}) {
    try {
      parallel_for(20, threads, [](int i) {
        if (i % 2 == 1) throw std::runtime_error(std::to_string(i));
      });
      FAIL();
    } catch (const std::runtime_error& error) {
      EXPECT_STREQ(error.what(), "1");
    }
  }
}

}  // namespace
}  // namespace feat2vec::tables
