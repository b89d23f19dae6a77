#pragma once

// The common case of context_example.h, made fast: one target with its noise against one context, each
// vector a single row of the table. Formulas there. Included by target.cpp alone.

#include "trainers/kernels/context_block.h"
#include "trainers/kernels/logistic.h"
#include "trainers/kernels/row_update.h"
#include "trainers/kernels/row_vectors.h"

namespace feat2vec::trainers::kernels::FEAT2VEC_TARGET {

/// Works on a few examples at a time: what one of them waits for, from its logits to its steps, is a chain
/// of hundreds of cycles, in which the machine sees too little of the next one to begin with it.
template <class T, int kFixed>
class PairExamples {
 public:
  static constexpr std::int32_t kTogether = 2;

  /// `logits`: of one example, by `context_logits`.
  static std::int64_t scratch_size(const ModelView<T>& model, std::int32_t logits) {
    return kTogether * std::int64_t{2} * (model.stride + logits);
  }

  PairExamples(const ModelView<T>& model, const ContextBlock<T>& block)
      : model_(model),
        block_(block),
        contexts_(block.scratch),
        pulls_(contexts_ + (kTogether * model.stride)),
        residuals_(pulls_ + (kTogether * model.stride)),
        steps_(residuals_ + (kTogether * block.most_logits)) {}

  /// Scores the examples first … first + count, at most `kTogether`: their losses into the block. Then
  /// `emit` can tell the gradient of each, or `step` make them steps.
  void score(std::int32_t first, std::int32_t count) {
    for (std::int32_t i = 0; i < count; ++i) make_logits(first, i);
    for (std::int32_t i = 0; i < count; ++i) block_.losses[first + i] = make_residuals(first, i);
  }

  /// Writes the gradient of example first + i: its two slots, C and Σ δ_c V_c, and the occurrences of its
  /// terms.
  void emit(std::int32_t first, std::int32_t i, T* slots, std::int32_t first_slot,
            Occurrence<T>* out) {
    const SumTerm<T>* terms = terms_of(first + i);
    const std::int32_t candidates = block_.candidates[first + i];
    const T* residuals = residuals_ + (i * block_.most_logits);
    pull(terms, candidates, residuals, slots + model_.stride);
    copy(contexts_ + (i * model_.stride), slots);
    for (std::int32_t c = 0; c < candidates; ++c)
      *out++ = {terms[c].row, first_slot, residuals[c], residuals[c] * terms[c].bias};
    *out = {terms[candidates].row, first_slot + 1, T{1}, T{0}};
  }

  /// Steps the rows of the examples by row-wise Adagrad, from the weights that they were scored with. One
  /// whose loss is no number has none.
  void step(std::int32_t first, std::int32_t count, const RuleView<T>& rule) {
    for (std::int32_t i = 0; i < count; ++i)
      if (__builtin_isfinite(block_.losses[first + i].loss)) make_steps(first, i, rule);
    for (std::int32_t i = 0; i < count; ++i)
      if (__builtin_isfinite(block_.losses[first + i].loss)) add_steps(first, i, rule);
  }

 private:
  static constexpr std::int32_t kScalars = Line<T>::kScalars;

  int lines() const { return lines_of<kFixed>(model_); }
  T* row(const SumTerm<T>& term) const {
    return model_.weights.value +
           (std::int64_t{term.row} * (kFixed > 0 ? kFixed * kScalars : model_.stride));
  }
  const SumTerm<T>* terms_of(std::int32_t i) const {
    return block_.terms + block_.example_begin[i];
  }

  void copy(const T* from, T* to) const {
    for (int l = 0; l < lines(); ++l)
      Line<T>::load(from + (l * kScalars)).store(to + (l * kScalars));
  }

  /// Keeps C, for the context may be a candidate too, and makes the logits.
  [[gnu::always_inline]] void make_logits(std::int32_t first, std::int32_t i) {
    const SumTerm<T>* terms = terms_of(first + i);
    const T* corrections = block_.corrections + block_.example_begin[first + i];
    const std::int32_t candidates = block_.candidates[first + i];
    const T* context = row(terms[candidates]);
    T* logits = residuals_ + (i * block_.most_logits);
    copy(context, contexts_ + (i * model_.stride));
    const T shared = model_.softmax ? T{0} : shared_logit(model_, block_.groups[first + i]);
    for (std::int32_t c = 0; c < candidates; c += 8) {
      const Eight<T> products =
          join<T>(four_products(terms + c, context), four_products(terms + c + 4, context));
      Eight<T> own = load_unaligned<Eight<T>>(corrections + c) + shared;
      if (terms->bias != T{0}) own += biases(terms + c);
      store_unaligned(products + own, logits + c);
    }
  }

  /// Logits become ∂loss/∂logit.
  [[gnu::always_inline]] ExampleLoss make_residuals(std::int32_t first, std::int32_t i) {
    const std::int32_t candidates = block_.candidates[first + i];
    T* logits = residuals_ + (i * block_.most_logits);
    const T weight = block_.weights == nullptr ? T{1} : block_.weights[first + i];
    T loss = 0;
    T total = 0;
    if (model_.softmax) {
      loss = softmax_loss(logits, candidates);
      for (std::int32_t c = 0; c < candidates; ++c) logits[c] *= weight;
    } else {
      for (std::int32_t c = 0; c < candidates; c += 8) {
        Logistic<T> result = logistic<T>(load_unaligned<Eight<T>>(logits + c), c, candidates);
        result.residual *= weight;
        store_unaligned(result.residual, logits + c);
        loss += sum_of_eight<T>(result.loss);
        total += sum_of_eight<T>(result.residual);
      }
    }
    return {static_cast<double>(loss * weight), static_cast<double>(total)};
  }

  /// ⟨C, V_c⟩ of four candidates. What follows the last are other rows.
  [[gnu::always_inline]] Four<T> four_products(const SumTerm<T>* terms, const T* context) const {
    Line<T> totals[4];
    for (Line<T>& total : totals) total = Line<T>::zero();
    for (int l = 0; l < lines(); ++l) {
      const Line<T> c = Line<T>::load(context + (l * kScalars));
      for (int j = 0; j < 4; ++j)
        totals[j] = multiply_add(c, Line<T>::load(row(terms[j]) + (l * kScalars)), totals[j]);
    }
    return sums(totals[0], totals[1], totals[2], totals[3]);
  }

  [[gnu::always_inline]] Eight<T> biases(const SumTerm<T>* terms) const {
    Eight<T> biases;
    for (int j = 0; j < 8; ++j) biases[j] = model_.scalars.value[terms[j].row];
    return biases;
  }

  /// Σ δ_c V_c into `to`; returns its square, not summed yet.
  [[gnu::always_inline]] Line<T> pull(const SumTerm<T>* terms, std::int32_t candidates,
                                      const T* residuals, T* to) const {
    Line<T> square = Line<T>::zero();
    for (int l = 0; l < lines(); ++l) {
      Line<T> g = Line<T>::zero();
      for (std::int32_t c = 0; c < candidates; ++c)
        g = multiply_add(Line<T>::broadcast(residuals[c]),
                         Line<T>::load(row(terms[c]) + (l * kScalars)), g);
      g.store(to + (l * kScalars));
      square = multiply_add(g, g, square);
    }
    return square;
  }

  /// What C is multiplied by in the step of each candidate, and Σ δ_c V_c in that of the context.
  [[gnu::always_inline]] void make_steps(std::int32_t first, std::int32_t i,
                                         const RuleView<T>& rule) {
    const SumTerm<T>* terms = terms_of(first + i);
    const std::int32_t candidates = block_.candidates[first + i];
    const T* residuals = residuals_ + (i * block_.most_logits);
    T* steps = steps_ + (i * block_.most_logits);
    const T* context = contexts_ + (i * model_.stride);
    const Line<T> none = Line<T>::zero();
    const Four<T> squares =
        sums(squares_of(context, lines() * kScalars),
             pull(terms, candidates, residuals, pulls_ + (i * model_.stride)), none, none) *
        (T{1} / static_cast<T>(model_.dim));
    for (std::int32_t c = 0; c < candidates; c += 4) {
      const Four<T> residual = load_unaligned<Four<T>>(residuals + c);
      store_unaligned(residual * rates(rule, model_.weights.first, terms + c, candidates - c,
                                       residual * residual * squares[0]),
                      steps + c);
    }
    T& a = model_.weights.first[terms[candidates].row];
    a += squares[1];
    context_steps_[i] = -rule.rate / (root(a) + rule.epsilon);
  }

  [[gnu::always_inline]] void add_steps(std::int32_t first, std::int32_t i,
                                        const RuleView<T>& rule) {
    const SumTerm<T>* terms = terms_of(first + i);
    const std::int32_t candidates = block_.candidates[first + i];
    const T* steps = steps_ + (i * block_.most_logits);
    for (std::int32_t c = 0; c < candidates; ++c)
      add(terms[c], steps[c], contexts_ + (i * model_.stride));
    add(terms[candidates], context_steps_[i], pulls_ + (i * model_.stride));
    if (terms->bias == T{0}) return;
    const T* residuals = residuals_ + (i * block_.most_logits);
    for (std::int32_t c = 0; c < candidates; ++c)
      update_scalar(rule, model_.scalars, terms[c].row, residuals[c]);
  }

  /// Adds the squares to the accumulators of up to four rows; what their gradients are multiplied by.
  [[gnu::always_inline]] static Four<T> rates(const RuleView<T>& rule, T* accumulators,
                                              const SumTerm<T>* terms, std::int32_t count,
                                              const Four<T>& squares) {
    // One after the other, for an example may hold a row twice.
    const auto add = [&](int j) {
      T& a = accumulators[terms[j].row];
      const T sum = a + squares[j];
      if (j < count) a = sum;
      return sum;
    };
    const Four<T> sums{add(0), add(1), add(2), add(3)};
    return -rule.rate / (square_root<T>(sums) + rule.epsilon);
  }

  [[gnu::always_inline]] void add(const SumTerm<T>& term, T factor, const T* gradient) {
    T* w = row(term);
    for (int l = 0; l < lines(); ++l) {
      T* at = w + (l * kScalars);
      multiply_add(Line<T>::broadcast(factor), Line<T>::load(gradient + (l * kScalars)),
                   Line<T>::load(at))
          .store(at);
    }
  }

  const ModelView<T>& model_;
  const ContextBlock<T>& block_;
  T* contexts_;   ///< [kTogether, stride]
  T* pulls_;      ///< [kTogether, stride]
  T* residuals_;  ///< [kTogether, most_logits]
  T* steps_;      ///< [kTogether, most_logits]
  T context_steps_[kTogether] = {};
};

}  // namespace feat2vec::trainers::kernels::FEAT2VEC_TARGET
