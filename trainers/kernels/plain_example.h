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
    const std::int64_t rows = model.features + noise_rows;
    return (padded_sums(noise_rows) * kScalars) + (2 * padded(rows + 4)) + (3 * model.stride);
  }

  PlainExample(const ModelView<T>& model, std::int32_t noise_rows, T* scratch)
      : model_(model),
        outside_(model.features - 1),
        candidates_(1 + noise_rows),
        sums_(scratch),
        squares_(sums_ + (padded_sums(noise_rows) * kScalars)),
        factors_(squares_ + padded(model.features + noise_rows + 4)),
        gradient_(factors_ + padded(model.features + noise_rows + 4)) {
    for (std::int64_t i = 0; i < padded_sums(noise_rows) * kScalars; ++i) sums_[i] = 0;
  }

  /// Context C into `context` and ∂loss/∂logit of each candidate, then their sum D, into `residuals`
  /// (whole lines, `1 + K + 1` or more scalars). `constant` is what every logit has.
  ExampleLoss score(const std::int32_t* ids, const float* log_noise, T constant, T weight,
                    T* __restrict context, T* __restrict residuals) {
    const std::int32_t* inside = ids + outside_;
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
    (squares - own).store(sums_);
    squares.store(sums_ + kScalars);
    for (std::int32_t c = 0; c < candidates_; ++c) {
      const T* v = row(inside[c]);
      Line<T> total = Line<T>::zero();
      for (int l = 0; l < lines(); ++l)
        total = multiply_add(Line<T>::load(context + (l * kScalars)),
                             Line<T>::load(v + (l * kScalars)), total);
      total.store(sums_ + ((2 + c) * kScalars));
    }
    reduce();
    const T base = constant + (squares_[0] / 2);
    context_square_ = squares_[1];
    for (std::int32_t c = 0; c < candidates_; ++c)
      residuals[c] =
          base + squares_[2 + c] - (model_.noise_probability ? static_cast<T>(log_noise[c]) : T{0});
    const T loss = logistic_losses(residuals, candidates_);
    T total = 0;
    for (std::int32_t c = 0; c < candidates_; ++c) {
      residuals[c] *= weight;
      total += residuals[c];
    }
    residuals[candidates_] = total;
    return {static_cast<double>(loss * weight), static_cast<double>(total)};
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
    measure_outside(ids, total, push);
    for (std::int32_t c = 0; c < candidates_; ++c)
      squares_[outside_ + c] = residuals[c] * residuals[c] * context_square_;
    make_factors(rule, ids);
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
  static constexpr int kScalars = Line<T>::kScalars;

  static std::int64_t padded(std::int64_t scalars) {
    return (scalars + kScalars - 1) / kScalars * kScalars;
  }
  /// Lines that are summed: two for the context, one a candidate, up to a multiple of four.
  static std::int64_t padded_sums(std::int32_t noise_rows) { return (noise_rows + 6) / 4 * 4; }

  int lines() const { return kFixed > 0 ? kFixed : model_.stride / kScalars; }
  T* row(std::int32_t id) const {
    return model_.weights.value +
           (std::int64_t{id} * (kFixed > 0 ? kFixed * kScalars : model_.stride));
  }

  /// Sums each line of `sums_` into `squares_`.
  void reduce() {
    const std::int32_t count = 2 + candidates_;
    for (std::int32_t first = 0; first < count; first += 4) {
      Line<T> four[4];
      for (int i = 0; i < 4; ++i) four[i] = Line<T>::load(sums_ + ((first + i) * kScalars));
      sum_four(four, squares_ + first);
    }
  }

  /// ‖D·C + H − D·w‖² of each outside row.
  void measure_outside(const std::int32_t* ids, T total, const T* push) {
    for (std::int32_t first = 0; first < outside_; first += 4) {
      Line<T> four[4];
      for (int i = 0; i < 4; ++i) {
        four[i] = Line<T>::zero();
        if (first + i >= outside_) continue;
        for (int l = 0; l < lines(); ++l) {
          const Line<T> g =
              Line<T>::load(push + (l * kScalars)) -
              (Line<T>::broadcast(total) * Line<T>::load(row(ids[first + i]) + (l * kScalars)));
          four[i] = multiply_add(g, g, four[i]);
        }
      }
      sum_four(four, squares_ + first);
    }
  }

  /// Adds `squares_` to the accumulators and makes the factor of each row's gradient.
  void make_factors(const RuleView<T>& rule, const std::int32_t* ids) {
    const std::int32_t count = outside_ + candidates_;
    const T share = T{1} / static_cast<T>(model_.dim);
    for (std::int32_t j = 0; j < count; ++j)
      squares_[j] = model_.weights.first[ids[j]] + (squares_[j] * share);
    for (std::int32_t j = 0; j < count; ++j) model_.weights.first[ids[j]] = squares_[j];
    for (std::int32_t j = 0; j < count; ++j)
      factors_[j] = rule.rate / (root(squares_[j]) + rule.epsilon);
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
  T* sums_;      ///< lines to be summed
  T* squares_;   ///< their sums
  T* factors_;   ///< [F + K]
  T* gradient_;  ///< [stride]
  T context_square_ = 0;
};

}  // namespace feat2vec::trainers::kernels::FEAT2VEC_TARGET
