#pragma once

// The kernels of candidates and contexts: blocks of examples of context_example.h. Included by
// target.cpp alone.

#include "trainers/kernels/context_example.h"
#include "trainers/kernels/row_prefetch.h"
#include "trainers/kernels/row_update.h"
#include "trainers/kernels/row_vectors.h"

namespace feat2vec::trainers::kernels::FEAT2VEC_TARGET {

/// Asks for the terms of the examples to come after `i`.
template <class T, bool kState>
[[gnu::always_inline]] inline void prefetch_terms(RowPrefetch<T, kState>& rows,
                                                  const ContextBlock<T>& block, std::int32_t i) {
  rows.before(block.first_term(i + 1), [&](std::int64_t t) {
    return typename RowPrefetch<T, kState>::Row{block.terms[t].row, block.terms[t].bias != T{0}};
  });
}

template <class T>
inline std::int64_t context_scratch_size(const ModelView<T>& model, std::int32_t most_sums,
                                         std::int32_t most_logits) {
  return ContextExample<T>::scratch_size(model, most_sums, most_logits);
}

template <class T>
inline void context_score(const ModelView<T>& model, const ContextBlock<T>& block,
                          const ContextGradient<T>* gradient) {
  ContextExample<T> example(model, block);
  RowPrefetch<T, false> rows(model, block.first_term(0), block.first_term(block.count));
  std::int32_t slot = 0;
  for (std::int32_t i = 0; i < block.count; ++i) {
    prefetch_terms(rows, block, i);
    block.losses[i] = example.score(i);
    if (gradient == nullptr) continue;
    example.emit(gradient->slots + (std::int64_t{slot} * model.stride), gradient->first_slot + slot,
                 gradient->occurrences + (block.first_term(i) - block.first_term(0)));
    slot += context_slots(block.candidates[i], block.contexts(i));
  }
}

/// Steps the rows of one example by row-wise Adagrad, from the slots that they share: four factors at a
/// time, then the rows.
template <class T>
inline void step_rows(const ModelView<T>& model, const RuleView<T>& rule,
                      const Occurrence<T>* occurrences, std::int64_t count, const T* slots) {
  const T by_dim = T{1} / static_cast<T>(model.dim);
  std::int32_t slot = -1;
  T squares = 0;
  for (std::int64_t first = 0; first < count; first += 4) {
    const Occurrence<T>* o = occurrences + first;
    const int some = count - first < 4 ? static_cast<int>(count - first) : 4;
    Four<T> sums{1, 1, 1, 1};
    // One after the other, for an example may hold a row twice.
    for (int j = 0; j < some; ++j) {
      if (o[j].slot != slot)
        squares = sum(squares_of(slots + (std::int64_t{o[j].slot} * model.stride), model.stride));
      slot = o[j].slot;
      T& a = model.weights.first[o[j].row];
      a += o[j].vector * o[j].vector * squares * by_dim;
      sums[j] = a;
    }
    const Four<T> rates = -rule.rate / (square_root<T>(sums) + rule.epsilon);
    for (int j = 0; j < some; ++j)
      add_scaled(model.weights.value + (std::int64_t{o[j].row} * model.stride),
                 rates[j] * o[j].vector, slots + (std::int64_t{o[j].slot} * model.stride),
                 model.stride);
  }
}

template <class T>
inline void step_biases(const ModelView<T>& model, const RuleView<T>& rule,
                        const Occurrence<T>* occurrences, std::int64_t count) {
  for (std::int64_t t = 0; t < count; ++t)
    if (occurrences[t].bias != 0)
      update_scalar(rule, model.scalars, occurrences[t].row, occurrences[t].bias);
}

/// The same by any rule, a row at a time, and their biases; `gradient` [stride] is overwritten.
template <class T>
inline void step_rows_by_rule(const ModelView<T>& model, const RuleView<T>& rule,
                              const Occurrence<T>* occurrences, std::int64_t count, const T* slots,
                              T* gradient) {
  for (std::int64_t t = 0; t < count; ++t) {
    const Occurrence<T>& o = occurrences[t];
    clear(gradient, model.stride);
    add_scaled(gradient, o.vector, slots + (std::int64_t{o.slot} * model.stride), model.stride);
    update_row(rule, model.weights, o.row, gradient, model.dim, model.stride);
  }
  step_biases(model, rule, occurrences, count);
}

/// `slots`: of any one example, and one more; `occurrences`: of any one.
template <class T>
inline void context_async(const ModelView<T>& model, const ContextBlock<T>& block,
                          const RuleView<T>& rule, Occurrence<T>* occurrences, T* slots) {
  const bool usual = rule.rule == Rule::kRowAdagrad && rule.weight_decay == 0;
  ContextExample<T> example(model, block);
  RowPrefetch<T, true> rows(model, block.first_term(0), block.first_term(block.count));
  T* gradient = slots;
  slots += model.stride;
  for (std::int32_t i = 0; i < block.count; ++i) {
    prefetch_terms(rows, block, i);
    block.losses[i] = example.score(i);
    if (!__builtin_isfinite(block.losses[i].loss)) continue;
    example.emit(slots, 0, occurrences);
    const std::int64_t terms = block.first_term(i + 1) - block.first_term(i);
    if (usual) {
      step_rows(model, rule, occurrences, terms, slots);
      step_biases(model, rule, occurrences, terms);
    } else {
      step_rows_by_rule(model, rule, occurrences, terms, slots, gradient);
    }
    if (!model.softmax)
      step_shared(model, rule, block.groups[i], static_cast<T>(block.losses[i].residual));
  }
}

}  // namespace feat2vec::trainers::kernels::FEAT2VEC_TARGET
