#include "feat2vec/reading/reader.h"

#include <gmock/gmock.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "feat2vec/reading/reader_fit.h"
#include "tests/reading/random_weights.h"
#include "tests/reading/small_table.h"
#include "tests/support/errors.h"

namespace feat2vec::reading {
namespace {

using feat2vec::testing::error_of;
using testing::films;
using ::testing::HasSubstr;
using testing::query_of;
using testing::random_weights;
using testing::scores_of;
using testing::SmallTable;

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
