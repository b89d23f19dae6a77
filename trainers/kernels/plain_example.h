#pragma once

// The common case, made fast: every feature is a lookup and a sampling group of its own, all pairs
// interact, no biases by value. Then an example is F + K row numbers: F − 1 outside rows, the target,
// K noise rows. Formulas in general_example.h; here V_c = n_c is a row. Included by target.cpp alone.

#include "trainers/kernels/logistic.h"
#include "trainers/kernels/occurrence.h"
#include "trainers/kernels/row_update.h"

namespace feat2vec::trainers::kernels::FEAT2VEC_TARGET {

/// Works on one example at a time. `kFixed` is the number of lines of a row, 0 when only known at run
/// time: a fixed count keeps the sums in registers.
template <class T, int kFixed>
class PlainExample {
 public:
  /// Scalars of scratch, in whole lines.
  static std::int64_t scratch_size(const ModelView<T>& model, std::int32_t noise_rows) {
    return padded(model.features + noise_rows + 4) + model.stride;
  }

  PlainExample(const ModelView<T>& model, std::int32_t noise_rows, T* scratch)
      : model_(model),
        outside_(model.features - 1),
        candidates_(1 + noise_rows),
        factors_(scratch),
        gradient_(scratch + padded(model.features + noise_rows + 4)) {}

  /// Scalars of `residuals`: in eights, with room for D.
  static constexpr std::int32_t residual_count(std::int32_t noise_rows) {
    constexpr std::int32_t kUnit = kScalars > 8 ? kScalars : 8;
    return (noise_rows + 2 + kUnit - 1) / kUnit * kUnit;
  }

  /// Context C into `context` and ∂loss/∂logit of each candidate, then their sum D, into `residuals`
  /// (`residual_count` scalars, aligned to a line). `log_noise` is readable for eights, `constant` is
  /// what every logit has.
  ExampleLoss score(const std::int32_t* ids, const float* log_noise, T constant, T weight,
                    T* __restrict context, T* __restrict residuals) {
    Line<T> squares = Line<T>::zero();
    Line<T> own = Line<T>::zero();
    for (int l = 0; l < lines(); ++l) {
      Line<T> c = Line<T>::zero();
      for (std::int32_t f = 0; f < outside_; ++f) {
        const Line<T> v = Line<T>::load(row(ids[f]) + (l * kScalars));
        c = c + v;
        own = multiply_add(v, v, own);
      }
      c.store(context + (l * kScalars));
      squares = multiply_add(c, c, squares);
    }
    const Line<T> none = Line<T>::zero();
    const Four<T> totals = sums(squares, squares - own, none, none);
    context_square_ = totals[0];
    const T base = constant + model_.noise_constant + (totals[1] / 2);
    if (model_.softmax) return softmax(ids, log_noise, base, weight, context, residuals);
    T loss = 0;
    T total = 0;
    for (std::int32_t first = 0; first < candidates_; first += 8) {
      Eight<T> logits = candidate_scores(ids + outside_, first, context) + base;
      logits += model_.noise_slope *
                __builtin_convertvector(load_unaligned<Eight<float>>(log_noise + first), Eight<T>);
      Logistic<T> result = logistic<T>(logits, first, candidates_);
      result.residual *= weight;
      store_unaligned(result.residual, residuals + first);
      loss += sum_of_eight<T>(result.loss);
      total += sum_of_eight<T>(result.residual);
    }
    residuals[candidates_] = total;
    return {static_cast<double>(loss * weight), static_cast<double>(total)};
  }

  /// `score` from the context on, of a model whose losses are softmax.
  ExampleLoss softmax(const std::int32_t* ids, const float* log_noise, T base, T weight,
                      const T* context, T* __restrict residuals) {
    for (std::int32_t first = 0; first < candidates_; first += 8) {
      Eight<T> logits = candidate_scores(ids + outside_, first, context) + base;
      logits += model_.noise_slope *
                __builtin_convertvector(load_unaligned<Eight<float>>(log_noise + first), Eight<T>);
      store_unaligned(logits, residuals + first);
    }
    const T loss = softmax_loss(residuals, candidates_);
    for (std::int32_t c = 0; c < candidates_; ++c) residuals[c] *= weight;
    residuals[candidates_] = 0;
    return {static_cast<double>(loss * weight), 0};
  }

  /// H = Σ δ_c n_c into `pull`.
  void pull(const std::int32_t* ids, const T* residuals, T* __restrict pull) const {
    const std::int32_t* inside = ids + outside_;
    for (int l = 0; l < lines(); ++l) {
      Line<T> h = Line<T>::zero();
      for (std::int32_t c = 0; c < candidates_; ++c)
        h = multiply_add(Line<T>::broadcast(residuals[c]),
                         Line<T>::load(row(inside[c]) + (l * kScalars)), h);
      h.store(pull + (l * kScalars));
    }
  }

  /// Steps every row of the example at once, from the weights that it was scored with.
  void update(const RuleView<T>& rule, const std::int32_t* ids, const T* context, const T* pull,
              const T* residuals) {
    if (rule.rule != Rule::kRowAdagrad || rule.weight_decay != 0)
      return update_by_rows(rule, ids, context, pull, residuals);
    const T total = residuals[candidates_];
    T* push = gradient_;  // D·C + H, of which an outside row gets all but D times itself
    for (int l = 0; l < lines(); ++l)
      multiply_add(Line<T>::broadcast(total), Line<T>::load(context + (l * kScalars)),
                   Line<T>::load(pull + (l * kScalars)))
          .store(push + (l * kScalars));
    for (std::int32_t first = 0; first < outside_; first += 4)
      make_factors(rule, ids, first, outside_, outside_squares(ids, first, total, push), factors_);
    for (std::int32_t first = 0; first < candidates_; first += 4) {
      const Four<T> residual = load_unaligned<Four<T>>(residuals + first);
      make_factors(rule, ids + outside_, first, candidates_, residual * residual * context_square_,
                   factors_ + outside_);
    }
    for (std::int32_t f = 0; f < outside_; ++f)
      for (int l = 0; l < lines(); ++l) {
        T* w = row(ids[f]) + (l * kScalars);
        const Line<T> old = Line<T>::load(w);
        const Line<T> g = Line<T>::load(push + (l * kScalars)) - (Line<T>::broadcast(total) * old);
        (old - (Line<T>::broadcast(factors_[f]) * g)).store(w);
      }
    for (std::int32_t c = 0; c < candidates_; ++c) {
      const Line<T> step = Line<T>::broadcast(-factors_[outside_ + c] * residuals[c]);
      T* w = row(ids[outside_ + c]);
      for (int l = 0; l < lines(); ++l)
        multiply_add(step, Line<T>::load(context + (l * kScalars)),
                     Line<T>::load(w + (l * kScalars)))
            .store(w + (l * kScalars));
    }
  }

 private:
  static constexpr std::int32_t kScalars = Line<T>::kScalars;

  static std::int64_t padded(std::int64_t scalars) {
    return (scalars + kScalars - 1) / kScalars * kScalars;
  }

  int lines() const { return kFixed > 0 ? kFixed : model_.stride / kScalars; }
  T* row(std::int32_t id) const {
    return model_.weights.value +
           (std::int64_t{id} * (kFixed > 0 ? kFixed * kScalars : model_.stride));
  }

  /// ⟨C, n_c⟩ of the eight candidates from `first` on, as lines that are not summed yet.
  [[gnu::always_inline]] Line<T> product(const std::int32_t* inside, std::int32_t c,
                                         const T* context) const {
    Line<T> total = Line<T>::zero();
    if (c >= candidates_) return total;
    const T* v = row(inside[c]);
    for (int l = 0; l < lines(); ++l)
      total = multiply_add(Line<T>::load(context + (l * kScalars)),
                           Line<T>::load(v + (l * kScalars)), total);
    return total;
  }

  [[gnu::always_inline]] Four<T> four_scores(const std::int32_t* inside, std::int32_t first,
                                             const T* context) const {
    return sums(product(inside, first, context), product(inside, first + 1, context),
                product(inside, first + 2, context), product(inside, first + 3, context));
  }

  [[gnu::always_inline]] Eight<T> candidate_scores(const std::int32_t* inside, std::int32_t first,
                                                   const T* context) const {
    return join<T>(four_scores(inside, first, context), four_scores(inside, first + 4, context));
  }

  /// What an outside row is moved by: ‖D·C + H − D·w‖², not summed yet.
  [[gnu::always_inline]] Line<T> outside_square(const std::int32_t* ids, std::int32_t f, T total,
                                                const T* push) const {
    Line<T> square = Line<T>::zero();
    if (f >= outside_) return square;
    const T* w = row(ids[f]);
    for (int l = 0; l < lines(); ++l) {
      const Line<T> g = Line<T>::load(push + (l * kScalars)) -
                        (Line<T>::broadcast(total) * Line<T>::load(w + (l * kScalars)));
      square = multiply_add(g, g, square);
    }
    return square;
  }

  [[gnu::always_inline]] Four<T> outside_squares(const std::int32_t* ids, std::int32_t first,
                                                 T total, const T* push) const {
    return sums(
        outside_square(ids, first, total, push), outside_square(ids, first + 1, total, push),
        outside_square(ids, first + 2, total, push), outside_square(ids, first + 3, total, push));
  }

  /// Adds the squares to the accumulators of four rows and makes the factor of each one's gradient. What
  /// follows the last row are rows too, of the next example: they are read, but not written.
  [[gnu::always_inline]] void make_factors(const RuleView<T>& rule, const std::int32_t* ids,
                                           std::int32_t first, std::int32_t count,
                                           const Four<T>& squares, T* factors) {
    T* sums = model_.weights.first;
    const std::int32_t* id = ids + first;
    const Four<T> added = squares * (T{1} / static_cast<T>(model_.dim));
    // One after the other, for an example may hold a row twice.
    Four<T> sum;
    for (int j = 0; j < 4; ++j) {
      sum[j] = sums[id[j]] + added[j];
      if (first + j < count) sums[id[j]] = sum[j];
    }
    store_unaligned(rule.rate / (square_root<T>(sum) + rule.epsilon), factors + first);
  }

  void update_by_rows(const RuleView<T>& rule, const std::int32_t* ids, const T* context,
                      const T* pull, const T* residuals) {
    const T total = residuals[candidates_];
    for (std::int32_t j = 0; j < outside_ + candidates_; ++j) {
      if (ids[j] == model_.null_row) continue;
      const bool outside = j < outside_;
      const Line<T> share = Line<T>::broadcast(outside ? total : residuals[j - outside_]);
      for (int l = 0; l < lines(); ++l) {
        Line<T> g = share * Line<T>::load(context + (l * kScalars));
        if (outside)
          g = g + Line<T>::load(pull + (l * kScalars)) -
              (share * Line<T>::load(row(ids[j]) + (l * kScalars)));
        g.store(gradient_ + (l * kScalars));
      }
      update_row(rule, model_.weights, ids[j], gradient_, model_.dim, model_.stride);
    }
  }

  const ModelView<T>& model_;
  std::int32_t outside_;
  std::int32_t candidates_;
  T* factors_;   ///< [F + K]
  T* gradient_;  ///< [stride]
  T context_square_ = 0;
};

}  // namespace feat2vec::trainers::kernels::FEAT2VEC_TARGET
