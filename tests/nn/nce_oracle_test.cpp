// One NCE batch, number by number, against a NumPy script that knows nothing of this library.
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>
#include <torch/optim/adam.h>

#include <map>

#include "feat2vec/nn/feat2vec.h"
#include "feat2vec/nn/losses.h"
#include "samplers/group_chooser.h"
#include "samplers/noise_distribution.h"
#include "tests/support/data.h"
#include "tests/support/golden.h"
#include "tests/support/model.h"

namespace feat2vec {
namespace {

using nlohmann::json;

at::Tensor tensor_of(const json& list) {
  if (!list.front().is_array()) return at::tensor(list.get<std::vector<double>>(), at::kDouble);
  std::vector<at::Tensor> rows;
  for (const json& row : list) rows.push_back(tensor_of(row));
  return at::stack(rows);
}

void expect_near(const at::Tensor& received, const at::Tensor& expected, double tolerance) {
  ASSERT_EQ(received.numel(), expected.numel());
  const at::Tensor gap = (received.reshape({-1}) - expected.reshape({-1})).abs().max();
  EXPECT_LE(gap.item<double>(), tolerance) << received << "\nexpected\n" << expected;
}

void expect_near(const std::vector<double>& received, const json& expected, double tolerance) {
  expect_near(at::tensor(received, at::kDouble), tensor_of(expected), tolerance);
}

class NceOracle : public ::testing::Test {
 protected:
  NceOracle() {
    const at::NoGradGuard no_grad;
    model_->to(at::kDouble);
    for (const auto& [name, weight] : weights())
      weight.copy_(tensor_of(oracle_["weights"][name]).view(weight.sizes()));
  }

  static ModelOptions options() {
    ModelOptions options;
    options.dim = 3;
    options.prior = Prior::kNone;
    return options;
  }

  /// The parameters by the names that the script gives them.
  std::map<std::string, at::Tensor> weights() const {
    std::map<std::string, at::Tensor> result;
    for (std::size_t f = 0; f < 4; ++f)
      result[oracle_["groups"][f]] = model_->extractor(f)->parameters().at(0);
    result["offset"] = model_->bias(4)->parameters().at(0);
    return result;
  }

  /// Tables of blocks [1+K, B], as the script lays them out, as [B, 1+K].
  at::Tensor by_observed(const at::Tensor& blocks) const {
    return blocks.view({oracle_["k"].get<std::int64_t>() + 1, oracle_["B"].get<std::int64_t>()})
        .t();
  }

  samplers::NoiseDistribution distribution(const std::string& group) const {
    return {oracle_["counts"][group], oracle_["alpha2"], oracle_["bias"]};
  }

  /// log(K·P2), from our distributions.
  at::Tensor log_noise() const {
    std::vector<double> result;
    for (std::size_t r = 0; r < oracle_["rows"].size(); ++r) {
      const std::size_t group = oracle_["group_of_positive"][r % oracle_["B"].get<std::size_t>()];
      const double log_prob =
          distribution(oracle_["groups"][group]).log_prob(oracle_["rows"][r][group]);
      result.push_back(std::log(oracle_["k"].get<double>()) + log_prob);
    }
    return by_observed(at::tensor(result, at::kDouble)).contiguous();
  }

  data::Batch batch() const {
    std::vector<std::vector<std::int32_t>> codes(4);
    for (std::size_t b = 0; b < oracle_["B"].get<std::size_t>(); ++b)
      for (std::size_t c = 0; c <= oracle_["k"].get<std::size_t>(); ++c)
        for (std::size_t g = 0; g < 4; ++g)
          codes[g].push_back(oracle_["rows"][c * oracle_["B"].get<std::size_t>() + b][g]);
    const at::Tensor attrs =
        tensor_of(oracle_["attr_values"]).index_select(0, at::tensor(codes[2], at::kInt));
    const auto rows = static_cast<std::int64_t>(codes[0].size());
    return testing::make_batch(
        {testing::ids_column(codes[0]), testing::ids_column(codes[1]), data::Column::numeric(attrs),
         testing::ids_column(codes[3]), data::Column::offset(rows)},
        testing::indices(oracle_["group_of_positive"]), log_noise());
  }

  at::Tensor golden_table(const char* name) const { return by_observed(tensor_of(oracle_[name])); }

  at::Tensor losses() {
    const data::Batch one = batch();
    return nn::nce_losses(model_->scores(one), one.log_noise);
  }

  json oracle_ = testing::golden("nce_oracle.json");
  Feat2Vec model_{
      options(), std::vector<nn::FeatureSpec>{
                     nn::FeatureSpec::categorical("item", 4), nn::FeatureSpec::categorical("id", 6),
                     nn::FeatureSpec::numeric("attrs", 2, false),
                     nn::FeatureSpec::categorical("y", 3), nn::FeatureSpec::offset()}};
};

TEST_F(NceOracle, HasTheParameterCountsAndP1) {
  std::vector<std::int64_t> counts = model_->parameter_counts();
  EXPECT_EQ(counts.back(), 0);
  counts.pop_back();
  EXPECT_EQ(counts, oracle_["param_counts"].get<std::vector<std::int64_t>>());
  expect_near(samplers::GroupChooser(counts, oracle_["alpha1"]).probabilities(), oracle_["P1"],
              1e-12);
}

TEST_F(NceOracle, HasTheStepOneProbabilitiesOfTheOriginal) {
  for (const json& check : oracle_["step1_checks"])
    expect_near(samplers::GroupChooser(check["params"], check["alpha1"]).probabilities(),
                check["P1"], 1e-12);
  expect_near(samplers::GroupChooser({100, 500, 30, 20, 0}, 0.5).probabilities(),
              json{0.23635051, 0.52849582, 0.12945451, 0.10569916, 0.0}, 1e-8);
}

TEST_F(NceOracle, HasTheNoiseDistributions) {
  const auto expect_p2 = [](const samplers::NoiseDistribution& distribution, const json& expected) {
    ASSERT_EQ(distribution.size(), static_cast<std::int64_t>(expected.size()));
    for (std::size_t e = 0; e < expected.size(); ++e) {
      const double p = expected[e];
      if (p > 0) {
        EXPECT_NEAR(std::exp(distribution.log_prob(static_cast<std::int64_t>(e))), p, 1e-12);
      }
    }
  };
  for (const auto& [group, expected] : oracle_["P2"].items())
    expect_p2(distribution(group), expected);
  for (const json& check : oracle_["p2_checks"])
    expect_p2({check["counts"], check["alpha2"], check["bias"]}, check["P2"]);
}

TEST_F(NceOracle, HasTheLogNoise) { expect_near(log_noise(), golden_table("log_kP2"), 1e-12); }

TEST_F(NceOracle, HasTheScoresAndLogits) {
  expect_near(model_->scores(batch()), golden_table("score"), 1e-12);
  expect_near(model_->logits(batch()), golden_table("logit"), 1e-12);
}

TEST_F(NceOracle, HasTheLosses) {
  expect_near(losses(), golden_table("row_loss"), 1e-12);
  EXPECT_NEAR(losses().mean().item<double>(), oracle_["loss"], 1e-12);
}

TEST_F(NceOracle, HasTheGradients) {
  losses().mean().backward();
  for (const auto& [name, weight] : weights()) {
    SCOPED_TRACE(name);
    expect_near(weight.grad(), tensor_of(oracle_["gradient"][name]), 1e-10);
  }
}

TEST_F(NceOracle, HasTheWeightsAfterOneStepOfAdam) {
  torch::optim::Adam adam(model_->parameters(), torch::optim::AdamOptions(1e-3));
  losses().mean().backward();
  adam.step();
  for (const auto& [name, weight] : weights()) {
    SCOPED_TRACE(name);
    expect_near(weight, tensor_of(oracle_["weights_after_one_adam_step"][name]), 1e-8);
  }
}

}  // namespace
}  // namespace feat2vec
