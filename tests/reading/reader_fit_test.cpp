#include "feat2vec/reading/reader_fit.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "feat2vec/reading/reader.h"
#include "tests/reading/small_table.h"
#include "tests/support/errors.h"

namespace feat2vec::reading {
namespace {

using feat2vec::testing::error_of;
using ::testing::HasSubstr;
using testing::query_of;
using testing::scores_of;
using testing::small_table;
using testing::SmallTable;

// Targets t0.. that are told by "tells" in all rows but one in ten, and by "lies" in none. The vectors
// are noise.
SmallTable planted(int rows, int values, double spread, unsigned seed) {
  std::mt19937 random(seed);
  testing::Cells target{"target", data::FeatureKind::kCategorical, {}};
  testing::Cells tells{"tells", data::FeatureKind::kCategorical, {}};
  testing::Cells lies{"lies", data::FeatureKind::kCategorical, {}};
  const auto draw = [&] { return static_cast<int>(random() % static_cast<unsigned>(values)); };
  for (int row = 0; row < rows; ++row) {
    const int value = row < values ? row : draw();
    const int told = row % 10 == 9 ? draw() : value;
    target.rows.push_back({"t" + std::to_string(value)});
    tells.rows.push_back({"s" + std::to_string(told)});
    lies.rows.push_back({"l" + std::to_string(draw())});
  }
  return small_table({target, tells, lies}, 8, {}, spread);
}

data::Dataset some_rows(const data::Dataset& rows, std::int64_t from, std::int64_t to) {
  std::vector<std::int64_t> index;
  for (std::int64_t row = from; row < to; ++row) index.push_back(row);
  return rows.select(feat2vec::testing::indices(index));
}

double share_right(const Readout& readout, const Values& values, const data::Dataset& rows,
                   std::int32_t target) {
  double right = 0;
  for (std::int64_t row = 0; row < rows.rows(); ++row) {
    const auto scores = scores_of(readout, values, target,
                                  row_query(values, rows, row, {.without_feature = target}));
    const auto best = std::max_element(scores.begin(), scores.end()) - scores.begin();
    const auto found = members(rows.column(static_cast<std::size_t>(target)), row, 1000);
    right += found[0] == best ? 1 : 0;
  }
  return right / static_cast<double>(rows.rows());
}

TEST(FitReader, LearnsWhichSourceAndFeatureToTrust) {
  const SmallTable table = planted(900, 20, 1.0, 1);
  const Values values(table.model);
  const Memory memory(some_rows(table.rows, 0, 500), values);
  const data::Dataset held_out = some_rows(table.rows, 500, 700);
  const FittedReader fitted = fit_reader(values, &memory, held_out, {.targets = {0}});
  const FitReport& report = fitted.targets.at(0).report;
  EXPECT_EQ(report.rows, 200);
  EXPECT_EQ(report.queries, 200 * 3);
  EXPECT_THAT(report.forms, ElementsAre("rest of the row", "one other feature"));
  EXPECT_GT(report.log_likelihood_after, report.log_likelihood_before);
  EXPECT_GT(report.log_likelihood_after, std::log(0.15));
  const WeightLayout layout(3);
  const auto& weights = fitted.targets.at(0).weights;
  EXPECT_GT(weights[layout.by_feature() + 3 + 1], weights[layout.by_feature() + 3 + 2]);
  EXPECT_GT(weights[1], weights[0]);  // counts above vectors
  const data::Dataset test = some_rows(table.rows, 700, 900);
  EXPECT_GT(share_right(Reader(values, &memory, fitted), values, test, 0), 0.85);
}

TEST(FitReader, UsesVectorsAloneWithoutAMemory) {
  SmallTable table = planted(700, 20, 1.0, 2);
  {
    const at::NoGradGuard no_grad;  // plant: s_i lies where t_i does
    const at::Tensor target = table.model.module->extractor(0)->parameter("weight");
    const at::Tensor tells = table.model.module->extractor(1)->parameter("weight");
    for (int i = 0; i < 20; ++i) {
      tells[table.value("tells", "s" + std::to_string(i))].copy_(
          target[table.value("target", "t" + std::to_string(i))]);
    }
    table.model.module->extractor(2)->parameter("weight").mul_(2);  // and lies lie loudly
  }
  const Values values(table.model);
  const FittedReader fitted =
      fit_reader(values, nullptr, some_rows(table.rows, 0, 400), {.targets = {0}});
  const Reader reader(values, nullptr, fitted);
  const data::Dataset test = some_rows(table.rows, 400, 700);
  const double plain = share_right(Reader(values, nullptr,
                                          [&] {
                                            FittedReader start = fitted;
                                            start.targets[0].weights = WeightLayout(3).start();
                                            return start;
                                          }()),
                                   values, test, 0);
  EXPECT_GT(share_right(reader, values, test, 0), plain + 0.2);
  const WeightLayout layout(3);
  const auto& weights = fitted.targets.at(0).weights;
  EXPECT_GT(weights[layout.products() + 1], weights[layout.products() + 2] + 0.1);
  for (std::size_t f = 0; f < 3; ++f) EXPECT_EQ(weights[layout.counts(f)], 0);
}

TEST(FitReader, SampledCandidatesStandForAll) {
  const SmallTable table = planted(1200, 60, 0.5, 3);
  const Values values(table.model);
  const Memory memory(some_rows(table.rows, 0, 800), values);
  const data::Dataset held_out = some_rows(table.rows, 800, 1200);
  const auto weights = [&](std::int64_t all) {
    return fit_target(values, &memory, held_out, 0,
                      {.all_candidates = all, .best = 10, .random = 10});
  };
  const TargetWeights whole = weights(60);
  const TargetWeights sampled = weights(30);
  EXPECT_NE(whole.weights, sampled.weights);
  EXPECT_NEAR(whole.report.log_likelihood_after, sampled.report.log_likelihood_after, 0.1);
}

TEST(FitReader, GivesTheSameWeightsEachTime) {
  const SmallTable table = planted(300, 10, 1.0, 4);
  const Values values(table.model);
  const auto fit = [&] { return fit_reader(values, nullptr, table.rows, {.max_rows = 50}); };
  const FittedReader fitted = fit();
  EXPECT_EQ(fitted, fit());
  EXPECT_EQ(fitted.targets.size(), 3U);
  EXPECT_EQ(fitted.targets.at(2).report.rows, 50);
}

TEST(FitReader, WithoutAnswersKeepsTheWeightsOfTheStart) {
  const SmallTable table = films();
  const Values values(table.model);
  const data::Dataset unseen({feat2vec::testing::ids_column({data::kNoValue}),
                              feat2vec::testing::bag_column({{0}}),
                              feat2vec::testing::ids_column({0})});
  const TargetWeights weights = fit_target(values, nullptr, unseen, 0);
  EXPECT_EQ(weights.weights, WeightLayout(3).start());
  EXPECT_EQ(weights.report, FitReport());
}

TEST(FitReader, RefusesOptionsOutOfRange) {
  const SmallTable table = films();
  const Values values(table.model);
  const auto error = [&](const FitOptions& options) {
    return error_of([&] { fit_target(values, nullptr, table.rows, 0, options); });
  };
  EXPECT_THAT(error({.queries_per_row = 0}), HasSubstr("queries_per_row"));
  EXPECT_THAT(error({.random = 0}), HasSubstr("random of 1"));
  EXPECT_THAT(error({.all_candidates = 200}), HasSubstr("201"));
}

/// By how much the reader puts "b" before "a" in a table in which "b" always comes first.
double lead_of_first(BagAnswer answers, bool counted) {
  const SmallTable table = small_table(
      {{"kind", data::FeatureKind::kCategorical, std::vector<std::vector<std::string>>(40, {"k"})},
       {"items", data::FeatureKind::kBag, std::vector<std::vector<std::string>>(40, {"b", "a"})}});
  const Values values(table.model);
  const FitOptions options{.targets = {1}, .answers = answers};
  const Memory counts(table.rows, values, {.leading = true});
  const Memory* memory = counted ? &counts : nullptr;
  const Reader reader(values, memory, fit_reader(values, memory, table.rows, options));
  EXPECT_EQ(reader.fitted().targets.at(1).report.answers, answers);
  const std::vector<double> scores =
      scores_of(reader, values, 1, query_of(table, values, {{"kind", "k"}}));
  return scores[static_cast<std::size_t>(table.value("items", "b"))] -
         scores[static_cast<std::size_t>(table.value("items", "a"))];
}

TEST(FitReader, LearnsWhatComesFirstWhenAskedTo) {
  const double any = lead_of_first(BagAnswer::kRandom, false);
  const double first = lead_of_first(BagAnswer::kFirst, false);
  EXPECT_GT(first, any + 0.5);
  EXPECT_NEAR(lead_of_first(BagAnswer::kRandom, true), 0, 0.1);
  EXPECT_GT(lead_of_first(BagAnswer::kFirst, true), 2);
}

}  // namespace
}  // namespace feat2vec::reading
