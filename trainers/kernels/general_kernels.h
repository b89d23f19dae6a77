#pragma once

// The kernels of any model: blocks of examples of general_example.h. Included by target.cpp alone.

#include "trainers/kernels/general_example.h"
#include "trainers/kernels/kernels.h"
#include "trainers/kernels/row_update.h"

namespace feat2vec::trainers::kernels::FEAT2VEC_TARGET {

constexpr std::int32_t kGeneralAhead = 4;  ///< examples between the prefetch of terms and their use

template <class T>
inline T general_weight(const GeneralBlock<T>& block, std::int32_t i) {
  return block.row_weights == nullptr ? T{1} : block.row_weights[block.draw.rows[i]];
}

template <class T>
inline void general_count(const GeneralBlock<T>& block, std::int64_t* counts) {
  for (std::int32_t i = 0; i < block.count; ++i)
    prefetch_cells(block.model, block.observed, block.supply, block.draw, i);
  for (std::int32_t i = 0; i < block.count; ++i)
    counts[i] = count_occurrences(block.model, block.observed, block.supply, block.draw, i);
}

template <class T>
inline void prefetch_general(const GeneralBlock<T>& block, std::int32_t i) {
  if (i < block.count) prefetch_terms(block.model, block.observed, block.supply, block.draw, i);
}

template <class T>
inline void general_score(const GeneralBlock<T>& block, const GeneralGradient<T>* gradient) {
  GeneralExample<T> example(block.model, block.observed, block.supply, block.draw, block.scratch);
  const std::int32_t slots = GeneralExample<T>::slot_count(block.model, block.draw.noise_rows);
  for (std::int32_t i = 0; i < block.count; ++i) {
    prefetch_general(block, i + kGeneralAhead);
    block.losses[i] = example.score(i, general_weight(block, i));
    if (gradient == nullptr) continue;
    const std::int64_t first_slot = (gradient->first_example + i) * slots;
    example.emit(gradient->slots + (first_slot * block.model.stride),
                 static_cast<std::int32_t>(first_slot), gradient->occurrences + gradient->begin[i]);
  }
}

template <class T>
inline void general_async(const GeneralBlock<T>& block, const RuleView<T>& rule,
                          Occurrence<T>* occurrences, T* slots) {
  const ModelView<T>& model = block.model;
  GeneralExample<T> example(model, block.observed, block.supply, block.draw, block.scratch);
  T* gradient = slots + (std::int64_t{GeneralExample<T>::slot_count(model, block.draw.noise_rows)} *
                         model.stride);
  for (std::int32_t i = 0; i < block.count; ++i) {
    prefetch_general(block, i + kGeneralAhead);
    block.losses[i] = example.score(i, general_weight(block, i));
    if (!__builtin_isfinite(block.losses[i].loss)) continue;
    const Occurrence<T>* end = example.emit(slots, 0, occurrences);
    for (const Occurrence<T>* o = occurrences; o != end; ++o) {
      clear(gradient, model.stride);
      add_scaled(gradient, o->vector, slots + (std::int64_t{o->slot} * model.stride), model.stride);
      update_row(rule, model.weights, o->row, gradient, model.dim, model.stride);
      if (o->bias != 0) update_scalar(rule, model.scalars, o->row, o->bias);
    }
    step_shared(model, rule, block.draw.groups[i], static_cast<T>(block.losses[i].residual));
  }
}

template <class T>
inline void general_update(const ModelView<T>& model, const RuleView<T>& rule,
                           const std::uint64_t* entries, std::int64_t count,
                           const Occurrence<T>* occurrences, const T* slots, T* scratch) {
  for (std::int64_t i = 0; i < count;) {
    const std::int32_t row = row_of_entry(entries[i]);
    clear(scratch, model.stride);
    T bias = 0;
    bool biased = false;
    for (; i < count && row_of_entry(entries[i]) == row; ++i) {
      const Occurrence<T>& o = occurrences[static_cast<std::uint32_t>(entries[i])];
      add_scaled(scratch, o.vector, slots + (std::int64_t{o.slot} * model.stride), model.stride);
      bias += o.bias;
      biased = biased || o.bias != 0;
    }
    update_row(rule, model.weights, row, scratch, model.dim, model.stride);
    if (biased) update_scalar(rule, model.scalars, row, bias);
  }
}

}  // namespace feat2vec::trainers::kernels::FEAT2VEC_TARGET
