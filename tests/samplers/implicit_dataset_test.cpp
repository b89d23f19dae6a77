#include "samplers/implicit_dataset.h"

#include <gmock/gmock.h>
#include <torch/data/dataloader.h>
#include <torch/data/samplers/sequential.h>

#include "tests/support/data.h"
#include "tests/support/errors.h"
#include "tests/support/sampler.h"

namespace feat2vec::samplers {
namespace {

using ::testing::HasSubstr;

std::shared_ptr<const ImplicitSampler> sampler_of(const data::Dataset& rows) {
  return std::make_shared<ImplicitSampler>(
      testing::make_sampler(rows, rows, testing::random_schema(), {3, 9}));
}

std::vector<data::Batch> load(const std::shared_ptr<const ImplicitSampler>& sampler,
                              std::uint32_t epoch, std::size_t workers) {
  auto loader = torch::data::make_data_loader<torch::data::samplers::SequentialSampler>(
      ImplicitDataset(sampler, epoch), torch::data::DataLoaderOptions(7).workers(workers));
  std::vector<data::Batch> batches;
  for (data::Batch& batch : *loader) batches.push_back(batch);
  return batches;
}

void expect_equal(const data::Batch& a, const data::Batch& b) {
  EXPECT_TRUE(a.groups.equal(b.groups));
  EXPECT_TRUE(a.log_noise.equal(b.log_noise));
  ASSERT_EQ(a.columns.size(), b.columns.size());
  for (std::size_t f = 0; f < a.columns.size(); ++f)
    EXPECT_EQ(testing::cells(a.columns[f]), testing::cells(b.columns[f]));
}

TEST(ImplicitDataset, GivesTheSameBatchesForAnyNumberOfWorkers) {
  const data::Dataset rows = testing::random_dataset(40, 1);
  const auto sampler = sampler_of(rows);
  const std::vector<data::Batch> alone = load(sampler, 2, 0);
  ASSERT_EQ(alone.size(), 6U);
  EXPECT_EQ(alone.front().observed(), 7);
  EXPECT_EQ(alone.back().observed(), 5);
  for (const std::size_t workers : {1U, 2U}) {
    const std::vector<data::Batch> shared = load(sampler, 2, workers);
    ASSERT_EQ(shared.size(), alone.size());
    for (std::size_t b = 0; b < alone.size(); ++b) expect_equal(shared[b], alone[b]);
  }
}

TEST(ImplicitDataset, GivesTheDrawsOfItsSampler) {
  const data::Dataset rows = testing::random_dataset(40, 1);
  const auto sampler = sampler_of(rows);
  ImplicitDataset dataset(sampler, 4);
  EXPECT_EQ(dataset.size(), 40U);
  expect_equal(dataset.get_batch({30, 2, 2}),
               sampler->materialize(sampler->draw(testing::indices({30, 2, 2}), 4)));
}

TEST(ImplicitDataset, DrawsAnewInEveryEpoch) {
  const auto sampler = sampler_of(testing::random_dataset(40, 1));
  EXPECT_FALSE(load(sampler, 0, 0)[0].log_noise.equal(load(sampler, 1, 0)[0].log_noise));
}

/// The last row holds nothing, so that no noise can be drawn for it.
data::Dataset with_an_empty_row() {
  const double missing = std::nan("");
  return data::Dataset({testing::ids_column({1, 2, -1}), testing::bag_column({{1}, {2}, {}}),
                        testing::numeric_column({{1, 2}, {3, 4}, {missing, missing}}),
                        data::Column::offset(3)});
}

TEST(ImplicitDataset, ErrorsReachTheCaller) {
  const auto sampler = sampler_of(with_an_empty_row());
  EXPECT_THAT(testing::error_of([&] { ImplicitDataset(sampler, 0).get_batch({3}); }),
              HasSubstr("expected rows in [0, 3)"));
  EXPECT_THAT(testing::error_of([&] { load(sampler, 0, 0); }),
              HasSubstr("expected a row with a value to replace, received row 2"));
}

TEST(ImplicitDataset, ErrorsOfWorkersReachTheCaller) {
  const auto sampler = sampler_of(with_an_empty_row());
  try {
    load(sampler, 0, 2);
    FAIL() << "no error arrived";
  } catch (const torch::data::WorkerException& error) {
    EXPECT_THAT(error.what(), HasSubstr("received row 2"));
  }
}

}  // namespace
}  // namespace feat2vec::samplers
