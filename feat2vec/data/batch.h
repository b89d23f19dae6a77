#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>

#include <cstdint>
#include <vector>

#include "feat2vec/data/dataset.h"

namespace feat2vec::data {

/// B observed rows, each followed by its K noise rows, ready for the model. Made whole by
/// `samplers::materialize` and not changed afterwards.
struct Batch {
  /// One a feature, each of B·(1+K) rows: observed row b is row b·(1+K), its noise rows follow it.
  std::vector<Column> columns;
  at::Tensor groups;     ///< int64 [B], the sampling group that was replaced, or -1 for all of them
  at::Tensor log_noise;  ///< float [B, 1+K], log(K·P2); column 0 is the observed row's own entity

  std::int64_t observed() const { return log_noise.size(0); }
  std::int64_t candidates() const { return log_noise.size(1); }

  /// The same rows with all tensors on `device`.
  Batch to(c10::Device device) const {
    Batch moved{{}, groups.to(device), log_noise.to(device)};
    for (const Column& column : columns) moved.columns.push_back(column.to(device));
    return moved;
  }
};

}  // namespace feat2vec::data
