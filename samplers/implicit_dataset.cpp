#include "samplers/implicit_dataset.h"

#include <ATen/ops/empty.h>

#include <algorithm>
#include <utility>

namespace feat2vec::samplers {

ImplicitDataset::ImplicitDataset(std::shared_ptr<const ImplicitSampler> sampler,
                                 std::uint32_t epoch)
    : sampler_(std::move(sampler)), epoch_(epoch) {}

data::Batch ImplicitDataset::get_batch(std::vector<std::size_t> rows) {
  at::Tensor index = at::empty({static_cast<std::int64_t>(rows.size())}, at::kLong);
  std::copy(rows.begin(), rows.end(), index.mutable_data_ptr<std::int64_t>());
  return sampler_->materialize(sampler_->draw(index, epoch_));
}

std::optional<std::size_t> ImplicitDataset::size() const {
  return static_cast<std::size_t>(sampler_->observed().rows());
}

}  // namespace feat2vec::samplers
