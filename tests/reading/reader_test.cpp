#include "feat2vec/reading/reader.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "feat2vec/reading/fit_cases.h"
#include "feat2vec/reading/fit_objective.h"
#include "feat2vec/reading/reader_fit.h"
#include "tests/reading/small_table.h"
#include "tests/support/errors.h"

namespace feat2vec::reading {
namespace {

using feat2vec::testing::error_of;
using ::testing::ElementsAre;
using testing::films;
using ::testing::HasSubstr;
using testing::query_of;
using testing::scores_of;
using testing::small_table;
using testing::SmallTable;

std::vector<double> random_weights(const WeightLayout& layout, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<double> normal(0, 0.5);
  std::vector<double> weights = layout.start();
  for (double& weight : weights) weight += normal(random);
  return weights;
}

template <typename Objective>
void expect_right_gradient(const Objective& objective, std::vector<double> weights) {
  std::vector<double> gradient(weights.size());
  std::vector<double> unused(weights.size());
  objective(weights, gradient);
  constexpr double kStep = 1e-5;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const double at = weights[i];
    weights[i] = at + kStep;
    const double up = objective(weights, unused);
    weights[i] = at - kStep;
    const double down = objective(weights, unused);
    weights[i] = at;
    EXPECT_NEAR(gradient[i], (up - down) / (2 * kStep), 1e-5 * (1 + std::abs(gradient[i]))) << i;
  }
}

std::vector<std::vector<std::size_t>> some_indices(const WeightLayout& layout) {
  return {layout.of({Source::kVector, 1, 2}), layout.of({Source::kVector, 0, -1}),
          layout.of({Source::kCount, 1, 4}), layout.of({Source::kSum, -1, 3}),
          layout.of({Source::kScore, -1, 3})};
}

TEST(WeightLayout, GivesEachWeightAPlaceOfItsOwn) {
  const WeightLayout layout(3);
  std::set<std::size_t> seen{layout.mixture(), layout.bias(), layout.prior(), layout.leading()};
  std::size_t added = seen.size();
  const auto add = [&](std::size_t place, std::size_t size) {
    for (std::size_t i = 0; i < size; ++i) seen.insert(place + i);
    added += size;
  };
  add(layout.sources(), kSources);
  add(layout.by_feature(), 6);
  add(layout.by_bucket(), 10);
  add(layout.by_both(), 30);
  add(layout.by_size(), 10);
  add(layout.products(), 3);
  add(layout.counts(), 3);
  EXPECT_EQ(seen.size(), added);
  EXPECT_EQ(added, layout.size());
  EXPECT_EQ(*seen.rbegin(), layout.size() - 1);
  std::set<std::vector<std::size_t>> components;
  for (const Source source : {Source::kVector, Source::kCount}) {
    for (std::int32_t feature = 0; feature < 3; ++feature) {
      for (std::int32_t bucket = 0; bucket < kBuckets; ++bucket) {
        components.insert({layout.of({source, feature, bucket}).back()});
      }
    }
  }
  EXPECT_EQ(components.size(), 30U);
  EXPECT_EQ(layout.of({Source::kVector, 2, -1}).size(), 2U);
  EXPECT_EQ(layout.of({Source::kSum, -1, 3}), (std::vector<std::size_t>{2, layout.by_size() + 3}));
  EXPECT_EQ(layout.of({Source::kScore, -1, 3}),
            (std::vector<std::size_t>{3, layout.by_size() + kBuckets + 3}));
}

TEST(MixtureObjective, HasTheRightGradient) {
  const WeightLayout layout(2);
  const MixtureObjective objective(layout,
                                   {{some_indices(layout), {.1, .02, 0, .4, .01}, 1},
                                    {some_indices(layout), {.3, .1, .7, .05, .2}, .5}},
                                   {});
  expect_right_gradient(objective, random_weights(layout, 1));
}

TEST(ScoreObjective, HasTheRightGradientAndValue) {
  const WeightLayout layout(2);
  std::mt19937 random(2);
  std::uniform_real_distribution<float> uniform(0, 1);
  std::vector<ScoreTerm> terms(2);
  for (ScoreTerm& term : terms) {
    term.indices = some_indices(layout);
    term.linear = {layout.bias(), layout.prior(), layout.products() + 1, layout.counts(1)};
    for (int i = 0; i < 5 * 3; ++i) term.distributions.push_back(uniform(random));
    for (int i = 0; i < 4 * 3; ++i) term.terms.push_back(uniform(random) - 0.5F);
    term.log_importance = {0, 0, std::log(7.0)};
  }
  terms[1].weight = 0.25;
  const std::vector<double> weights = random_weights(layout, 3);
  const ScoreObjective objective(layout, {terms[0]}, {});
  // Worked out from the formula.
  const auto indices = some_indices(layout);
  std::vector<double> scores(3);
  double sum = 0;
  for (std::size_t k = 0; k < 3; ++k) {
    double a = 0;
    double all = 0;
    for (std::size_t j = 0; j < 5; ++j) {
      double log = 0;
      for (const std::size_t index : indices[j]) log += weights[index];
      a += std::exp(log) * double{terms[0].distributions[j * 3 + k]};
      all += std::exp(log);
    }
    scores[k] = weights[layout.mixture()] * std::log(a / all);
    for (std::size_t l = 0; l < 4; ++l) {
      scores[k] += weights[terms[0].linear[l]] * double{terms[0].terms[l * 3 + k]};
    }
    sum += (k == 2 ? 7 : 1) * std::exp(scores[k]);
  }
  EXPECT_NEAR(objective.log_likelihood(weights), scores[0] - std::log(sum), 1e-9);
  expect_right_gradient(ScoreObjective(layout, terms, {}), weights);
}

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

TEST(CasesOfRow, AskInAllForms) {
  const SmallTable table = films({1, 2, 3, 4});
  const Values values(table.model);
  std::set<std::int32_t> answers;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const auto cases = cases_of_row(values, table.rows, 0, 1, {8, seed});
    double weights = 0;
    std::set<CaseForm> forms;
    for (const FitCase& one : cases) {
      forms.insert(one.form);
      weights += one.weight;
      const bool knows_other = std::any_of(one.query.begin(), one.query.end(), [&](const Known& c) {
        return c.feature == 1 && c.value != one.answer;
      });
      for (const Known& c : one.query) EXPECT_FALSE(c.feature == 1 && c.value == one.answer);
      EXPECT_EQ(one.also_right.size(), knows_other ? 0U : 1U);
      if (one.form == CaseForm::kRow) {
        EXPECT_EQ(one.query.size(), 3U);
      }
      if (one.form == CaseForm::kRowWithMembers) {
        EXPECT_EQ(one.query.size(), 4U);
      }
      if (one.form == CaseForm::kMembers) {
        EXPECT_EQ(one.query.size(), 1U);
      }
      if (one.form == CaseForm::kFeature) {
        EXPECT_EQ(one.query.size(), 1U);
      }
    }
    EXPECT_EQ(forms.size(), 4U);
    EXPECT_NEAR(weights, 4, 1e-12);
    EXPECT_LE(cases.size(), 8U);
    const auto single = cases_of_row(values, table.rows, 0, 1, {1, seed});
    ASSERT_EQ(single.size(), 1U);
    answers.insert(single[0].answer);
  }
  EXPECT_EQ(answers.size(), 2U);  // x and y, each in its turn
}

TEST(CasesOfRow, AskABasketForItsMembers) {
  const SmallTable table =
      small_table({{"items", data::FeatureKind::kBag, {{"a", "b", "c"}, {"a"}}}});
  const Values values(table.model);
  const auto cases = cases_of_row(values, table.rows, 0, 0, {8, 1});
  ASSERT_EQ(cases.size(), 3U);
  for (const FitCase& one : cases) EXPECT_EQ(one.query.size(), 2U);
  EXPECT_TRUE(cases_of_row(values, table.rows, 1, 0, {8, 1}).empty());
}

TEST(CasesOfRow, AskForTheFirstMemberWithTheOthersAsWrongAnswers) {
  const SmallTable table =
      small_table({{"kind", data::FeatureKind::kCategorical, {{"k"}, {"k"}}},
                   {"items", data::FeatureKind::kBag, {{"b", "a", "c"}, {"c"}}}});
  const Values values(table.model);
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    const auto cases = cases_of_row(values, table.rows, 0, 1, {8, seed, BagAnswer::kFirst});
    ASSERT_EQ(cases.size(), 3U);  // from the row, from row and members, from members: once each
    for (const FitCase& one : cases) {
      EXPECT_EQ(one.answer, table.value("items", "b"));
      EXPECT_TRUE(one.also_right.empty());
      EXPECT_EQ(one.weight, 1);
    }
  }
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

class FilmReader : public ::testing::Test {
 protected:
  FittedReader fitted() const {
    FittedReader made = fit_reader(values, &memory, table.rows);
    for (auto& [target, weights] : made.targets) {
      weights.weights = random_weights(WeightLayout(3), 7);
      weights.report.answers = BagAnswer::kFirst;
    }
    return made;
  }
  SmallTable table = films();
  Values values{table.model};
  Memory memory{table.rows, values, {.leading = true}};
};

TEST_F(FilmReader, ScoresAsItsFormulaSays) {
  const FittedReader weights = fitted();
  const auto& w = weights.targets.at(0).weights;
  const WeightLayout layout(3);
  const Query query = query_of(table, values, {{"cast", "x"}, {"kind", "m"}});
  Evidence found = evidence(values, &memory, 0, {&query, 1})[0];
  EXPECT_TRUE(found.leading.eq(0).all().item<bool>());  // a film has one director
  found.leading = at::tensor({-0.5F, -1.0F, -2.0F});
  const at::Tensor scored = score_of(layout, w, found, values.target(0));
  const std::vector<double> scores(scored.const_data_ptr<double>(),
                                   scored.const_data_ptr<double>() + 3);
  for (std::int64_t t = 0; t < 3; ++t) {
    double a = 0;
    double all = 0;
    for (std::size_t j = 0; j < found.components.size(); ++j) {
      double log = 0;
      for (const std::size_t index : layout.of(found.components[j])) log += w[index];
      a += std::exp(log) * found.distributions[static_cast<std::int64_t>(j)][t].item<double>();
      all += std::exp(log);
    }
    const auto i = static_cast<std::size_t>(t);
    double score = w[layout.mixture()] * std::log(a / all) +
                   w[layout.bias()] * values.target(0).bias[i] +
                   w[layout.prior()] * values.target(0).log_prior[i] +
                   w[layout.leading()] * found.leading[t].item<double>();
    for (std::int64_t g = 0; g < 2; ++g) {
      const auto feature = static_cast<std::size_t>(g) + 1;
      score += w[layout.products() + feature] * found.products[g][t].item<double>() +
               w[layout.counts(feature)] * found.counts[g][t].item<double>();
    }
    EXPECT_NEAR(scores[i], score, 1e-5);
  }
}

TEST_F(FilmReader, AnswersAnyQuery) {
  const Reader reader(values, &memory, fitted());
  for (const double score : scores_of(reader, values, 0, Query())) {
    EXPECT_TRUE(std::isfinite(score));
  }
  const auto all = scores_of(
      reader, values, 1, query_of(table, values, {{"cast", "x"}, {"cast", "y"}, {"cast", "z"}}));
  EXPECT_THAT(all, ElementsAre(kNoAnswer, kNoAnswer, kNoAnswer));
}

TEST_F(FilmReader, ComesBackFromJsonBitForBit) {
  const FittedReader before = fitted();
  const FittedReader after = fitted_reader_from_json(nlohmann::json::parse(to_json(before).dump()));
  EXPECT_EQ(before, after);
  nlohmann::json old = to_json(before);
  old["targets"]["cast"].erase("answers");  // as written before there was a choice
  for (const char* later : {"leading", "score_by_size"}) {
    ASSERT_EQ(old["targets"]["cast"]["weights"].erase(later), 1U) << later;
  }
  const TargetWeights read = fitted_reader_from_json(old).targets.at(1);
  EXPECT_EQ(read.report.answers, BagAnswer::kRandom);
  EXPECT_EQ(read.weights[WeightLayout(3).leading()], 0);
  const Memory again(memory.tensors(), "file");
  const Query query = query_of(table, values, {{"cast", "x"}, {"kind", "m"}});
  EXPECT_EQ(scores_of(Reader(values, &memory, before), values, 0, query),
            scores_of(Reader(values, &again, after), values, 0, query));
}

TEST_F(FilmReader, RefusesJsonThatIsNone) {
  const nlohmann::json good = to_json(fitted());
  const auto broken = [&](const char* pointer, const nlohmann::json& by) {
    nlohmann::json bad = good;
    bad[nlohmann::json::json_pointer(pointer)] = by;
    return error_of([&] { fitted_reader_from_json(bad, "file"); });
  };
  EXPECT_THAT(error_of([] { fitted_reader_from_json(3); }), HasSubstr("\"features\""));
  EXPECT_THAT(broken("/features", {1}), HasSubstr("a list of texts"));
  EXPECT_THAT(broken("/features", {"a"}), HasSubstr("file: expected"));
  EXPECT_THAT(broken("/targets", "x"), HasSubstr("targets"));
  EXPECT_THAT(broken("/targets/plot", good["targets"]["kind"]), HasSubstr("name of a feature"));
  EXPECT_THAT(broken("/targets/kind/memory", 1), HasSubstr("true or false"));
  EXPECT_THAT(broken("/targets/kind/rows", -1), HasSubstr("a count"));
  EXPECT_THAT(broken("/targets/kind/answers", "last"), HasSubstr("random or first"));
  EXPECT_THAT(broken("/targets/kind/weights/bias", {1, 2}), HasSubstr("1 numbers as \"bias\""));
  EXPECT_THAT(broken("/targets/kind/weights/bias", {"x"}), HasSubstr("a finite number"));
  EXPECT_THAT(broken("/targets/kind/weights", 1), HasSubstr("an object with"));
}

TEST_F(FilmReader, RefusesWhatDoesNotFit) {
  const FittedReader good = fitted();
  EXPECT_THAT(error_of([&] { const Reader reader(values, nullptr, good); }), HasSubstr("a memory"));
  const Memory without(table.rows, values);
  EXPECT_THAT(error_of([&] { const Reader reader(values, &without, good); }),
              HasSubstr("counts of what comes first"));
  FittedReader other = good;
  other.features[1] = "crew";
  EXPECT_THAT(error_of([&] { const Reader reader(values, &memory, other); }),
              HasSubstr("director, cast, kind"));
  FittedReader fewer = good;
  fewer.targets.erase(2);
  fewer.targets[1].weights.pop_back();
  EXPECT_THAT(error_of([&] { const Reader reader(values, &memory, fewer); }), HasSubstr("weights"));
  fewer.targets.erase(1);
  const Reader reader(values, &memory, fewer);
  EXPECT_THAT(error_of([&] { scores_of(reader, values, 2, Query()); }), HasSubstr("\"kind\""));
}

}  // namespace
}  // namespace feat2vec::reading
