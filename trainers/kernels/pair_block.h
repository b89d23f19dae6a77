#pragma once

#include <cstdint>

#include "trainers/kernels/occurrence.h"
#include "trainers/kernels/views.h"

namespace feat2vec::trainers::kernels {

/// A block of examples of which each has one context, and each vector is one row of the table. Otherwise
/// as a ContextBlock.
template <class T>
struct PairBlock {
  std::int32_t count = 0;
  const std::int32_t* groups = nullptr;  ///< [count]
  /// [count + 1] into the rows: those of the candidates, the target first, then that of the context.
  const std::int32_t* begin = nullptr;
  const std::int32_t* rows = nullptr;    ///< and 7 more that can be read
  const T* corrections = nullptr;        ///< of the rows, and 7 more; that of a context is not used
  const std::uint8_t* biased = nullptr;  ///< [count]: whether the candidates have biases
  std::int32_t most_rows = 0;            ///< of one example
  T* scratch = nullptr;                  ///< `pair_scratch_size` scalars, 64-byte aligned
  ExampleLoss* losses = nullptr;

  [[gnu::always_inline]] std::int32_t candidates(std::int32_t i) const {
    return begin[i + 1] - begin[i] - 1;
  }
};

/// Slots that the gradient of a pair fills: its context, and what pulls at it.
constexpr std::int32_t kPairSlots = 2;

}  // namespace feat2vec::trainers::kernels
