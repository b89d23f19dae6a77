#include "trainers/kernels/thread_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <vector>

namespace feat2vec::trainers::kernels {
namespace {

TEST(ThreadPool, DoesEveryItemOnce) {
  for (const int threads : {1, 2, 3, 8}) {
    ThreadPool pool(threads);
    EXPECT_EQ(pool.threads(), threads);
    for (const std::int64_t items : {0, 1, 2, 7, 1000}) {
      std::vector<std::atomic<int>> done(static_cast<std::size_t>(items));
      pool.run(items, [&](std::int64_t item, int thread) {
        EXPECT_LT(thread, threads);
        ++done[static_cast<std::size_t>(item)];
      });
      for (const std::atomic<int>& count : done) EXPECT_EQ(count, 1);
    }
  }
}

TEST(ThreadPool, CanBeUsedManyTimes) {
  ThreadPool pool(3);
  std::int64_t total = 0;
  for (int round = 0; round < 2000; ++round) {
    std::atomic<std::int64_t> sum{0};
    pool.run(5, [&](std::int64_t item, int) { sum += item; });
    total += sum;
  }
  EXPECT_EQ(total, 2000 * 10);
}

TEST(ThreadPool, ThrowsWhatAnItemThrowsAndGoesOn) {
  for (const int threads : {1, 4}) {
    ThreadPool pool(threads);
    EXPECT_THROW(pool.run(100,
                          [](std::int64_t item, int) {
                            if (item == 42) throw std::runtime_error("item 42");
                          }),
                 std::runtime_error);
    std::atomic<int> done{0};
    pool.run(10, [&](std::int64_t, int) { ++done; });
    EXPECT_EQ(done, 10);
  }
}

}  // namespace
}  // namespace feat2vec::trainers::kernels
