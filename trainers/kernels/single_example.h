#pragma once

// The usual example of a model of any φ: one feature is replaced and all pairs interact. Included by
// target.cpp alone.

#include "trainers/kernels/pooling.h"
#include "trainers/kernels/replaced_vector.h"

namespace feat2vec::trainers::kernels::FEAT2VEC_TARGET {

/// Vectors wherever they are, and a bias for each candidate.
template <class T>
struct PooledVectors {
  static constexpr bool kBiased = true;

  const T* const* at;
  const T* biases;

  [[gnu::always_inline]] const T* operator[](std::int32_t j) const { return at[j]; }
  [[gnu::always_inline]] Eight<T> bias(std::int32_t c) const {
    return load_unaligned<Eight<T>>(biases + c);
  }
};

/// Its gradient has two slots: C, of which a candidate has δ_c, and D·C + H, of which an outside row has
/// all but D times itself. What is outside and a sum of rows has a slot of its own.
template <class T, int kFixed>
class SingleExample {
 public:
  /// Scalars of scratch, in whole lines.
  static std::int64_t scratch_size(const ModelView<T>& model, std::int32_t noise_rows) {
    const std::int64_t vectors = model.features + noise_rows;
    return (vectors * model.stride) + (2 * residual_count<T>(noise_rows)) + pointers<T>(vectors);
  }

  /// Slots that one example fills at most.
  static std::int32_t slot_count(const ModelView<T>& model) { return model.features + 1; }

  SingleExample(const ModelView<T>& model, const Pooling<T, kFixed>& pooling,
                std::int32_t noise_rows, T* scratch)
      : model_(model),
        pooling_(pooling),
        scores_(model, noise_rows),
        noise_rows_(noise_rows),
        buffers_(scratch),
        residuals_(scratch + (std::int64_t{model.features + noise_rows} * model.stride)),
        biases_(residuals_ + residual_count<T>(noise_rows)),
        vectors_(reinterpret_cast<const T**>(biases_ + residual_count<T>(noise_rows))) {}

  /// The losses of `draw`, whose group is `feature` alone; C into `context`.
  ExampleLoss score(const ExampleDraw& draw, std::int32_t feature, T weight, T* context) {
    T shared = shared_logit(model_, draw.group);
    std::int32_t j = 0;
    for (std::int32_t f = 0; f < model_.features; ++f) {
      if (f == feature) continue;
      shared += pooling_.pool_observed(draw, f, buffer(j), vectors_[j]);
      ++j;
    }
    for (std::int32_t c = 0; c <= noise_rows_; ++c, ++j)
      biases_[c] = pooling_.pool_candidate(draw, c, feature, buffer(j), vectors_[j]);
    return scores_.score(vectors(), draw.log_noise, shared, weight, context, residuals_);
  }

  /// Writes the gradient of the example scored last: slots after C, which is `slots[0]` and has the
  /// number `first_slot`, and occurrences. Returns the end of the occurrences.
  Occurrence<T>* emit(const ExampleDraw& draw, std::int32_t feature, T* slots,
                      std::int32_t first_slot, Occurrence<T>* out) const {
    const std::int32_t stride = pooling_.stride();
    const T total = residuals_[1 + noise_rows_];
    T* push = slots + stride;
    scores_.pull(vectors(), residuals_, push);
    add_scaled(push, total, slots, stride);
    std::int32_t slot = first_slot + 1;
    T* own = push;
    std::int32_t j = 0;
    for (std::int32_t f = 0; f < model_.features; ++f) {
      if (f == feature) continue;
      const T* v = vectors_[j];
      if (v != buffer(j++)) {
        out = pooling_.emit_observed(draw, f, ~(first_slot + 1), total, total, out);
        continue;
      }
      own += stride;
      for (std::int32_t i = 0; i < stride; i += Line<T>::kScalars)
        multiply_add(Line<T>::broadcast(-total), Line<T>::load(v + i), Line<T>::load(push + i))
            .store(own + i);
      out = pooling_.emit_observed(draw, f, ++slot, T{1}, total, out);
    }
    for (std::int32_t c = 0; c <= noise_rows_; ++c)
      out =
          pooling_.emit_candidate(draw, c, feature, first_slot, residuals_[c], residuals_[c], out);
    return out;
  }

 private:
  T* buffer(std::int32_t j) const { return buffers_ + (std::int64_t{j} * pooling_.stride()); }
  PooledVectors<T> vectors() const { return {vectors_, biases_}; }

  const ModelView<T>& model_;
  const Pooling<T, kFixed>& pooling_;
  ReplacedVector<T, kFixed> scores_;
  std::int32_t noise_rows_;
  T* buffers_;         ///< [F + K]: vectors that are sums
  T* residuals_;       ///< δ of each candidate, then D
  T* biases_;          ///< of each candidate
  const T** vectors_;  ///< [F + K]: where they are
};

}  // namespace feat2vec::trainers::kernels::FEAT2VEC_TARGET
