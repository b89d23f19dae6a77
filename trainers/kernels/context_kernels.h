#pragma once

// The kernels of candidates and contexts: blocks of examples of context_example.h. Included by
// target.cpp alone.

#include "trainers/kernels/context_example.h"
#include "trainers/kernels/prefetch.h"
#include "trainers/kernels/row_update.h"

namespace feat2vec::trainers::kernels::FEAT2VEC_TARGET {

constexpr std::int32_t kContextAhead = 2;  ///< examples between the prefetch of rows and their use

template <class T>
inline void prefetch_context(const ModelView<T>& model, const ContextBlock<T>& block,
                             std::int32_t i) {
  if (i >= block.count) return;
  const std::int32_t end = block.sum_begin[block.example_begin[i + 1]];
  for (std::int32_t t = block.sum_begin[block.example_begin[i]]; t < end; ++t) {
    const T* row = model.weights.value + (std::int64_t{block.terms[t].row} * model.stride);
    // The first lines; the machine sees to those that follow.
    prefetch(row);
    if (model.stride > Line<T>::kScalars) prefetch(row + Line<T>::kScalars);
  }
}

template <class T>
inline void context_score(const ModelView<T>& model, const ContextBlock<T>& block,
                          const ContextGradient<T>* gradient) {
  ContextExample<T> example(model, block);
  std::int32_t slot = 0;
  for (std::int32_t i = 0; i < block.count; ++i) {
    prefetch_context(model, block, i + kContextAhead);
    block.losses[i] = example.score(i);
    if (gradient == nullptr) continue;
    example.emit(gradient->slots + (std::int64_t{slot} * model.stride), gradient->first_slot + slot,
                 gradient->occurrences + (block.first_term(i) - block.first_term(0)));
    slot += context_slots(block.candidates[i], block.contexts(i));
  }
}

/// One step of a row down factor·slot, whose squares add up to factor²·squares.
template <class T>
inline void step_row(const ModelView<T>& model, const RuleView<T>& rule, std::int32_t row, T factor,
                     const T* slot, T squares, T* gradient) {
  if (rule.rule != Rule::kRowAdagrad || rule.weight_decay != 0) {
    clear(gradient, model.stride);
    add_scaled(gradient, factor, slot, model.stride);
    update_row(rule, model.weights, row, gradient, model.dim, model.stride);
    return;
  }
  const T rate = row_adagrad_factor(rule, factor * factor * squares, static_cast<T>(model.dim),
                                    model.weights.first[row]);
  add_scaled(model.weights.value + (std::int64_t{row} * model.stride), -rate * factor, slot,
             model.stride);
}

/// `slots`: of any one example, and one more; `occurrences`: of any one.
template <class T>
inline void context_async(const ModelView<T>& model, const ContextBlock<T>& block,
                          const RuleView<T>& rule, Occurrence<T>* occurrences, T* slots) {
  ContextExample<T> example(model, block);
  T* gradient = slots;
  slots += model.stride;
  for (std::int32_t i = 0; i < block.count; ++i) {
    prefetch_context(model, block, i + kContextAhead);
    block.losses[i] = example.score(i);
    if (!__builtin_isfinite(block.losses[i].loss)) continue;
    example.emit(slots, 0, occurrences);
    const std::int64_t terms = block.sum_begin[block.example_begin[i + 1]] - block.first_term(i);
    std::int32_t slot = -1;
    T squares = 0;
    for (std::int64_t t = 0; t < terms; ++t) {
      const Occurrence<T>& o = occurrences[t];
      const T* from = slots + (std::int64_t{o.slot} * model.stride);
      if (o.slot != slot) squares = sum(squares_of(from, model.stride));
      slot = o.slot;
      step_row(model, rule, o.row, o.vector, from, squares, gradient);
      if (o.bias != 0) update_scalar(rule, model.scalars, o.row, o.bias);
    }
    if (!model.softmax)
      step_shared(model, rule, block.groups[i], static_cast<T>(block.losses[i].residual));
  }
}

}  // namespace feat2vec::trainers::kernels::FEAT2VEC_TARGET
