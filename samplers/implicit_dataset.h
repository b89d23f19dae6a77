#pragma once

#include <torch/data/datasets/base.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "feat2vec/data/batch.h"
#include "samplers/implicit_sampler.h"

namespace feat2vec::samplers {

/// The sampler as a `torch::data` dataset: `get_batch(rows)` draws noise for the rows of one epoch and
/// returns them whole. Copies (a loader makes one for each worker) share the data, and give the same
/// batches, since draws depend on (seed, epoch, row) alone.
///
///     auto loader = torch::data::make_data_loader<torch::data::samplers::RandomSampler>(
///         ImplicitDataset(sampler, epoch), torch::data::DataLoaderOptions(2000).workers(2));
///     for (data::Batch& batch : *loader) { … }
class ImplicitDataset : public torch::data::datasets::BatchDataset<ImplicitDataset, data::Batch,
                                                                   std::vector<std::size_t>> {
 public:
  ImplicitDataset(std::shared_ptr<const ImplicitSampler> sampler, std::uint32_t epoch);

  /// The observed rows `rows` with their noise rows.
  data::Batch get_batch(std::vector<std::size_t> rows) override;

  /// Number of observed rows.
  std::optional<std::size_t> size() const override;

 private:
  std::shared_ptr<const ImplicitSampler> sampler_;
  std::uint32_t epoch_;
};

}  // namespace feat2vec::samplers
