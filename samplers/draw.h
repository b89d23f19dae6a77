#pragma once

#include <ATen/core/Tensor.h>

namespace feat2vec::samplers {

/// Which rows were drawn: B observed rows with K noise rows each, as integers. A noise row is the
/// observed row with the columns of one sampling group taken from a donor row of the supply (the
/// table that the noise distribution was made from).
struct Draw {
  at::Tensor rows;    ///< int64 [B], observed rows of the dataset
  at::Tensor groups;  ///< int64 [B], the sampling group replaced; -1 when all groups are
  at::Tensor donors;  ///< int64 [B, K]: rows of the supply; [B, K, G] when all groups are replaced
  at::Tensor log_noise;  ///< float [B, 1+K], log(K·P2); column 0 is the observed row's own entity
};

}  // namespace feat2vec::samplers
