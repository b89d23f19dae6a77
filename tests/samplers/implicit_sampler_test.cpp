#include "samplers/implicit_sampler.h"

#include <gmock/gmock.h>

#include <cmath>
#include <map>
#include <random>

#include "tests/support/data.h"
#include "tests/support/errors.h"
#include "tests/support/sampler.h"
#include "tests/support/statistics.h"

namespace feat2vec::samplers {
namespace {

using testing::all_rows;
using testing::error_of;
using ::testing::HasSubstr;
using testing::indices;
using testing::make_sampler;
using testing::random_dataset;
using testing::random_schema;

/// What a row holds of a sampling group, as text; empty when nothing.
std::string value_of(const data::Dataset& dataset,
                     const std::vector<std::int64_t>& group_of_feature, std::int64_t group,
                     std::int64_t row) {
  std::string text;
  bool present = false;
  for (std::size_t f = 0; f < group_of_feature.size(); ++f) {
    if (group_of_feature[f] != group) continue;
    present |= !dataset.column(f).absent()[row].item<bool>();
    text += testing::cell(dataset.column(f), row) + ";";
  }
  return present ? text : "";
}

/// P2 of every group, counted again from the cells.
class SlowNoise {
 public:
  SlowNoise(const data::Dataset& supply, const data::Schema& schema)
      : group_of_feature_(schema.group_of_feature()), counts_(schema.sampling_groups().size()) {
    for (std::size_t g = 0; g < counts_.size(); ++g)
      for (std::int64_t row = 0; row < supply.rows(); ++row) {
        const std::string value = this->value(supply, static_cast<std::int64_t>(g), row);
        if (!value.empty()) ++counts_[g][value];
      }
  }

  std::string value(const data::Dataset& dataset, std::int64_t group, std::int64_t row) const {
    return value_of(dataset, group_of_feature_, group, row);
  }

  double log_prob(std::int64_t group, const std::string& value) const {
    double total = 0;
    for (const auto& [other, count] : counts_[static_cast<std::size_t>(group)])
      total += weight(count);
    const auto& counts = counts_[static_cast<std::size_t>(group)];
    const auto found = counts.find(value);
    return std::log(weight(found == counts.end() ? 0 : found->second) / total);
  }

 private:
  static double weight(std::int64_t count) {
    return std::pow(static_cast<double>(count) + testing::kCountBias, testing::kAlpha2);
  }

  std::vector<std::int64_t> group_of_feature_;
  std::vector<std::map<std::string, std::int64_t>> counts_;
};

void expect_equal(const Draw& a, const Draw& b) {
  EXPECT_TRUE(a.rows.equal(b.rows));
  EXPECT_TRUE(a.groups.equal(b.groups));
  EXPECT_TRUE(a.donors.equal(b.donors));
  EXPECT_TRUE(a.log_noise.equal(b.log_noise));
}

TEST(ImplicitSampler, GivesTheLogNoiseOfTheDrawnValue) {
  const data::Dataset supply = random_dataset(60, 2);
  const data::Dataset unseen = random_dataset(40, 3);
  for (const data::Schema& schema : {random_schema(), testing::paired_schema()})
    for (const data::Dataset& observed : {supply, unseen}) {
      const SlowNoise noise(supply, schema);
      const Draw draw = make_sampler(observed, supply, schema, {4, 1}).draw(all_rows(observed), 0);
      for (std::int64_t b = 0; b < observed.rows(); ++b) {
        const auto group = draw.groups[b].item<std::int64_t>();
        for (std::int64_t c = 0; c <= 4; ++c) {
          const std::string value =
              c == 0 ? noise.value(observed, group, b)
                     : noise.value(supply, group, draw.donors[b][c - 1].item<std::int64_t>());
          EXPECT_NEAR(draw.log_noise[b][c].item<double>(),
                      std::log(4.0) + noise.log_prob(group, value), 1e-5);
        }
      }
    }
}

TEST(ImplicitSampler, NeverChoosesAnAbsentGroup) {
  const data::Dataset rows = random_dataset(60, 2);
  const data::Schema schema = random_schema();
  const auto sampler = make_sampler(rows, rows, schema);
  for (std::uint32_t epoch = 0; epoch < 20; ++epoch) {
    const Draw draw = sampler.draw(all_rows(rows), epoch);
    for (std::int64_t b = 0; b < rows.rows(); ++b)
      EXPECT_NE(value_of(rows, schema.group_of_feature(), draw.groups[b].item<std::int64_t>(), b),
                "");
  }
}

TEST(ImplicitSampler, DrawsDoNotDependOnTheBatch) {
  const data::Dataset rows = random_dataset(30, 4);
  for (const Oversampler oversampler : {Oversampler::kTwoStep, Oversampler::kAll}) {
    const auto sampler = make_sampler(rows, rows, random_schema(), {3, 1, oversampler});
    const Draw whole = sampler.draw(all_rows(rows), 6);
    expect_equal(whole, sampler.draw(all_rows(rows), 6));
    const at::Tensor turned = all_rows(rows).flip(0);
    const Draw backwards = sampler.draw(turned, 6);
    const Draw picked{turned, whole.groups.index_select(0, turned),
                      whole.donors.index_select(0, turned),
                      whole.log_noise.index_select(0, turned)};
    expect_equal(backwards, picked);
    const Draw one = sampler.draw(indices({17}), 6);
    EXPECT_TRUE(one.donors[0].equal(whole.donors[17]));
  }
}

TEST(ImplicitSampler, DrawsDifferByRowEpochAndSeed) {
  std::mt19937 random(1);
  const data::Dataset rows({testing::ids_column(std::vector<std::int32_t>(50, 0)),
                            testing::random_bags(50, 1000, random)});
  data::Schema schema;
  schema.features = {testing::feature("same", data::FeatureKind::kCategorical),
                     testing::feature("words", data::FeatureKind::kBag)};
  schema.groups = {{"both", {"same", "words"}}};
  const auto donors = [&](std::uint64_t seed, std::uint32_t epoch) {
    return make_sampler(rows, rows, schema, {5, seed}).draw(all_rows(rows), epoch).donors;
  };
  EXPECT_TRUE(donors(1, 0).equal(donors(1, 0)));
  EXPECT_FALSE(donors(1, 0).equal(donors(1, 1)));
  EXPECT_FALSE(donors(1, 0).equal(donors(2, 0)));
  EXPECT_FALSE(donors(1, 0)[0].equal(donors(1, 0)[1]));
}

/// Rows in which every group is present.
data::Dataset full_rows(std::int64_t rows) {
  std::mt19937 random(8);
  std::vector<std::int32_t> ids;
  std::vector<std::vector<std::int32_t>> bags;
  for (std::int64_t row = 0; row < rows; ++row) {
    ids.push_back(static_cast<std::int32_t>(random() % 5 * (random() % 3)));
    bags.push_back({static_cast<std::int32_t>(random() % 4)});
  }
  return data::Dataset({testing::ids_column(ids), testing::bag_column(bags)});
}

data::Schema full_schema() {
  data::Schema schema;
  schema.features = {testing::feature("item", data::FeatureKind::kCategorical),
                     testing::feature("words", data::FeatureKind::kBag)};
  return schema;
}

TEST(ImplicitSampler, DrawsGroupsByP1AndValuesByP2) {
  const data::Dataset rows = full_rows(20'000);
  const auto sampler = make_sampler(rows, rows, full_schema(), {2, 5});
  const Draw draw = sampler.draw(all_rows(rows), 0);
  std::vector<std::int64_t> groups(2, 0);
  std::vector<std::vector<std::int64_t>> values(2);
  std::vector<std::vector<std::int32_t>> entity(2);
  for (std::size_t g = 0; g < 2; ++g) {
    const Entities& entities = sampler.noise().entities(static_cast<std::int64_t>(g));
    values[g].resize(entities.counts().size());
    entity[g] = entities.find(rows);
  }
  for (std::int64_t b = 0; b < rows.rows(); ++b) {
    const auto g = static_cast<std::size_t>(draw.groups[b].item<std::int64_t>());
    ++groups[g];
    for (std::int64_t j = 0; j < 2; ++j) {
      const auto donor = static_cast<std::size_t>(draw.donors[b][j].item<std::int64_t>());
      ++values[g][static_cast<std::size_t>(entity[g][donor])];
    }
  }
  EXPECT_LT(testing::chi_square(groups, {1.0 / 3, 2.0 / 3}), testing::chi_square_bound(1));
  for (std::size_t g = 0; g < 2; ++g) {
    std::vector<double> p2;
    for (std::size_t e = 0; e < values[g].size(); ++e)
      p2.push_back(std::exp(sampler.noise()
                                .distribution(static_cast<std::int64_t>(g))
                                .log_prob(static_cast<std::int64_t>(e))));
    EXPECT_LT(testing::chi_square(values[g], p2),
              testing::chi_square_bound(static_cast<double>(p2.size() - 1)));
  }
}

TEST(ImplicitSampler, AllReplacesEveryPresentGroup) {
  const data::Dataset rows = random_dataset(60, 2);
  const data::Schema schema = testing::paired_schema();
  const SlowNoise noise(rows, schema);
  const Draw draw =
      make_sampler(rows, rows, schema, {3, 1, Oversampler::kAll}).draw(all_rows(rows), 0);
  EXPECT_TRUE(draw.groups.eq(-1).all().item<bool>());
  for (std::int64_t b = 0; b < rows.rows(); ++b)
    for (std::int64_t c = 0; c <= 3; ++c) {
      double expected = std::log(3.0);
      for (std::int64_t g = 0; g < 2; ++g) {
        const std::string own = noise.value(rows, g, b);
        const std::int64_t donor = c == 0 ? b : draw.donors[b][c - 1][g].item<std::int64_t>();
        EXPECT_EQ(donor >= 0, !own.empty() || c == 0);
        if (!own.empty()) expected += noise.log_prob(g, noise.value(rows, g, donor));
      }
      EXPECT_NEAR(draw.log_noise[b][c].item<double>(), expected, 1e-5);
    }
}

TEST(ImplicitSampler, SharesOneGroupAmongTheNoiseOfARow) {
  const data::Dataset rows = full_rows(100);
  const Draw draw = make_sampler(rows, rows, full_schema(), {7, 5}).draw(all_rows(rows), 0);
  EXPECT_EQ(draw.groups.dim(), 1);
  EXPECT_THAT(draw.donors.sizes(), ::testing::ElementsAre(100, 7));
  EXPECT_THAT(draw.log_noise.sizes(), ::testing::ElementsAre(100, 8));
}

TEST(ImplicitSampler, RejectsARowWithNothingInIt) {
  const data::Dataset supply = full_rows(10);
  const data::Dataset observed({testing::ids_column({1, -1}), testing::bag_column({{1}, {}})});
  for (const Oversampler oversampler : {Oversampler::kTwoStep, Oversampler::kAll}) {
    const auto sampler = make_sampler(observed, supply, full_schema(), {5, 1, oversampler});
    EXPECT_NO_THROW(sampler.draw(indices({0}), 0));
    EXPECT_THAT(error_of([&] {
                  sampler.draw(indices({0, 1}), 0);
                }),
                HasSubstr("expected a row with a value to replace, received row 1"));
  }
}

TEST(ImplicitSampler, RejectsRowsOutsideTheDataset) {
  const data::Dataset rows = full_rows(10);
  const auto sampler = make_sampler(rows, rows, full_schema());
  for (const std::int64_t row : {-1, 10})
    EXPECT_THAT(error_of([&] {
                  sampler.draw(indices({0, row}), 0);
                }),
                HasSubstr("expected rows in [0, 10)"));
  EXPECT_THAT(error_of([&] { sampler.draw(indices({0}).to(at::kInt), 0); }),
              HasSubstr("expected rows as int64 [B] on the CPU"));
  EXPECT_THAT(error_of([&] {
                sampler.draw(indices({0}).view({1, 1}), 0);
              }),
              HasSubstr("2 dimensions"));
}

TEST(ImplicitSampler, RejectsOptionsThatMakeNoSense) {
  const data::Dataset rows = full_rows(10);
  EXPECT_THAT(error_of([&] { make_sampler(rows, rows, full_schema(), {0}); }),
              HasSubstr("expected 1 noise row or more, received 0"));
  const auto noise = std::make_shared<NoiseTables>(rows, full_schema(), NoiseOptions());
  EXPECT_THAT(error_of([&] {
                ImplicitSampler(rows, noise, GroupChooser({1, 1, 1}, 1), {});
              }),
              HasSubstr("expected a chooser of 2 groups, received 3"));
}

TEST(ImplicitSampler, Alpha1AndAlpha2ActIndependently) {
  // The original's experiments gave the exponent of one step to the other.
  const data::Dataset rows = full_rows(50);
  const auto p2 = [&](double alpha2) {
    return NoiseTables(rows, full_schema(), {alpha2, 0}).distribution(0).log_prob(0);
  };
  EXPECT_NE(p2(0.25), p2(0.75));
  EXPECT_NE(GroupChooser({1, 9}, 0.25).probabilities(), GroupChooser({1, 9}, 0.75).probabilities());
  const auto noise = std::make_shared<NoiseTables>(rows, full_schema(), NoiseOptions{0.75, 0});
  const ImplicitSampler sampler(rows, noise, GroupChooser({1, 9}, 0.5), {});
  EXPECT_EQ(sampler.noise().distribution(0).log_prob(0), p2(0.75));
  EXPECT_THAT(sampler.chooser().probabilities(), ::testing::ElementsAre(0.25, 0.75));
}

}  // namespace
}  // namespace feat2vec::samplers
