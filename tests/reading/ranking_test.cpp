#include "feat2vec/reading/ranking.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "tests/support/errors.h"
#include "tests/support/golden.h"

namespace feat2vec::reading {
namespace {

using testing::error_of;

using Scores = std::vector<double>;
using Excluded = std::vector<std::int32_t>;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(Ranking, CountsWhatIsBetterAndWhatIsEqual) {
  const Rank rank = rank_of(Scores{3, 1, 2, 2, 5, 2}, 3);
  EXPECT_EQ(rank.better, 2);
  EXPECT_EQ(rank.equal, 2);
  EXPECT_DOUBLE_EQ(rank.mean(), 3);
  EXPECT_DOUBLE_EQ(rank.reciprocal(), (1. / 3 + 1. / 4 + 1. / 5) / 3);
  EXPECT_DOUBLE_EQ(rank.hit(2), 0);
  EXPECT_DOUBLE_EQ(rank.hit(3), 1. / 3);
  EXPECT_DOUBLE_EQ(rank.hit(5), 1);
}

TEST(Ranking, WhatIsRightTooDoesNotTakePart) {
  const Rank rank = rank_of(Scores{3, 1, 2, 2, 5, 2}, 3, Excluded{4, 2, 1});
  EXPECT_EQ(rank.better, 1);
  EXPECT_EQ(rank.equal, 1);
}

TEST(Ranking, ByAConstantScoreEverythingIsChance) {
  const Rank rank = rank_of(Scores{0, 0, 0, 0}, 1);
  const RankMetrics metrics = rank_metrics(std::vector{rank}, 4);
  EXPECT_DOUBLE_EQ(metrics.mpr, 1.5 / 4);
  EXPECT_DOUBLE_EQ(metrics.median_rank, 1.5);
  EXPECT_DOUBLE_EQ(metrics.mrr, (1 + 1. / 2 + 1. / 3 + 1. / 4) / 4);
  EXPECT_DOUBLE_EQ(metrics.hits1, .25);
  EXPECT_DOUBLE_EQ(metrics.hits10, 1);
}

TEST(Ranking, NotANumberIsTheLowest) {
  EXPECT_EQ(rank_of(Scores{NAN, 1, -kInfinity}, 0).better, 1);
  EXPECT_EQ(rank_of(Scores{NAN, 1, -kInfinity}, 0).equal, 1);
  EXPECT_EQ(rank_of(Scores{NAN, 1, -kInfinity}, 2).equal, 1);
  EXPECT_EQ(rank_of(Scores{NAN, 1, kInfinity}, 1).equal, 0);
  EXPECT_EQ(rank_of(Scores{NAN, 1, kInfinity}, 2).better, 0);
}

TEST(Ranking, TheMedianOfAnEvenNumberLiesBetweenTheMiddleTwo) {
  const std::vector<Rank> ranks{{9, 0}, {0, 0}, {4, 1}, {1, 0}};
  EXPECT_DOUBLE_EQ(rank_metrics(ranks, 10).median_rank, (1 + 4.5) / 2);
}

TEST(Ranking, WithoutQuestionsThereAreZeros) { EXPECT_EQ(rank_metrics({}, 10), RankMetrics{}); }

TEST(Ranking, AgreesWithTheDefinitionOnManyTies) {
  const nlohmann::json golden = testing::golden("ranking.json");
  std::vector<Rank> ranks;
  for (const nlohmann::json& question : golden["questions"]) {
    ranks.push_back(rank_of(question["scores"].get<Scores>(), question["target"],
                            question["excluded"].get<Excluded>()));
  }
  const RankMetrics metrics = rank_metrics(ranks, golden["candidates"]);
  EXPECT_NEAR(metrics.mpr, golden["mpr"], 1e-12);
  EXPECT_NEAR(metrics.median_rank, golden["median_rank"], 1e-12);
  EXPECT_NEAR(metrics.mrr, golden["mrr"], 1e-12);
  EXPECT_NEAR(metrics.hits1, golden["hits1"], 1e-12);
  EXPECT_NEAR(metrics.hits10, golden["hits10"], 1e-12);
}

TEST(Ranking, CandidatesMustBeThere) {
  EXPECT_NE(error_of([] {
              rank_of(Scores{1, 2}, 2);
            }).find("[0, 2), received 2"),
            std::string::npos);
  EXPECT_NE(error_of([] {
              rank_of(Scores{1, 2}, 0, Excluded{-1});
            }).find("received -1"),
            std::string::npos);
  EXPECT_NE(error_of([] {
              rank_of(Scores{1, 2}, 0, Excluded{0});
            }).find("not the target"),
            std::string::npos);
}

}  // namespace
}  // namespace feat2vec::reading
