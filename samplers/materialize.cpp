#include "samplers/materialize.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>

#include <utility>

namespace feat2vec::samplers {
namespace {

/// Noise rows in which one feature is replaced, and where their values come from.
struct Replaced {
  at::Tensor rows;    ///< int64 [m], positions in the flat [B·K] noise rows
  at::Tensor donors;  ///< int64 [m], rows of the supply
};

Replaced replaced(const Draw& draw, std::int64_t group) {
  at::Tensor donors = draw.donors;
  at::Tensor mask;
  if (donors.dim() == 3) {  // all groups are replaced, where they have a donor
    donors = donors.select(2, group);
    mask = donors.ge(0);
  } else {
    mask = draw.groups.eq(group).unsqueeze(1).expand_as(donors);
  }
  const at::Tensor rows = mask.reshape({-1}).nonzero().squeeze(1);
  return {rows, donors.reshape({-1}).index_select(0, rows)};
}

}  // namespace

data::Batch materialize(const Draw& draw, const data::Dataset& observed,
                        const data::Dataset& supply,
                        const std::vector<std::int64_t>& group_of_feature) {
  const std::int64_t batch = draw.log_noise.size(0);
  const std::int64_t k = draw.log_noise.size(1) - 1;
  const at::Tensor own =
      at::arange(batch, draw.rows.options()).unsqueeze(1).expand({batch, 1 + k}).contiguous();
  data::Batch result;
  for (std::size_t f = 0; f < group_of_feature.size(); ++f) {
    const data::Column values = observed.column(f).select(draw.rows);
    if (group_of_feature[f] < 0) {
      result.columns.push_back(values.select(own.view({-1})));
      continue;
    }
    const Replaced noise = replaced(draw, group_of_feature[f]);
    const data::Column both = values.concat(supply.column(f).select(noise.donors));
    at::Tensor index = own.clone();
    at::Tensor noise_index = index.slice(1, 1).clone(at::MemoryFormat::Contiguous).view({-1});
    noise_index.index_copy_(0, noise.rows,
                            at::arange(batch, batch + noise.rows.size(0), draw.rows.options()));
    index.slice(1, 1).copy_(noise_index.view({batch, k}));
    result.columns.push_back(both.select(index.view({-1})));
  }
  result.groups = draw.groups;
  result.log_noise = draw.log_noise;
  return result;
}

}  // namespace feat2vec::samplers
