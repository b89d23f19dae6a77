#pragma once

#include <cstdint>

#include "trainers/kernels/occurrence.h"
#include "trainers/kernels/views.h"

namespace feat2vec::trainers::kernels {

/// One row of the table in a vector that is a weighted sum of rows.
template <class T>
struct SumTerm {
  std::int32_t row = 0;
  T factor = 0;
  T bias = 0;  ///< factor of the row's bias; 0 where the feature has none
};

/// A block of examples of candidates and contexts, as `samplers::ContextDraw` has them: the logit of
/// candidate c against context m is ⟨V_c, C_m⟩ + b_c + correction_c, and with logistic losses the group
/// offset and constants.
template <class T>
struct ContextBlock {
  std::int32_t count = 0;
  const std::int32_t* groups = nullptr;         ///< [count]
  const std::int32_t* candidates = nullptr;     ///< [count], the first of them is the target
  const std::int32_t* example_begin = nullptr;  ///< [count + 1] into the sums: candidates, contexts
  const std::int32_t* sum_begin = nullptr;      ///< [sums + 1] into the terms
  const SumTerm<T>* terms = nullptr;
  const T* corrections = nullptr;  ///< [sums]
  std::int32_t most_sums = 0;      ///< of one example
  std::int32_t most_logits = 0;    ///< of one example, by `context_logits`
  T* scratch = nullptr;            ///< `context_scratch_size` scalars, 64-byte aligned
  ExampleLoss* losses = nullptr;

  [[gnu::always_inline]] std::int32_t contexts(std::int32_t i) const {
    return example_begin[i + 1] - example_begin[i] - candidates[i];
  }
  [[gnu::always_inline]] std::int64_t first_term(std::int32_t i) const {
    return sum_begin[example_begin[i]];
  }
};

/// Logits of an example with room for whole vectors.
[[gnu::always_inline]] inline std::int32_t context_logits(std::int32_t candidates,
                                                          std::int32_t contexts) {
  constexpr std::int32_t kUnit = 16;
  return contexts * ((candidates + kUnit - 1) / kUnit * kUnit);
}

/// Slots that the gradient of an example fills: against a single context all candidates share one.
[[gnu::always_inline]] inline std::int32_t context_slots(std::int32_t candidates,
                                                         std::int32_t contexts) {
  return contexts == 1 ? 2 : candidates + contexts;
}

/// Where the gradient of a block goes: term t of the block has occurrence t.
template <class T>
struct ContextGradient {
  T* slots = nullptr;  ///< [slots of all examples of the block, stride]
  std::int32_t first_slot = 0;
  Occurrence<T>* occurrences = nullptr;  ///< [terms of the block]
};

}  // namespace feat2vec::trainers::kernels
