#pragma once

// The common case of context_example.h, made fast: one target with its noise against one context, each
// vector a single row of the table. Formulas there. Included by target.cpp alone.

#include "trainers/kernels/logistic.h"
#include "trainers/kernels/pair_block.h"
#include "trainers/kernels/row_update.h"
#include "trainers/kernels/row_vectors.h"

namespace feat2vec::trainers::kernels::FEAT2VEC_TARGET {

/// Works on a few examples at a time: what one of them waits for, from its logits to its steps, is a chain
/// of hundreds of cycles, in which the machine sees too little of the next one to begin with it.
template <class T, int kFixed>
class PairExamples {
 public:
  static constexpr std::int32_t kTogether = 2;

  static std::int64_t scratch_size(const ModelView<T>& model, std::int32_t most_rows) {
    return kTogether * std::int64_t{2} * (model.stride + padded<T>(most_rows + kSpare));
  }

  PairExamples(const ModelView<T>& model, const PairBlock<T>& block)
      : weights_(model.weights.value),
        stride_(kFixed > 0 ? kFixed * kScalars : model.stride),
        model_(model),
        block_(block) {
    T* scratch = block.scratch;
    const std::int64_t logits = padded<T>(block.most_rows + kSpare);
    for (Example& example : examples_) {
      example.context = scratch;
      example.pull = scratch + stride_;
      example.residuals = example.pull + stride_;
      example.steps = example.residuals + logits;
      scratch = example.steps + logits;
    }
  }

  /// Scores the examples first … first + count, at most `kTogether`: their losses into the block. Then
  /// `emit` can tell the gradient of each, or `step` make them steps.
  void score(std::int32_t first, std::int32_t count) {
    for (std::int32_t i = 0; i < count; ++i) begin(examples_[i], first + i);
    for (std::int32_t i = 0; i < count; ++i)
      block_.losses[first + i] = make_residuals(examples_[i]);
  }

  /// Writes the gradient of the i-th of them: its slots, C and Σ δ_c V_c, and the occurrences of its
  /// rows.
  void emit(std::int32_t i, T* slots, std::int32_t first_slot, Occurrence<T>* out) {
    const Example& example = examples_[i];
    pull(example, slots + stride_);
    copy(example.context, slots);
    for (std::int32_t c = 0; c < example.candidates; ++c) {
      const T residual = example.residuals[c];
      *out++ = {example.rows[c], first_slot, residual, example.biased ? residual : T{0}};
    }
    *out = {example.rows[example.candidates], first_slot + 1, T{1}, T{0}};
  }

  /// Steps the rows of the examples by row-wise Adagrad, from the weights that they were scored with. One
  /// whose loss is no number has none.
  void step(std::int32_t first, std::int32_t count, const RuleView<T>& rule) {
    for (std::int32_t i = 0; i < count; ++i)
      if (is_finite(first + i)) make_steps(examples_[i], rule);
    for (std::int32_t i = 0; i < count; ++i)
      if (is_finite(first + i)) add_steps(examples_[i], rule);
  }

  bool is_finite(std::int32_t i) const { return __builtin_isfinite(block_.losses[i].loss); }

 private:
  static constexpr std::int32_t kScalars = Line<T>::kScalars;
  static constexpr std::int32_t kSpare = 7;  ///< candidates are worked on in eights

  struct Example {
    const std::int32_t* rows;  ///< of the candidates, then of the context
    std::int32_t candidates;
    bool biased;
    T context_step;  ///< what its pull is multiplied by
    T* context;      ///< [stride]: as it was scored, for it may be a candidate too
    T* pull;         ///< [stride]: Σ δ_c V_c
    T* residuals;
    T* steps;  ///< what C is multiplied by in the step of each candidate
  };

  int lines() const { return kFixed > 0 ? kFixed : stride_ / kScalars; }
  T* row(std::int32_t id) const { return weights_ + (std::int64_t{id} * stride_); }

  void copy(const T* from, T* to) const {
    for (int l = 0; l < lines(); ++l)
      Line<T>::load(from + (l * kScalars)).store(to + (l * kScalars));
  }

  /// Keeps C and makes the logits.
  [[gnu::always_inline]] void begin(Example& example, std::int32_t i) {
    const std::int32_t at = block_.begin[i];
    example.rows = block_.rows + at;
    example.candidates = block_.candidates(i);
    example.biased = block_.biased[i] != 0;
    copy(row(example.rows[example.candidates]), example.context);
    const T shared = model_.softmax ? T{0} : shared_logit(model_, block_.groups[i]);
    for (std::int32_t c = 0; c < example.candidates; c += 8) {
      const std::int32_t* rows = example.rows + c;
      const Eight<T> products =
          join<T>(four_products(rows, example.context), four_products(rows + 4, example.context));
      Eight<T> own = load_unaligned<Eight<T>>(block_.corrections + at + c) + shared;
      if (example.biased) own += biases(rows);
      store_unaligned(products + own, example.residuals + c);
    }
  }

  /// Logits become ∂loss/∂logit.
  [[gnu::always_inline]] ExampleLoss make_residuals(const Example& example) {
    if (model_.softmax)
      return {static_cast<double>(softmax_loss(example.residuals, example.candidates)), 0};
    Eight<T> loss{};
    Eight<T> total{};
    for (std::int32_t c = 0; c < example.candidates; c += 8) {
      const Logistic<T> result =
          logistic<T>(load_unaligned<Eight<T>>(example.residuals + c), c, example.candidates);
      store_unaligned(result.residual, example.residuals + c);
      loss += result.loss;
      total += result.residual;
    }
    return {static_cast<double>(sum_of_eight<T>(loss)),
            static_cast<double>(sum_of_eight<T>(total))};
  }

  /// ⟨C, V_c⟩ of four candidates. What follows the last are other rows.
  [[gnu::always_inline]] Four<T> four_products(const std::int32_t* rows, const T* context) const {
    Line<T> totals[4];
    for (Line<T>& total : totals) total = Line<T>::zero();
    for (int l = 0; l < lines(); ++l) {
      const Line<T> c = Line<T>::load(context + (l * kScalars));
      for (int j = 0; j < 4; ++j)
        totals[j] = multiply_add(c, Line<T>::load(row(rows[j]) + (l * kScalars)), totals[j]);
    }
    return sums(totals[0], totals[1], totals[2], totals[3]);
  }

  [[gnu::always_inline]] Eight<T> biases(const std::int32_t* rows) const {
    const T* value = model_.scalars.value;
    return Eight<T>{value[rows[0]], value[rows[1]], value[rows[2]], value[rows[3]],
                    value[rows[4]], value[rows[5]], value[rows[6]], value[rows[7]]};
  }

  /// Σ δ_c V_c into `to`; returns its square, not summed yet.
  [[gnu::always_inline]] Line<T> pull(const Example& example, T* to) const {
    Line<T> square = Line<T>::zero();
    for (int l = 0; l < lines(); ++l) {
      Line<T> g = Line<T>::zero();
      for (std::int32_t c = 0; c < example.candidates; ++c)
        g = multiply_add(Line<T>::broadcast(example.residuals[c]),
                         Line<T>::load(row(example.rows[c]) + (l * kScalars)), g);
      g.store(to + (l * kScalars));
      square = multiply_add(g, g, square);
    }
    return square;
  }

  [[gnu::always_inline]] void make_steps(Example& example, const RuleView<T>& rule) {
    const Line<T> none = Line<T>::zero();
    const Four<T> squares = sums(squares_of(example.context, lines() * kScalars),
                                 pull(example, example.pull), none, none) *
                            (T{1} / static_cast<T>(model_.dim));
    for (std::int32_t c = 0; c < example.candidates; c += 4) {
      const Four<T> residual = load_unaligned<Four<T>>(example.residuals + c);
      const Four<T> sums =
          accumulate(example.rows + c, example.candidates - c, residual * residual * squares[0]);
      store_unaligned(-rule.rate * residual / (square_root<T>(sums) + rule.epsilon),
                      example.steps + c);
    }
    T& a = model_.weights.first[example.rows[example.candidates]];
    a += squares[1];
    example.context_step = -rule.rate / (root(a) + rule.epsilon);
  }

  /// Adds squares to the accumulators of up to four rows, and returns these. One after the other, for an
  /// example may hold a row twice.
  [[gnu::always_inline]] Four<T> accumulate(const std::int32_t* rows, std::int32_t count,
                                            const Four<T>& squares) {
    const auto add = [&](int j) {
      T& a = model_.weights.first[rows[j]];
      const T sum = a + squares[j];
      if (j < count) a = sum;
      return sum;
    };
    return Four<T>{add(0), add(1), add(2), add(3)};
  }

  [[gnu::always_inline]] void add_steps(const Example& example, const RuleView<T>& rule) {
    for (std::int32_t c = 0; c < example.candidates; ++c)
      add(example.rows[c], example.steps[c], example.context);
    add(example.rows[example.candidates], example.context_step, example.pull);
    if (example.biased)
      for (std::int32_t c = 0; c < example.candidates; ++c)
        update_scalar(rule, model_.scalars, example.rows[c], example.residuals[c]);
  }

  [[gnu::always_inline]] void add(std::int32_t id, T factor, const T* gradient) {
    T* w = row(id);
    const Line<T> step = Line<T>::broadcast(factor);
    for (int l = 0; l < lines(); ++l) {
      T* at = w + (l * kScalars);
      multiply_add(step, Line<T>::load(gradient + (l * kScalars)), Line<T>::load(at)).store(at);
    }
  }

  T* weights_;
  std::int32_t stride_;
  const ModelView<T>& model_;
  const PairBlock<T>& block_;
  Example examples_[kTogether];
};

}  // namespace feat2vec::trainers::kernels::FEAT2VEC_TARGET
