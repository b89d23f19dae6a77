#pragma once

// Scores of an example in which one vector is replaced and all pairs interact, made fast: F − 1 vectors
// outside, then the target and K noise vectors. Formulas in general_example.h; here V_c = n_c is one
// vector. Included by target.cpp alone.

#include "trainers/kernels/logistic.h"
#include "trainers/kernels/occurrence.h"
#include "trainers/kernels/row_vectors.h"

namespace feat2vec::trainers::kernels::FEAT2VEC_TARGET {

/// Scalars of the residuals of an example: in eights, with room for D.
template <class T>
constexpr std::int32_t residual_count(std::int32_t noise_rows) {
  constexpr std::int32_t kUnit = Line<T>::kScalars > 8 ? Line<T>::kScalars : 8;
  return (noise_rows + 2 + kUnit - 1) / kUnit * kUnit;
}

/// Works on one example at a time. `Vectors` says where they are: `vectors[j]` is vector j, of those
/// outside and then of the candidates; `vectors.bias(c)` is what the logits of the eight candidates from
/// c on have for themselves.
template <class T, int kFixed>
class ReplacedVector {
 public:
  ReplacedVector(const ModelView<T>& model, std::int32_t noise_rows)
      : model_(model), outside_(model.features - 1), candidates_(1 + noise_rows) {}

  /// Context C into `context` and ∂loss/∂logit of each candidate, then their sum D, into `residuals`
  /// (`residual_count` scalars, aligned to a line). `log_noise` is readable for eights, `constant` is
  /// what every logit has.
  template <class Vectors>
  ExampleLoss score(const Vectors& vectors, const float* log_noise, T constant, T weight,
                    T* __restrict context, T* __restrict residuals) {
    Line<T> squares = Line<T>::zero();
    Line<T> own = Line<T>::zero();
    for (int l = 0; l < lines(); ++l) {
      Line<T> c = Line<T>::zero();
      for (std::int32_t f = 0; f < outside_; ++f) {
        const Line<T> v = Line<T>::load(vectors[f] + (l * kScalars));
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
    if (model_.softmax) return softmax(vectors, log_noise, base, weight, context, residuals);
    T loss = 0;
    T total = 0;
    for (std::int32_t first = 0; first < candidates_; first += 8) {
      Logistic<T> result =
          logistic<T>(logits(vectors, log_noise, base, first, context), first, candidates_);
      result.residual *= weight;
      store_unaligned(result.residual, residuals + first);
      loss += sum_of_eight<T>(result.loss);
      total += sum_of_eight<T>(result.residual);
    }
    residuals[candidates_] = total;
    return {static_cast<double>(loss * weight), static_cast<double>(total)};
  }

  /// H = Σ δ_c n_c into `pull`.
  template <class Vectors>
  void pull(const Vectors& vectors, const T* residuals, T* __restrict pull) const {
    for (int l = 0; l < lines(); ++l) {
      Line<T> h = Line<T>::zero();
      for (std::int32_t c = 0; c < candidates_; ++c)
        h = multiply_add(Line<T>::broadcast(residuals[c]),
                         Line<T>::load(vectors[outside_ + c] + (l * kScalars)), h);
      h.store(pull + (l * kScalars));
    }
  }

  /// ‖C‖² of the example scored last.
  T context_square() const { return context_square_; }

 private:
  static constexpr std::int32_t kScalars = Line<T>::kScalars;

  int lines() const { return lines_of<kFixed>(model_); }

  /// `score` from the context on, of a model whose losses are softmax.
  template <class Vectors>
  ExampleLoss softmax(const Vectors& vectors, const float* log_noise, T base, T weight,
                      const T* context, T* __restrict residuals) {
    for (std::int32_t first = 0; first < candidates_; first += 8)
      store_unaligned(logits(vectors, log_noise, base, first, context), residuals + first);
    const T loss = softmax_loss(residuals, candidates_);
    for (std::int32_t c = 0; c < candidates_; ++c) residuals[c] *= weight;
    residuals[candidates_] = 0;
    return {static_cast<double>(loss * weight), 0};
  }

  /// ⟨C, n_c⟩, as lines that are not summed yet.
  template <class Vectors>
  [[gnu::always_inline]] Line<T> product(const Vectors& vectors, std::int32_t c,
                                         const T* context) const {
    Line<T> total = Line<T>::zero();
    if (c >= candidates_) return total;
    const T* v = vectors[outside_ + c];
    for (int l = 0; l < lines(); ++l)
      total = multiply_add(Line<T>::load(context + (l * kScalars)),
                           Line<T>::load(v + (l * kScalars)), total);
    return total;
  }

  template <class Vectors>
  [[gnu::always_inline]] Four<T> four_products(const Vectors& vectors, std::int32_t first,
                                               const T* context) const {
    return sums(product(vectors, first, context), product(vectors, first + 1, context),
                product(vectors, first + 2, context), product(vectors, first + 3, context));
  }

  /// The logits of the eight candidates from `first` on.
  template <class Vectors>
  [[gnu::always_inline]] Eight<T> logits(const Vectors& vectors, const float* log_noise, T base,
                                         std::int32_t first, const T* context) const {
    Eight<T> logits = join<T>(four_products(vectors, first, context),
                              four_products(vectors, first + 4, context)) +
                      base;
    if constexpr (Vectors::kBiased) logits += vectors.bias(first);
    return logits +
           (model_.noise_slope *
            __builtin_convertvector(load_unaligned<Eight<float>>(log_noise + first), Eight<T>));
  }

  const ModelView<T>& model_;
  std::int32_t outside_;
  std::int32_t candidates_;
  T context_square_ = 0;
};

}  // namespace feat2vec::trainers::kernels::FEAT2VEC_TARGET
