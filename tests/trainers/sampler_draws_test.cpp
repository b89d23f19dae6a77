#include "trainers/sampler_draws.h"

#include <ATen/ops/arange.h>
#include <gtest/gtest.h>

#include <utility>
#include <vector>

#include "tests/trainers/random_problem.h"
#include "trainers/encoded_cells.h"
#include "trainers/fused_model.h"

namespace feat2vec::trainers {
namespace {

using testing::make_random_problem;
using testing::RandomProblem;

constexpr std::uint32_t kDrawEpoch = 3;

/// What the kernels get for rows 0 … n − 1.
struct DrawnRows {
  DrawnRows(std::size_t n, std::size_t k, std::size_t features)
      : groups(n), donors(n * k), log_noise(n * (1 + k)), ids(n * (features + k)) {}

  kernels::DrawBuffers view() {
    return {groups.data(), donors.data(), log_noise.data(), ids.data()};
  }

  std::vector<std::int32_t> groups;
  std::vector<std::int64_t> donors;
  std::vector<float> log_noise;
  std::vector<std::int32_t> ids;
};

template <class T>
std::vector<T> numbers_of(const at::Tensor& tensor) {
  return {tensor.const_data_ptr<T>(), tensor.const_data_ptr<T>() + tensor.numel()};
}

void expect_donors(const samplers::ImplicitSampler& sampler, const DonorDraws& draws) {
  const std::int64_t count = sampler.observed().rows();
  const at::Tensor rows = at::arange(count, at::kLong);
  const samplers::Draw expected = sampler.draw(rows, kDrawEpoch);
  DrawnRows received(static_cast<std::size_t>(count),
                     static_cast<std::size_t>(sampler.options().noise_rows), 0);
  draws.draw(rows.const_data_ptr<std::int64_t>(), static_cast<std::int32_t>(count), kDrawEpoch,
             received.view());
  EXPECT_EQ(received.groups, numbers_of<std::int32_t>(expected.groups.to(at::kInt)));
  EXPECT_EQ(received.donors, numbers_of<std::int64_t>(expected.donors));
  EXPECT_EQ(received.log_noise, numbers_of<float>(expected.log_noise));
}

TEST(DonorDraws, GiveWhatTheSamplerDraws) {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    const RandomProblem problem = make_random_problem(seed);
    for (const auto& sampler :
         {problem.sampler, problem.validation})  // with values that the noise lacks
      expect_donors(*sampler, DonorDraws(*sampler, kernels::best_target()));
  }
}

TEST(DonorDraws, GiveTheSameWhereTheCellsSayWhatARowHas) {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    RandomProblem problem = make_random_problem(seed, {.plain = true});
    const FusedModel<double> model(*problem.model, problem.sampler->noise().group_of_feature(),
                                   Objective::kNce, problem.sampler->options().noise_rows);
    for (const auto& sampler : {problem.sampler, problem.validation}) {
      const auto encode = [&](const data::Dataset& dataset) {
        return EncodedCells<double>(dataset, *problem.model, problem.model->row_table(),
                                    model.features(), true);
      };
      const EncodedCells<double> observed = encode(sampler->observed());
      const EncodedCells<double> supply = encode(sampler->noise().supply());
      ASSERT_TRUE(LookupNoise::fits(model.view(), observed.view()));
      LookupNoise own(*sampler, model.view(), observed.view(), supply.view());
      expect_donors(*sampler, DonorDraws(*sampler, std::move(own), kernels::best_target()));
    }
  }
}

TEST(LookupNoise, IsForGroupsOfOneFeatureEach) {
  int fitting = 0;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    RandomProblem problem = make_random_problem(seed, {.whole = true});
    const auto& group_of = problem.sampler->noise().group_of_feature();
    const FusedModel<double> model(*problem.model, group_of, Objective::kNce, 1);
    const bool single =
        static_cast<std::int64_t>(group_of.size()) == problem.sampler->noise().groups();
    const bool fits = LookupNoise::fits(model.view(), kernels::CellsView<double>{});
    EXPECT_EQ(fits, single) << seed;
    fitting += fits ? 1 : 0;
  }
  EXPECT_GT(fitting, 0);
  EXPECT_LT(fitting, 40);
}

TEST(PlainDraws, GiveTheRowsOfWhatTheSamplerDraws) {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    RandomProblem problem = make_random_problem(seed, {.plain = true});
    const samplers::ImplicitSampler& sampler = *problem.validation;
    const std::int64_t k = sampler.options().noise_rows;
    const FusedModel<double> model(*problem.model, sampler.noise().group_of_feature(),
                                   Objective::kNce, k);
    const EncodedCells<double> observed(sampler.observed(), *problem.model,
                                        problem.model->row_table(), model.features(), true);
    const EncodedCells<double> supply(sampler.noise().supply(), *problem.model,
                                      problem.model->row_table(), model.features(), true);
    const PlainDraws<double> draws(sampler, model.view(), observed.view(), supply.view(),
                                   kernels::best_target());
    const std::int64_t count = sampler.observed().rows();
    const std::int32_t features = model.view().features;
    const at::Tensor rows = at::arange(count, at::kLong);
    const samplers::Draw expected = sampler.draw(rows, kDrawEpoch);
    DrawnRows received(static_cast<std::size_t>(count), static_cast<std::size_t>(k),
                       static_cast<std::size_t>(features));
    draws.draw(rows.const_data_ptr<std::int64_t>(), static_cast<std::int32_t>(count), kDrawEpoch,
               received.view());
    EXPECT_EQ(received.groups, numbers_of<std::int32_t>(expected.groups.to(at::kInt)));
    EXPECT_EQ(received.log_noise, numbers_of<float>(expected.log_noise));
    for (std::int64_t i = 0; i < count; ++i) {
      const std::int32_t target =
          model.view().group_features[received.groups[static_cast<std::size_t>(i)]];
      const std::int32_t* ids = received.ids.data() + (i * (features + k));
      EXPECT_EQ(ids[features - 1], observed.view().term[(i * features) + target]);
      for (std::int64_t j = 0; j < k; ++j) {
        const auto donor = expected.donors[i][j].item<std::int64_t>();
        EXPECT_EQ(ids[features + j], supply.view().term[(donor * features) + target]);
      }
    }
  }
}

}  // namespace
}  // namespace feat2vec::trainers
