#include "samplers/lazy.h"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <thread>
#include <vector>

namespace feat2vec::samplers {
namespace {

TEST(Lazy, IsMadeOnceByWhoeverAsksFirst) {
  const Lazy<int> lazy;
  std::atomic<int> made = 0;
  const auto make = [&] { return ++made; };
  std::vector<const int*> seen(4);
  std::vector<std::thread> threads;
  for (const int*& place : seen) threads.emplace_back([&] { place = &lazy.get(make); });
  for (std::thread& thread : threads) thread.join();
  for (const int* place : seen) EXPECT_EQ(place, &lazy.get(make));
  EXPECT_EQ(made, 1);
}

TEST(Lazy, IsMadeByTheNextWhereTheFirstFailed) {
  const Lazy<int> lazy;
  EXPECT_THROW(lazy.get([]() -> int { throw std::runtime_error("no"); }), std::runtime_error);
  EXPECT_EQ(lazy.get([] { return 7; }), 7);
}

}  // namespace
}  // namespace feat2vec::samplers
