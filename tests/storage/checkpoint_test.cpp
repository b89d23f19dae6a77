#include <ATen/core/grad_mode.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/rand.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "feat2vec/storage/model_file.h"
#include "feat2vec/storage/model_tensors.h"
#include "tests/storage/same_model.h"
#include "tests/support/errors.h"
#include "tests/support/sample_model.h"
#include "tests/support/temporary_folder.h"

namespace feat2vec::storage {
namespace {

using testing::error_of;
using testing::expect_equal;
using ::testing::HasSubstr;
using testing::sample_model;
using testing::TemporaryFolder;

TEST(Checkpoint, GivesBackModelStateAndPosition) {
  const TemporaryFolder folder;
  const std::string path = folder.file("m.f2v.checkpoint");
  Checkpoint written{sample_model(), {}, {{"epoch", 3}, {"seed", 18446744073709551615U}}};
  written.state = {{"adagrad/vectors/director", at::rand({9})},
                   {"best/vectors/director", at::rand({9, 6})}};
  save_checkpoint(path, written.model, written.state, written.position);
  const Checkpoint read = load_checkpoint(path);
  expect_equal(read.model, written.model);
  EXPECT_EQ(read.position, written.position);
  ASSERT_EQ(read.state.size(), 2U);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(read.state[i].first, written.state[i].first);
    EXPECT_TRUE(at::equal(read.state[i].second, written.state[i].second));
  }
  EXPECT_EQ(file_kind(path), FileKind::kCheckpoint);
  expect_equal(load_model(path), written.model);
}

TEST(Checkpoint, IsNotAModel) {
  const TemporaryFolder folder;
  save_model(folder.file("m.f2v"), sample_model());
  EXPECT_THAT(error_of([&] { load_checkpoint(folder.file("m.f2v")); }), HasSubstr("a checkpoint"));
}

TEST(ModelTensors, ShareMemoryWithTheModule) {
  const Model model = sample_model();
  const NamedTensors live = model_tensors(model.module);
  NamedTensors saved;
  for (const auto& [name, tensor] : live) saved.emplace_back(name, tensor.clone());
  const at::NoGradGuard no_grad;
  for (const at::Tensor& parameter : model.module->parameters()) parameter.zero_();
  EXPECT_EQ(live[0].second.abs().sum().item<float>(), 0.0F);
  restore_tensors(model.module, saved, "best weights");
  expect_equal(model, sample_model());
}

}  // namespace
}  // namespace feat2vec::storage
