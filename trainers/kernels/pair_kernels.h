#pragma once

// The kernels of pairs: blocks of examples of pair_example.h. Included by target.cpp alone.

#include "trainers/kernels/context_kernels.h"
#include "trainers/kernels/pair_example.h"

namespace feat2vec::trainers::kernels::FEAT2VEC_TARGET {

template <class T>
inline std::int64_t pair_scratch_size(const ModelView<T>& model, std::int32_t most_rows) {
  return PairExamples<T, 0>::scratch_size(model, most_rows);
}

/// Shows the examples of a block to `work`, `together` at a time: the first of them, and how many. Rows of
/// the examples to come are asked for, with `kState` what the rule remembers of them too.
template <bool kState, class T, class Work>
[[gnu::always_inline]] inline void for_pairs(const ModelView<T>& model, const PairBlock<T>& block,
                                             std::int32_t together, Work work) {
  using Rows = RowPrefetch<T, kState>;
  Rows rows(model, block.begin[0], block.begin[block.count]);
  bool biased = false;
  for (std::int32_t i = 0; i < block.count; ++i) biased = biased || block.biased[i] != 0;
  for (std::int32_t first = 0; first < block.count; first += together) {
    const std::int32_t rest = block.count - first;
    const std::int32_t count = rest < together ? rest : together;
    rows.before(block.begin[first + count], [&](std::int64_t at) {
      return typename Rows::Row{block.rows[at], biased};
    });
    work(first, count);
  }
}

template <class T, int kFixed>
inline void pair_score_fixed(const ModelView<T>& model, const PairBlock<T>& block,
                             const ContextGradient<T>* gradient) {
  using Examples = PairExamples<T, kFixed>;
  Examples examples(model, block);
  for_pairs<false>(model, block, Examples::kTogether, [&](std::int32_t first, std::int32_t count) {
    examples.score(first, count);
    if (gradient == nullptr) return;
    for (std::int32_t i = 0; i < count; ++i) {
      const std::int32_t slot = kPairSlots * (first + i);
      examples.emit(i, gradient->slots + (std::int64_t{slot} * model.stride),
                    gradient->first_slot + slot,
                    gradient->occurrences + (block.begin[first + i] - block.begin[0]));
    }
  });
}

template <class T>
inline void pair_score(const ModelView<T>& model, const PairBlock<T>& block,
                       const ContextGradient<T>* gradient) {
  for_lines(model, [&](auto lines) {
    pair_score_fixed<T, decltype(lines)::kCount>(model, block, gradient);
  });
}

/// By row-wise Adagrad.
template <class T, int kFixed>
inline void pair_async_fixed(const ModelView<T>& model, const PairBlock<T>& block,
                             const RuleView<T>& rule) {
  using Examples = PairExamples<T, kFixed>;
  Examples examples(model, block);
  for_pairs<true>(model, block, Examples::kTogether, [&](std::int32_t first, std::int32_t count) {
    examples.score(first, count);
    examples.step(first, count, rule);
    if (model.softmax) return;
    for (std::int32_t i = first; i < first + count; ++i)
      if (examples.is_finite(i))
        step_shared(model, rule, block.groups[i], static_cast<T>(block.losses[i].residual));
  });
}

/// By any rule, one example after the other.
template <class T>
inline void pair_async_by_rule(const ModelView<T>& model, const PairBlock<T>& block,
                               const RuleView<T>& rule, Occurrence<T>* occurrences, T* slots) {
  T* gradient = slots + (std::int64_t{kPairSlots} * model.stride);
  PairExamples<T, 0> examples(model, block);
  for_pairs<true>(model, block, 1, [&](std::int32_t i, std::int32_t /*count*/) {
    examples.score(i, 1);
    if (!examples.is_finite(i)) return;
    examples.emit(0, slots, 0, occurrences);
    step_rows_by_rule(model, rule, occurrences, block.begin[i + 1] - block.begin[i], slots,
                      gradient);
    if (!model.softmax)
      step_shared(model, rule, block.groups[i], static_cast<T>(block.losses[i].residual));
  });
}

template <class T>
inline void pair_async(const ModelView<T>& model, const PairBlock<T>& block,
                       const RuleView<T>& rule, Occurrence<T>* occurrences, T* slots) {
  if (rule.rule != Rule::kRowAdagrad || rule.weight_decay != 0)
    return pair_async_by_rule(model, block, rule, occurrences, slots);
  for_lines(model,
            [&](auto lines) { pair_async_fixed<T, decltype(lines)::kCount>(model, block, rule); });
}

}  // namespace feat2vec::trainers::kernels::FEAT2VEC_TARGET
