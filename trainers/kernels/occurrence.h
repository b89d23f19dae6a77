#pragma once

#include <cstdint>

namespace feat2vec::trainers::kernels {

/// One row of the table in one observed row or its noise: the row's gradient gets `vector` times slot
/// `slot`, its bias gets `bias`. Or, where `slot` is negative, slot ~`slot` less `vector` times the row.
template <class T>
struct Occurrence {
  std::int32_t row = 0;
  std::int32_t slot = 0;
  T vector = 0;
  T bias = 0;
};

/// What the losses of one observed row and its noise say.
struct ExampleLoss {
  double loss = 0;      ///< sum over the 1 + K rows
  double residual = 0;  ///< Σ ∂loss/∂logit: the gradient of z_g and of what every score has
};

}  // namespace feat2vec::trainers::kernels
