#pragma once

// The common case, made fast: every feature is a lookup and a sampling group of its own, all pairs
// interact, no biases by value. Then an example is F + K row numbers: F − 1 outside rows, the target,
// K noise rows. Included by target.cpp alone.

#include "trainers/kernels/replaced_vector.h"
#include "trainers/kernels/row_update.h"

namespace feat2vec::trainers::kernels::FEAT2VEC_TARGET {

/// Rows of the table by their numbers.
template <class T, int kFixed>
struct TableRows {
  static constexpr bool kBiased = false;

  T* weights;
  std::int32_t stride;
  const std::int32_t* ids;

  [[gnu::always_inline]] T* operator[](std::int32_t j) const {
    return weights + (std::int64_t{ids[j]} * (kFixed > 0 ? kFixed * Line<T>::kScalars : stride));
  }
};

/// Works on one example at a time.
template <class T, int kFixed>
class PlainExample {
 public:
  /// Scalars of scratch, in whole lines.
  static std::int64_t scratch_size(const ModelView<T>& model, std::int32_t noise_rows) {
    return padded<T>(model.features + noise_rows + 4) + model.stride;
  }

  PlainExample(const ModelView<T>& model, std::int32_t noise_rows, T* scratch)
      : model_(model),
        scores_(model, noise_rows),
        outside_(model.features - 1),
        candidates_(1 + noise_rows),
        factors_(scratch),
        gradient_(scratch + padded<T>(model.features + noise_rows + 4)) {}

  /// See `ReplacedVector`.
  ExampleLoss score(const std::int32_t* ids, const float* log_noise, T constant, T weight,
                    T* context, T* residuals) {
    return scores_.score(rows(ids), log_noise, constant, weight, context, residuals);
  }
  void pull(const std::int32_t* ids, const T* residuals, T* pull) const {
    scores_.pull(rows(ids), residuals, pull);
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
      make_factors(rule, ids + outside_, first, candidates_,
                   residual * residual * scores_.context_square(), factors_ + outside_);
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

  int lines() const { return lines_of<kFixed>(model_); }
  TableRows<T, kFixed> rows(const std::int32_t* ids) const {
    return {model_.weights.value, model_.stride, ids};
  }
  T* row(std::int32_t id) const { return rows(&id)[0]; }

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
  ReplacedVector<T, kFixed> scores_;
  std::int32_t outside_;
  std::int32_t candidates_;
  T* factors_;   ///< [F + K]
  T* gradient_;  ///< [stride]
};

}  // namespace feat2vec::trainers::kernels::FEAT2VEC_TARGET
