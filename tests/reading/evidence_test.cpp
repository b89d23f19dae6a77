#include "feat2vec/reading/evidence.h"

#include <gmock/gmock.h>

#include <cmath>
#include <functional>
#include <vector>

#include "feat2vec/reading/cosine.h"
#include "feat2vec/reading/mixture.h"
#include "feat2vec/reading/model_score.h"
#include "tests/reading/small_table.h"
#include "tests/support/errors.h"

namespace feat2vec::reading {
namespace {

using feat2vec::testing::error_of;
using testing::films;
using ::testing::HasSubstr;
using testing::query_of;
using testing::scores_of;
using testing::SmallTable;

using Numbers = std::vector<double>;

// Everything is worked out again here, one candidate at a time, from the formulas as they are written.
class Reading : public ::testing::Test {
 protected:
  double product(std::int32_t t, const Known& c) const {
    double sum = 0;
    for (std::int64_t i = 0; i < values.dim(); ++i) {
      sum += double{values.vector(target, t)[i]} * c.vector[i];
    }
    return sum;
  }
  bool holds(std::int32_t t) const {
    for (const Known& c : query) {
      if (c.feature == target && c.value == t) return true;
    }
    return false;
  }
  std::int32_t size() const { return values.target(target).candidates(); }
  double bias(std::int32_t t) const {
    return values.target(target).bias[static_cast<std::size_t>(t)];
  }
  double prior(std::int32_t t) const {
    return std::exp(values.target(target).log_prior[static_cast<std::size_t>(t)]);
  }
  double co(std::int32_t t, const Known& c) const {
    if (c.value == kCell) return 0;
    const auto pairs = memory.pairs(target, c.feature, c.value);
    for (std::size_t i = 0; i < pairs.size(); ++i) {
      if (pairs.value(i) == static_cast<std::size_t>(t)) return pairs.count(i);
    }
    return 0;
  }
  double all_co(const Known& c) const {
    double sum = 0;
    for (std::int32_t t = 0; t < size(); ++t) sum += holds(t) ? 0 : co(t, c);
    return sum;
  }
  double n(const Known& c) const { return memory.holding(c.feature, c.value); }

  Numbers normalised(const std::function<double(std::int32_t)>& weight) const {
    Numbers found;
    double sum = 0;
    for (std::int32_t t = 0; t < size(); ++t) {
      found.push_back(holds(t) ? 0 : weight(t));
      sum += found.back();
    }
    for (double& one : found) one /= sum;
    return found;
  }
  Numbers softmax(const std::function<double(std::int32_t)>& logit) const {
    return normalised([&](std::int32_t t) { return std::exp(logit(t)); });
  }
  Numbers given(const Known& c) const {
    return softmax([&](std::int32_t t) { return product(t, c) + bias(t); });
  }

  Numbers wanted(const Component& component, const Known* c) const {
    const auto sum = [&](const std::function<double(const Known&)>& of) {
      double total = 0;
      for (const Known& known : query) total += of(known);
      return total;
    };
    const double root = std::sqrt(static_cast<double>(query.size()));
    double counted = 0;
    for (const Known& known : query) counted += known.value == kCell ? 0 : 1;
    switch (component.source) {
      case Source::kVector:
        return given(*c);
      case Source::kCount:
        return normalised([&](std::int32_t t) { return co(t, *c); });
      case Source::kSum:
        return softmax([&](std::int32_t t) {
          return sum([&](const Known& k) { return product(t, k); }) / root + bias(t);
        });
      case Source::kScore:
        return softmax([&](std::int32_t t) {
          return sum([&](const Known& k) { return product(t, k); }) + bias(t);
        });
      case Source::kBayes:
        return softmax([&](std::int32_t t) {
          return sum([&](const Known& k) {
                   const double q = (co(t, k) + .5 * prior(t)) / (all_co(k) + .5);
                   return k.value == kCell ? 0 : std::log(q / prior(t));
                 }) / std::sqrt(counted) +
                 std::log(prior(t));
        });
      case Source::kHalfPmi:
      case Source::kWholePmi:
        return softmax([&](std::int32_t t) {
          const double s = component.source == Source::kHalfPmi ? .5 : 1;
          return s * sum([&](const Known& k) {
                   return k.value == kCell ? 0 : std::log(1 + co(t, k) / (n(k) * prior(t)));
                 }) +
                 (1 - s) * std::log(prior(t));
        });
      case Source::kPrior:
        return normalised([&](std::int32_t t) { return prior(t); });
    }
    return {};
  }

  void expect_right(const Evidence& found) const {
    for (std::size_t j = 0; j < found.components.size(); ++j) {
      const Component& component = found.components[j];
      const Known* c = nullptr;
      for (const Known& known : query) {  // a feature is known once in these queries
        if (known.feature == component.feature) c = &known;
      }
      const Numbers right = wanted(component, c);
      for (std::int32_t t = 0; t < size(); ++t) {
        EXPECT_NEAR(found.distributions[static_cast<std::int64_t>(j)][t].item<double>(),
                    right[static_cast<std::size_t>(t)], 1e-6)
            << "source " << static_cast<int>(component.source) << " of candidate " << t;
      }
    }
    const double root = std::sqrt(static_cast<double>(query.size()));
    for (std::size_t g = 0; g < found.features.size(); ++g) {
      for (const Known& c : query) {
        if (c.feature != found.features[g]) continue;
        for (std::int32_t t = 0; t < size(); ++t) {
          const auto row = static_cast<std::int64_t>(g);
          EXPECT_NEAR(found.products[row][t].item<double>(), product(t, c) / root, 1e-6);
          if (!found.counts.defined() || holds(t)) continue;
          const double count = c.value == kCell ? 0 : 10 * co(t, c) / (n(c) * root);
          EXPECT_NEAR(found.counts[row][t].item<double>(), count, 1e-6);
        }
      }
    }
  }

  std::vector<Source> sources(const Evidence& found) const {
    std::vector<Source> all;
    for (const Component& component : found.components) all.push_back(component.source);
    return all;
  }

  SmallTable table = films({0.5, -1, 2, 0});
  Values values{table.model};
  Memory memory{table.rows, values};
  std::int32_t target = 0;
  Query query;
};

TEST_F(Reading, EvidenceIsAsItsFormulasSay) {
  query = query_of(table, values, {{"cast", "x"}, {"kind", "m"}});
  query.add_cell(3, values.cell_vector(3, table.rows.column(3), 2));
  const Evidence found = evidence(values, &memory, target, {&query, 1})[0];
  EXPECT_EQ(sources(found),
            (std::vector<Source>{Source::kVector, Source::kVector, Source::kVector, Source::kCount,
                                 Source::kCount, Source::kSum, Source::kBayes, Source::kHalfPmi,
                                 Source::kWholePmi, Source::kPrior}));
  EXPECT_EQ(found.features, (std::vector<std::int32_t>{1, 2, 3}));
  EXPECT_EQ(found.components[0].bucket, 1);   // x is in 3 rows
  EXPECT_EQ(found.components[2].bucket, -1);  // a number
  EXPECT_EQ(found.components[5].bucket, 1);   // 3 are known
  expect_right(found);
}

TEST_F(Reading, EvidenceWithoutAMemoryIsOfTheVectors) {
  query = query_of(table, values, {{"cast", "x"}, {"kind", "m"}});
  const Evidence found = evidence(values, nullptr, target, {&query, 1})[0];
  EXPECT_EQ(sources(found),
            (std::vector<Source>{Source::kVector, Source::kVector, Source::kSum, Source::kPrior}));
  EXPECT_FALSE(found.counts.defined());
  expect_right(found);
}

TEST_F(Reading, EvidenceHasTheScoreOfModelsTrainedOnWholeRows) {
  const Values whole(table.model, {.whole_rows = true});
  query = query_of(table, whole, {{"cast", "x"}, {"kind", "m"}});
  const Evidence found = evidence(whole, nullptr, target, {&query, 1})[0];
  EXPECT_EQ(sources(found), (std::vector<Source>{Source::kVector, Source::kVector, Source::kSum,
                                                 Source::kScore, Source::kPrior}));
  EXPECT_EQ(found.components[3].bucket, 1);  // 2 are known
  expect_right(found);
}

TEST_F(Reading, EvidenceLeavesTheQuerysOwnMembersOutBeforeItNormalises) {
  target = 1;
  query = query_of(table, values, {{"cast", "x"}, {"kind", "m"}});
  const Evidence found = evidence(values, &memory, target, {&query, 1})[0];
  expect_right(found);
  for (std::size_t j = 0; j < found.components.size(); ++j) {
    EXPECT_NEAR(found.distributions[static_cast<std::int64_t>(j)].sum().item<double>(), 1, 1e-6);
  }
}

TEST_F(Reading, EvidenceOfABatchIsThatOfEachQuery) {
  const std::vector<Query> queries{query_of(table, values, {{"cast", "x"}, {"kind", "m"}}), Query(),
                                   query_of(table, values, {{"kind", "s"}})};
  const auto found = evidence(values, &memory, target, queries);
  ASSERT_EQ(found.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    query = queries[i];
    if (!query.empty()) expect_right(found[i]);
  }
  EXPECT_EQ(found[1].components.size(), 5U);
}

TEST_F(Reading, BucketsAreLogarithms) {
  const std::vector<std::int64_t> counts{0, 1, 2, 3, 4, 7, 8, 15, 16, 1000000};
  const std::vector<std::int32_t> buckets{0, 0, 1, 1, 2, 2, 3, 3, 4, 4};
  for (std::size_t i = 0; i < counts.size(); ++i) EXPECT_EQ(bucket_of(counts[i]), buckets[i]);
}

TEST_F(Reading, MixtureSumsWhatEachKnownValueSays) {
  query = query_of(table, values, {{"cast", "x"}, {"kind", "m"}});
  const Numbers plain = scores_of(Mixture(values), values, target, query);
  const Numbers whole =
      scores_of(Mixture(values, &memory, {.counts = .3, .sum = .5}), values, target, query);
  const Known& x = query.known()[0];
  const Known& m = query.known()[1];
  for (std::int32_t t = 0; t < size(); ++t) {
    const auto i = static_cast<std::size_t>(t);
    const double sum = given(x)[i] + given(m)[i];
    EXPECT_NEAR(plain[i], std::log(sum), 1e-5);
    const double counts = .3 * (co(t, x) / n(x) + co(t, m) / n(m));
    const double score = (product(t, x) + product(t, m)) / std::sqrt(2) + bias(t);
    EXPECT_NEAR(whole[i], std::log(sum + counts) + .5 * score, 1e-5);
  }
}

TEST_F(Reading, MixtureLeavesTheQuerysOwnMembersOutBeforeItNormalises) {
  target = 1;
  query = query_of(table, values, {{"cast", "x"}});
  const Numbers scores = scores_of(Mixture(values), values, target, query);
  const Numbers right = given(query.known()[0]);
  double sum = 0;
  for (std::int32_t t = 0; t < size(); ++t) {
    const auto i = static_cast<std::size_t>(t);
    if (holds(t)) {
      EXPECT_EQ(scores[i], kNoAnswer);
    } else {
      EXPECT_NEAR(scores[i], std::log(right[i]), 1e-5);
      sum += std::exp(scores[i]);
    }
  }
  EXPECT_NEAR(sum, 1, 1e-6);
}

TEST_F(Reading, MixtureAnswersNothingByThePrior) {
  EXPECT_EQ(scores_of(Mixture(values), values, target, query), values.target(target).log_prior);
  EXPECT_THAT(error_of([&] { Mixture(values, nullptr, {.counts = 1}); }), HasSubstr("a memory"));
}

TEST_F(Reading, ModelScoreAddsProductsAndBias) {
  query = query_of(table, values, {{"cast", "x"}, {"cast", "y"}, {"kind", "m"}});
  const Numbers plain = scores_of(ModelScore(values), values, target, query);
  const Numbers scaled = scores_of(ModelScore(values, SumScale::kSqrt), values, target, query);
  for (std::int32_t t = 0; t < size(); ++t) {
    double sum = 0;
    for (const Known& c : query) sum += product(t, c);
    EXPECT_NEAR(plain[static_cast<std::size_t>(t)], sum + bias(t), 1e-5);
    EXPECT_NEAR(scaled[static_cast<std::size_t>(t)], sum / std::sqrt(3) + bias(t), 1e-5);
  }
}

TEST_F(Reading, CosineComparesDirections) {
  query = query_of(table, values, {{"cast", "x"}, {"kind", "m"}});
  const Numbers scores = scores_of(Cosine(values), values, target, query);
  const at::Tensor sum = sum_of_vectors(query, values.dim());
  for (std::int32_t t = 0; t < size(); ++t) {
    const at::Tensor vector = values.target(target).vectors[t];
    const double right = (vector.dot(sum) / (vector.norm() * sum.norm())).item<double>();
    EXPECT_NEAR(scores[static_cast<std::size_t>(t)], right, 1e-6);
  }
  EXPECT_EQ(scores_of(Cosine(values), values, target, Query()), Numbers(3, 0));
}

TEST_F(Reading, ReadoutsRefuseScoresOfAnotherSize) {
  Numbers two(2);
  EXPECT_THAT(error_of([&] { ModelScore(values).scores(0, query, two); }),
              HasSubstr("3 scores for \"director\", received 2"));
  EXPECT_THAT(error_of([&] { Cosine(values).scores(3, query, two); }), HasSubstr("number"));
}

TEST(Evidence, KnowsHowOftenACandidateComesFirst) {
  const SmallTable table = films();
  const Values values(table.model);
  const Query query = query_of(table, values, {{"kind", "m"}});
  const Memory silent(table.rows, values);
  EXPECT_FALSE(evidence(values, &silent, 1, {&query, 1})[0].leading.defined());
  const Memory memory(table.rows, values, {.leading = true});
  const at::Tensor leading = evidence(values, &memory, 1, {&query, 1})[0].leading;
  const double mean = 4. / 7;  // casts {x, y}, {x}, {y, z}, {x, z}
  const auto expect = [&](const char* value, double first, double all) {
    EXPECT_NEAR(leading[table.value("cast", value)].item<double>(),
                std::log((first + mean) / (all + 1)), 1e-6);
  };
  expect("x", 3, 3);
  expect("y", 1, 2);
  expect("z", 0, 2);
}

}  // namespace
}  // namespace feat2vec::reading
