#include "trainers/kept_weights.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "tests/support/errors.h"
#include "tests/support/file_size_limit.h"
#include "tests/support/temporary_folder.h"
#include "tests/trainers/planted.h"
#include "trainers/trainer.h"

namespace feat2vec::trainers {
namespace {

using testing::error_of;
using testing::make_planted_model;
using testing::TemporaryFolder;

void expect_equal(const NamedTensors& received, const NamedTensors& expected) {
  ASSERT_EQ(received.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(received[i].first, expected[i].first);
    EXPECT_TRUE(received[i].second.equal(expected[i].second)) << expected[i].first;
  }
}

void spoil(Feat2Vec& model) {
  const at::NoGradGuard no_grad;
  for (at::Tensor& parameter : model->parameters()) parameter.fill_(-1);
}

/// Keeps, changes and restores the weights of a model, twice.
void expect_kept(KeptWeights& kept) {
  EXPECT_TRUE(kept.empty());
  for (const std::uint64_t seed : {1U, 2U}) {
    Feat2Vec model = make_planted_model(seed);
    const NamedTensors expected = copy_parameters(*model);
    kept.keep(parameters_of(*model));
    EXPECT_FALSE(kept.empty());
    spoil(model);
    expect_equal(kept.tensors(), expected);
    kept.restore(*model);
    expect_equal(copy_parameters(*model), expected);
  }
  kept.clear();
  EXPECT_TRUE(kept.empty());
}

TEST(KeptWeights, GiveBackTheWeights) {
  const TemporaryFolder folder;
  KeptWeights in_memory("");
  expect_kept(in_memory);
  KeptWeights in_file(folder.path().string());
  expect_kept(in_file);
  EXPECT_EQ(folder.entries(), 0);
}

TEST(KeptWeights, StayInMemoryWhereThereIsNoRoom) {
  const TemporaryFolder folder;
  KeptWeights nowhere(folder.file("none"));
  expect_kept(nowhere);
  const testing::FileSizeLimit limit(64);
  KeptWeights full(folder.path().string());
  expect_kept(full);
}

TEST(KeptWeights, AreOfOneModuleOrChangeNothing) {
  const TemporaryFolder folder;
  for (const std::string& place : {std::string(), folder.path().string()}) {
    Feat2Vec model = make_planted_model();
    const NamedTensors before = copy_parameters(*model);
    NamedTensors renamed = copy_of(before);
    renamed.back().first += "s";
    NamedTensors more = copy_of(before);
    more.emplace_back("one more", at::zeros({2}));
    NamedTensors longer = copy_of(before);
    longer.back().second = at::zeros({longer.back().second.size(0) + 1});
    for (NamedTensors& other : std::vector{renamed, more, longer}) {
      for (auto& [name, weight] : other) weight = at::ones_like(weight);
      KeptWeights kept(place);
      kept.keep(other);
      EXPECT_NE(error_of([&] { kept.restore(*model); }), "");
      expect_equal(copy_parameters(*model), before);
    }
  }
}

TEST(KeptWeights, CanBeMoved) {
  const TemporaryFolder folder;
  KeptWeights first(folder.path().string());
  Feat2Vec model = make_planted_model();
  first.keep(parameters_of(*model));
  const KeptWeights second = std::move(first);
  expect_equal(second.tensors(), copy_parameters(*model));
  static_assert(std::is_move_constructible_v<Trainer>);
}

}  // namespace
}  // namespace feat2vec::trainers
