#pragma once

// Losses and gradient of one target with its noise against its contexts. Included by target.cpp alone.
//
// With candidates V_c, contexts C_m, logits x_mc = ⟨V_c, C_m⟩ + b_c + correction_c and the residuals
// δ_mc = ∂loss/∂x_mc (logistic losses, or softmax over the candidates of each context):
//
//     ∂/∂V_c = Σ_m δ_mc C_m        ∂/∂b_c = Σ_m δ_mc        ∂/∂C_m = Σ_c δ_mc V_c

#include "trainers/kernels/context_block.h"
#include "trainers/kernels/general_example.h"
#include "trainers/kernels/logistic.h"
#include "trainers/kernels/products.h"

namespace feat2vec::trainers::kernels::FEAT2VEC_TARGET {

template <class T>
class ContextExample {
 public:
  static std::int64_t scratch_size(const ModelView<T>& model, std::int32_t most_sums,
                                   std::int32_t most_logits) {
    return (std::int64_t{most_sums} * model.stride) + most_logits + padded(2 * most_sums) +
           pointers(most_sums + kSpare);
  }

  ContextExample(const ModelView<T>& model, const ContextBlock<T>& block)
      : model_(model), block_(block) {
    T* scratch = block.scratch;
    pooled_ = scratch;
    scratch += std::int64_t{block.most_sums} * model.stride;
    residuals_ = scratch;
    scratch += block.most_logits;
    bases_ = scratch;
    scratch += padded(2 * block.most_sums);
    vectors_ = reinterpret_cast<const T**>(scratch);
  }

  /// The losses of example `i`; afterwards `emit` can tell its gradient.
  ExampleLoss score(std::int32_t i) {
    first_ = block_.example_begin[i];
    candidates_ = block_.candidates[i];
    contexts_ = block_.contexts(i);
    width_ = contexts_ == 0 ? 0 : context_logits(candidates_, 1);
    for (std::int32_t s = 0; s < candidates_ + contexts_; ++s) vectors_[s] = pool(s);
    // The candidates are read in fours: what follows the last is a context, or repeats the last.
    for (std::int32_t s = candidates_ + contexts_; s < candidates_ + contexts_ + kSpare; ++s)
      vectors_[s] = vectors_[s - 1];
    make_bases(block_.groups[i]);
    inner_products(vectors_ + candidates_, contexts_, vectors_, candidates_, model_.stride,
                   residuals_, width_);
    T loss = 0;
    T total = 0;
    for (std::int32_t m = 0; m < contexts_; ++m) {
      T* logits = residuals_ + (std::int64_t{m} * width_);
      for (std::int32_t c = 0; c < candidates_; ++c) logits[c] += bases_[c];
      loss +=
          model_.softmax ? softmax_loss(logits, candidates_) : logistic_losses(logits, candidates_);
      for (std::int32_t c = 0; c < candidates_; ++c) total += logits[c];
    }
    return {static_cast<double>(loss), model_.softmax ? 0 : static_cast<double>(total)};
  }

  /// Writes the gradient of the example scored last: its slots and the occurrences of its terms.
  void emit(T* slots, std::int32_t first_slot, Occurrence<T>* out) {
    const T* const* contexts = vectors_ + candidates_;
    T* context_slots = slots;
    if (contexts_ == 1) {
      for (std::int32_t at = 0; at < model_.stride; at += Line<T>::kScalars)
        Line<T>::load(contexts[0] + at).store(slots + at);
      context_slots += model_.stride;
    } else {
      combine(residuals_, 1, width_, contexts, contexts_, candidates_, model_.stride, slots);
      context_slots += std::int64_t{candidates_} * model_.stride;
    }
    combine(residuals_, width_, 1, vectors_, candidates_, contexts_, model_.stride, context_slots);
    for (std::int32_t c = 0; c < candidates_; ++c) {
      T residual = 0;
      for (std::int32_t m = 0; m < contexts_; ++m)
        residual += residuals_[(std::int64_t{m} * width_) + c];
      const bool shared = contexts_ == 1;
      out = emit_terms(c, first_slot + (shared ? 0 : c), shared ? residual : T{1}, residual, out);
    }
    const std::int32_t first_context = first_slot + (contexts_ == 1 ? 1 : candidates_);
    for (std::int32_t m = 0; m < contexts_; ++m)
      out = emit_terms(candidates_ + m, first_context + m, T{1}, T{0}, out);
  }

 private:
  static constexpr std::int32_t kSpare = 4;  ///< pointers that are read beyond the last

  static constexpr std::int64_t padded(std::int64_t scalars) {
    constexpr std::int64_t kScalars = Line<T>::kScalars;
    return (scalars + kScalars - 1) / kScalars * kScalars;
  }
  static constexpr std::int64_t pointers(std::int64_t count) {
    return padded(count * static_cast<std::int64_t>(sizeof(void*) / sizeof(T)));
  }

  /// Where the vector of sum `s` is: the row itself when it is one row, else made in scratch.
  const T* pool(std::int32_t s) {
    const std::int32_t begin = block_.sum_begin[first_ + s];
    const std::int32_t end = block_.sum_begin[first_ + s + 1];
    const SumTerm<T>* terms = block_.terms;
    if (end - begin == 1 && terms[begin].factor == T{1}) return row(terms[begin].row);
    T* to = pooled_ + (std::int64_t{s} * model_.stride);
    clear(to, model_.stride);
    for (std::int32_t t = begin; t < end; ++t)
      add_scaled(to, terms[t].factor, row(terms[t].row), model_.stride);
    return to;
  }

  const T* row(std::int32_t id) const {
    return model_.weights.value + (std::int64_t{id} * model_.stride);
  }

  /// What each candidate's logits have in common.
  void make_bases(std::int32_t group) {
    T shared = 0;
    if (!model_.softmax) {
      for (std::int32_t i = 0; i < model_.constant_count; ++i)
        shared += model_.scalars.value[model_.constants[i]];
      if (model_.group_offsets) shared += model_.scalars.value[model_.rows + group];
    }
    for (std::int32_t c = 0; c < candidates_; ++c) {
      bases_[c] = shared + block_.corrections[first_ + c];
      for (std::int32_t t = block_.sum_begin[first_ + c]; t < block_.sum_begin[first_ + c + 1]; ++t)
        if (block_.terms[t].bias != T{0})
          bases_[c] += block_.terms[t].bias * model_.scalars.value[block_.terms[t].row];
    }
  }

  Occurrence<T>* emit_terms(std::int32_t s, std::int32_t slot, T scale, T residual,
                            Occurrence<T>* out) const {
    for (std::int32_t t = block_.sum_begin[first_ + s]; t < block_.sum_begin[first_ + s + 1]; ++t) {
      const SumTerm<T>& term = block_.terms[t];
      *out++ = {term.row, slot, scale * term.factor, residual * term.bias};
    }
    return out;
  }

  const ModelView<T>& model_;
  const ContextBlock<T>& block_;
  T* pooled_;          ///< [most_sums, stride]
  T* residuals_;       ///< [contexts, width]
  T* bases_;           ///< [candidates]
  const T** vectors_;  ///< [candidates, contexts, spare]: where they are
  std::int32_t first_ = 0;
  std::int32_t candidates_ = 0;
  std::int32_t contexts_ = 0;
  std::int32_t width_ = 0;
};

}  // namespace feat2vec::trainers::kernels::FEAT2VEC_TARGET
