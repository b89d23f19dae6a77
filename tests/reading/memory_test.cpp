#include "feat2vec/reading/memory.h"

#include <ATen/Functions.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <random>
#include <tuple>
#include <utility>
#include <vector>

#include "feat2vec/reading/counts.h"
#include "feat2vec/reading/pair_counts.h"
#include "tests/reading/small_table.h"
#include "tests/support/errors.h"

namespace feat2vec::reading {
namespace {

using feat2vec::testing::error_of;
using ::testing::DoubleNear;
using ::testing::ElementsAre;
using testing::films;
using ::testing::HasSubstr;
using testing::query_of;
using testing::scores_of;
using testing::SmallTable;

using PairMap = std::map<std::pair<std::int32_t, std::int32_t>, std::int32_t>;

PairMap as_map(const PairCounts& pairs) {
  PairMap found;
  for (std::size_t c = 0; c + 1 < pairs.offsets.size(); ++c) {
    for (auto i = static_cast<std::size_t>(pairs.offsets[c]);
         i < static_cast<std::size_t>(pairs.offsets[c + 1]); ++i) {
      found[{static_cast<std::int32_t>(c), pairs.targets[i]}] = pairs.counts[i];
    }
  }
  return found;
}

RowIds random_rows(std::int64_t rows, std::int32_t size, std::mt19937& random) {
  RowIds found;
  for (std::int64_t r = 0; r < rows; ++r) {
    for (std::int32_t id = 0; id < size; ++id) {
      if (random() % 4 == 0) found.ids.push_back(id);
    }
    found.offsets.push_back(static_cast<std::int64_t>(found.ids.size()));
  }
  return found;
}

PairMap slow_pairs(const RowIds& rows, const std::vector<bool>& is_target) {
  PairMap found;
  for (std::size_t r = 0; r + 1 < rows.offsets.size(); ++r) {
    for (auto i = rows.offsets[r]; i < rows.offsets[r + 1]; ++i) {
      for (auto j = rows.offsets[r]; j < rows.offsets[r + 1]; ++j) {
        const auto c = rows.ids[static_cast<std::size_t>(i)];
        const auto t = rows.ids[static_cast<std::size_t>(j)];
        if (c != t && is_target[static_cast<std::size_t>(t)]) ++found[{c, t}];
      }
    }
  }
  return found;
}

TEST(CountPairs, AgreesWithCountingPairByPair) {
  std::mt19937 random(3);
  for (int round = 0; round < 20; ++round) {
    const RowIds rows = random_rows(30, 12, random);
    std::vector<bool> is_target(12);
    for (std::size_t i = 0; i < 12; ++i) is_target[i] = random() % 3 > 0;
    const PairCounts pairs = count_pairs(rows, 12, is_target, 1000);
    EXPECT_EQ(as_map(pairs), slow_pairs(rows, is_target));
    EXPECT_EQ(pairs.dropped, 0);
  }
}

TEST(CountPairs, KeepsTheLargestCountsThatFit) {
  std::mt19937 random(4);
  const RowIds rows = random_rows(40, 10, random);
  const std::vector<bool> all(10, true);
  const PairMap whole = slow_pairs(rows, all);
  std::vector<std::tuple<std::int32_t, std::int32_t, std::int32_t>> order;
  for (const auto& [pair, count] : whole) order.emplace_back(-count, pair.first, pair.second);
  std::sort(order.begin(), order.end());
  for (const std::size_t bound : {0U, 1U, 17U, 50U, 70U}) {
    PairMap wanted;
    for (std::size_t i = 0; i < bound; ++i) {
      wanted[{std::get<1>(order[i]), std::get<2>(order[i])}] = -std::get<0>(order[i]);
    }
    const PairCounts pairs = count_pairs(rows, 10, all, static_cast<std::int64_t>(bound));
    EXPECT_EQ(as_map(pairs), wanted) << bound;
    EXPECT_EQ(pairs.dropped, static_cast<std::int64_t>(whole.size() - bound));
  }
}

TEST(CountPairs, TakesNoRows) {
  EXPECT_EQ(count_pairs({}, 2, {true, true}, 9).offsets, (std::vector<std::int64_t>{0, 0, 0}));
}

std::vector<std::pair<std::size_t, double>> list(const Memory::Pairs& pairs) {
  std::vector<std::pair<std::size_t, double>> found;
  for (std::size_t i = 0; i < pairs.size(); ++i) found.emplace_back(pairs.value(i), pairs.count(i));
  return found;
}

TEST(Memory, CountsBetweenFeaturesAndWithinABag) {
  const SmallTable table = films();
  const Values values(table.model);
  const Memory memory(table.rows, values);
  const auto x = table.value("cast", "x");
  const auto a = static_cast<std::size_t>(table.value("director", "a"));
  const auto c = static_cast<std::size_t>(table.value("director", "c"));
  EXPECT_EQ(memory.rows(), 4);
  EXPECT_EQ(memory.holding(1, x), 3);
  EXPECT_THAT(list(memory.pairs(0, 1, x)), ElementsAre(std::pair{a, 2.0}, std::pair{c, 1.0}));
  EXPECT_EQ(list(memory.pairs(1, 1, x)).size(), 2U);  // y and z
  EXPECT_EQ(list(memory.pairs(0, 0, 0)).size(), 0U);  // a row has one director
}

TEST(Memory, CountsWhatComesFirstWhenAskedTo) {
  const SmallTable table = testing::small_table(
      {{"items", data::FeatureKind::kBag, {{"b", "a"}, {"a"}, {"b", "c", "a"}, {"c", "b"}}}});
  const Values values(table.model);
  EXPECT_TRUE(Memory(table.rows, values).leading(0).empty());
  const Memory memory(table.rows, values, {.leading = true});
  const auto leads = [&](const char* value) {
    return memory.leading(0)[static_cast<std::size_t>(table.value("items", value))];
  };
  EXPECT_EQ(leads("a"), 1);
  EXPECT_EQ(leads("b"), 2);
  EXPECT_EQ(leads("c"), 1);
}

TEST(Memory, CountsForTheTargetsAskedForAlone) {
  const SmallTable table = films();
  const Values values(table.model);
  const Memory memory(table.rows, values, {.targets = {2}});
  EXPECT_EQ(memory.pairs(0, 1, 0).size(), 0U);
  EXPECT_EQ(memory.pairs(2, 1, 0).size(), 1U);
}

TEST(Memory, StaysWithinItsBytes) {
  const SmallTable table = films();
  const Values values(table.model);
  const Memory memory(table.rows, values, {.max_bytes = 8 * 12 + 5 * 8});
  const Memory whole(table.rows, values);
  std::size_t kept = 0;
  std::size_t all = 0;
  for (std::int32_t f = 0; f < 3; ++f) {
    for (std::int32_t v = 0; v < values.feature(f).candidates(); ++v) {
      for (std::int32_t target = 0; target < 3; ++target) {
        kept += memory.pairs(target, f, v).size();
        all += whole.pairs(target, f, v).size();
      }
    }
  }
  EXPECT_EQ(kept, 5U);
  EXPECT_EQ(memory.dropped(), static_cast<std::int64_t>(all) - 5);
}

TEST(Memory, EndsWhereTellingOfProgressThrows) {
  const SmallTable table = films();
  const Values values(table.model);
  MemoryOptions options;
  int told = 0;
  options.on_progress = [&] { ++told; };
  const Memory memory(table.rows, values, options);
  EXPECT_GT(told, 2);
  // Wherever it is told: in the rows, and in both passes over the pairs.
  for (int last = 1; last <= told; ++last) {
    int left = last;
    options.on_progress = [&] {
      if (--left == 0) throw Error("stop");
    };
    EXPECT_EQ(error_of([&] { Memory(table.rows, values, options); }), "stop") << last;
  }
}

TEST(Memory, CountsAPartOfLongRows) {
  const std::vector<std::string> bag{"a", "b", "c", "d", "e", "f", "g", "h"};
  const SmallTable table =
      testing::small_table({{"bag", data::FeatureKind::kBag, {bag, bag, bag}}});
  const Values values(table.model);
  const auto pairs_of = [&](const MemoryOptions& options) {
    const Memory memory(table.rows, values, options);
    double pairs = 0;
    for (std::int32_t v = 0; v < 8; ++v) {
      const Memory::Pairs found = memory.pairs(0, 0, v);
      for (std::size_t i = 0; i < found.size(); ++i) pairs += found.count(i);
    }
    return pairs;
  };
  EXPECT_EQ(pairs_of({}), 3 * 8 * 7);
  EXPECT_EQ(pairs_of({.max_row_values = 3}), 3 * 3 * 2);
}

TEST(Memory, ComesBackFromItsTensors) {
  const SmallTable table = films();
  const Values values(table.model);
  const Memory memory(table.rows, values, {.max_bytes = 8 * 16 + 9 * 8, .leading = true});
  const Memory again(memory.tensors(), "file");
  again.check(values);
  EXPECT_TRUE(std::ranges::equal(again.leading(1), memory.leading(1)));
  EXPECT_EQ(again.leading(1).size(), 3U);
  EXPECT_EQ(again.rows(), 4);
  EXPECT_EQ(again.dropped(), memory.dropped());
  const Query query = query_of(table, values, {{"cast", "x"}, {"kind", "m"}});
  EXPECT_EQ(scores_of(Counts(again), values, 0, query),
            scores_of(Counts(memory), values, 0, query));
}

TEST(Memory, RefusesTensorsThatMakeNone) {
  const SmallTable table = films();
  const Values values(table.model);
  const auto good = Memory(table.rows, values).tensors();
  const auto broken = [&](std::size_t which, const at::Tensor& by) {
    auto tensors = good;
    tensors[which].second = by;
    return error_of([&] { const Memory memory(tensors, "file"); });
  };
  for (std::size_t i = 0; i < good.size(); ++i) {
    auto tensors = good;
    tensors.erase(tensors.begin() + static_cast<std::ptrdiff_t>(i));
    EXPECT_THAT(error_of([&] { const Memory memory(tensors, "file"); }), HasSubstr("file: "));
    EXPECT_THAT(broken(i, good[i].second.to(at::kFloat)), HasSubstr("received Float"));
    EXPECT_THAT(broken(i, good[i].second.narrow(0, 1, good[i].second.numel() - 1)),
                HasSubstr("file: "));
    EXPECT_THAT(broken(i, good[i].second - 100), HasSubstr("file: "));
  }
  EXPECT_THAT(broken(3, good[3].second + 100), HasSubstr("ascending ids"));
  EXPECT_THAT(broken(3, at::zeros_like(good[3].second)), HasSubstr("ascending ids"));
  for (const at::Tensor& leading :
       {at::ones({7}, at::kInt), at::full({8}, -1, at::kInt), at::ones({8}, at::kLong)}) {
    auto tensors = good;
    tensors.emplace_back("leading", leading);
    EXPECT_THAT(error_of([&] { const Memory memory(tensors, "file"); }), HasSubstr("leading"));
  }
}

TEST(Memory, RefusesOtherValues) {
  const SmallTable table = films();
  const SmallTable other = testing::small_table({{"bag", data::FeatureKind::kBag, {{"a"}, {"b"}}}});
  const Values values(table.model);
  const Values other_values(other.model);
  const Memory memory(table.rows, values);
  EXPECT_THAT(error_of([&] { memory.check(other_values); }), HasSubstr("3 features with 8"));
}

TEST(Memory, RefusesOptionsOutOfRange) {
  const SmallTable table = films();
  const Values values(table.model);
  const auto error = [&](const MemoryOptions& options) {
    return error_of([&] { const Memory memory(table.rows, values, options); });
  };
  EXPECT_THAT(error({.max_bytes = 0}), HasSubstr("max_bytes"));
  EXPECT_THAT(error({.max_row_values = 1}), HasSubstr("max_row_values"));
  EXPECT_THAT(error({.targets = {3}}), HasSubstr("[0, 3)"));
}

// Directors by count, then by bytes: a (2 films), b, c. Query: x (3 films: a, a, c), m (a, a, c).
class CountReadouts : public ::testing::Test {
 protected:
  std::vector<double> scores(const Readout& readout) const {
    return scores_of(readout, values, 0, query);
  }
  SmallTable table = films();
  Values values{table.model};
  Memory memory{table.rows, values};
  Query query = query_of(table, values, {{"cast", "x"}, {"kind", "m"}});
};

constexpr double kA = 1e-6 * 2 / 4;
constexpr double kB = 1e-6 / 4;

TEST_F(CountReadouts, PopularityRanksByCount) {
  EXPECT_THAT(scores(Popularity(memory)),
              ElementsAre(DoubleNear(kA, 1e-15), DoubleNear(kB, 1e-15), DoubleNear(kB, 1e-15)));
}

TEST_F(CountReadouts, CountsAddShares) {
  EXPECT_THAT(scores(Counts(memory)),
              ElementsAre(DoubleNear(4 / 3.0 + kA, 1e-12), DoubleNear(kB, 1e-15),
                          DoubleNear(2 / 3.0 + kB, 1e-12)));
}

TEST_F(CountReadouts, PmiWeighsByPopularity) {
  EXPECT_THAT(
      scores(PmiCounts(memory)),
      ElementsAre(DoubleNear(2 * std::log(1 + (2 / 3.0) / .5) + kA, 1e-12), DoubleNear(kB, 1e-15),
                  DoubleNear(2 * std::log(1 + (1 / 3.0) / .25) + kB, 1e-12)));
}

TEST_F(CountReadouts, QuarterAndCosineDivideByPowers) {
  EXPECT_NEAR(scores(CountsQuarter(memory))[0], 2 * 2 / (std::pow(3, .75) * std::pow(2, .25)) + kA,
              1e-12);
  EXPECT_NEAR(scores(ItemCosine(memory))[0], 2 * 2 / std::sqrt(6) + kA, 1e-12);
}

TEST_F(CountReadouts, KnownMembersAreNoAnswers) {
  const auto x = static_cast<std::size_t>(table.value("cast", "x"));
  const auto y = static_cast<std::size_t>(table.value("cast", "y"));
  const auto casts = scores_of(Counts(memory), values, 1, query);
  EXPECT_EQ(casts[x], kNoAnswer);
  EXPECT_NEAR(casts[y], 1 / 3.0 + 1 / 3.0 + 1e-6 * 2 / 7, 1e-12);
}

}  // namespace
}  // namespace feat2vec::reading
