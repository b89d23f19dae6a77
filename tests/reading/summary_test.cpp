#include "feat2vec/reading/summary.h"

#include <gtest/gtest.h>

#include "tests/support/errors.h"

namespace feat2vec::reading {
namespace {

/// Metrics by mean percentile rank and hits@1.
RankMetrics metrics(double mpr, double hits1) { return {.mpr = mpr, .hits1 = hits1}; }

Evaluation evaluation_of(std::int64_t questions, double reader_hits, double counts_hits) {
  return {.target = "director",
          .given = {"cast", "year"},
          .questions = questions,
          .candidates = 1000,
          .readouts = {{"popularity", metrics(.409, .01)},
                       {"counts", metrics(.2, counts_hits)},
                       {"pmi", metrics(.2, .1)},
                       {"reader", metrics(.099, reader_hits)}}};
}

TEST(Summary, SaysHowMuchNearerTheTopAndHowOftenFirst) {
  EXPECT_EQ(
      summarise(evaluation_of(900, .27, .30)),
      "director from cast and year: 4.1x nearer the top than popularity (mean place 100.0 "
      "against 410.0 of 1000); the right one first in 27.0 % of 900 rows, slightly less often "
      "than by plain counts (30.0 %)");
}

TEST(Summary, CallsDifferencesByTheirStandardError) {  // here .021
  EXPECT_NE(summarise(evaluation_of(900, .30, .31)).find("about as often"), std::string::npos);
  EXPECT_NE(summarise(evaluation_of(900, .30, .27)).find("slightly more often"), std::string::npos);
  EXPECT_NE(summarise(evaluation_of(900, .30, .20)).find("rows, more often"), std::string::npos);
  EXPECT_NE(summarise(evaluation_of(900, .30, .40)).find("rows, less often"), std::string::npos);
}

TEST(Summary, DoesNotPraiseWhatIsNoBetterThanPopularity) {
  Evaluation evaluation = evaluation_of(900, .3, .3);
  evaluation.readouts[0].second.mpr = .1;
  EXPECT_NE(summarise(evaluation).find(": about as near the top as popularity"), std::string::npos);
  evaluation.readouts[0].second.mpr = .05;
  EXPECT_NE(summarise(evaluation).find(": further from the top than"), std::string::npos);
}

TEST(Summary, TakesTheBetterCounts) {
  Evaluation evaluation = evaluation_of(900, .1, .2);
  evaluation.readouts[2].second.hits1 = .4;
  EXPECT_NE(summarise(evaluation)
                .find("in 10.0 % of 900 rows, less often than by plain counts (pmi: 40.0 %)"),
            std::string::npos);
}

TEST(Summary, LeavesOutWhatIsNotThere) {
  Evaluation evaluation{.target = "artist",
                        .given = {"artist"},
                        .questions = 100,
                        .candidates = 10,
                        .readouts = {{"score", metrics(.1, .3)}}};
  EXPECT_EQ(summarise(evaluation, "score"),
            "artist from the others of its row: mean place 2.0 of 10");
  EXPECT_NE(testing::error_of([&] { summarise(evaluation); }).find("\"reader\""),
            std::string::npos);
  evaluation.given = {"a", "b", "c", "d", "e"};
  EXPECT_NE(summarise(evaluation, "score").find("from a, b and 3 more:"), std::string::npos);
}

TEST(Summary, SaysWhenThereAreFewRows) {
  EXPECT_NE(summarise(evaluation_of(20, .3, .3)).find("; 20 rows say little"), std::string::npos);
  EXPECT_EQ(summarise(evaluation_of(0, 0, 0)), "director from cast and year: no row to ask about");
}

}  // namespace
}  // namespace feat2vec::reading
