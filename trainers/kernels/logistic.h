#pragma once

// Losses and their derivatives, eight logits at a time. Included by target.cpp alone.

#include "trainers/kernels/lanes.h"

namespace feat2vec::trainers::kernels::FEAT2VEC_TARGET {

using FloatVector = Eight<float>;
using DoubleVector = Eight<double>;

/// e^x for x ≤ 0, relative error below 2e-7; 0 below -87.
inline FloatVector exp_of_negative(FloatVector x) {
  constexpr float kLeast = -87.0F;
  constexpr float kRound = 12582912.0F;  // 1.5·2^23: adding it rounds to an integer
  const FloatVector clamped = x < kLeast ? FloatVector{} + kLeast : x;
  const FloatVector power = (clamped * 1.44269504F + kRound) - kRound;
  const FloatVector r = (clamped - power * 0.693359375F) + power * 2.12194440e-4F;
  FloatVector p = r * 1.9875691500e-4F + 1.3981999507e-3F;
  p = p * r + 8.3334519073e-3F;
  p = p * r + 4.1665795894e-2F;
  p = p * r + 1.6666665459e-1F;
  p = p * r + 5.0000001201e-1F;
  p = p * (r * r) + r + 1.0F;
  using Mask = Eight<std::int32_t>;
  const Mask bits = (__builtin_convertvector(power, Mask) + 127) << 23;
  FloatVector scale;
  __builtin_memcpy(&scale, &bits, sizeof(scale));
  return x < kLeast ? FloatVector{} : p * scale;
}

/// log(1 + u) for u in [0, 1], relative error below 2e-7: 2·artanh(u / (2 + u)).
inline FloatVector log1p_of_unit(FloatVector u) {
  const FloatVector s = u / (u + 2.0F);
  const FloatVector q = s * s;
  FloatVector p = q * (2.0F / 13) + 2.0F / 11;
  p = p * q + 2.0F / 9;
  p = p * q + 2.0F / 7;
  p = p * q + 2.0F / 5;
  p = p * q + 2.0F / 3;
  p = p * q + 2.0F;
  return p * s;
}

inline DoubleVector exp_of_negative(DoubleVector x) {
  for (int lane = 0; lane < 8; ++lane) x[lane] = __builtin_exp(x[lane]);
  return x;
}

inline DoubleVector log1p_of_unit(DoubleVector u) {
  for (int lane = 0; lane < 8; ++lane) u[lane] = __builtin_log1p(u[lane]);
  return u;
}

template <class T>
struct Logistic {
  Eight<T> loss;
  Eight<T> residual;  ///< ∂loss/∂logit
};

/// Losses of eight candidates: softplus(−x) for the observed one, which is the first of the first eight,
/// softplus(x) for noise, with softplus(x) = log(1 + e^x). Those from `count` on have none.
template <class T>
inline Logistic<T> logistic(const Eight<T>& logits, int first, int count) {
  const Eight<T> place = Eight<T>{0, 1, 2, 3, 4, 5, 6, 7} + static_cast<T>(first);
  const Eight<T> one = Eight<T>{} + T{1};
  const Eight<T> sign = place < one ? -one : one;
  const Eight<T> x = logits * sign;
  const Eight<T> u = exp_of_negative(x < T{0} ? x : -x);
  const Eight<T> inverse = T{1} / (u + T{1});
  const Eight<T> slope = x < T{0} ? u * inverse : inverse;
  const Eight<T> value = (x < T{0} ? Eight<T>{} : x) + log1p_of_unit(u);
  // Chosen, not multiplied: what is beyond may be no number at all.
  const T end = static_cast<T>(count);
  return {place < end ? value : Eight<T>{}, place < end ? slope * sign : Eight<T>{}};
}

/// The same for `count` logits in whole lines, which become ∂loss/∂logit. Returns the sum of losses.
template <class T>
inline T logistic_losses(T* logits, int count) {
  T loss = 0;
  for (int first = 0; first < count; first += 8) {
    const Logistic<T> result = logistic<T>(load_unaligned<Eight<T>>(logits + first), first, count);
    store_unaligned(result.residual, logits + first);
    loss += sum_of_eight<T>(result.loss);
  }
  return loss;
}

/// Softmax over `count` logits, of which the first is the observed one: its loss −log p. The logits, in
/// eights with room beyond the last, become ∂loss/∂logit.
template <class T>
inline T softmax_loss(T* logits, int count) {
  const T observed = logits[0];
  T largest = observed;
  for (int i = 1; i < count; ++i) largest = logits[i] > largest ? logits[i] : largest;
  const int end = (count + 7) / 8 * 8;
  for (int i = count; i < end; ++i) logits[i] = -__builtin_huge_val();
  Eight<T> total{};
  for (int first = 0; first < end; first += 8) {
    const Eight<T> e = exp_of_negative(load_unaligned<Eight<T>>(logits + first) - largest);
    store_unaligned(e, logits + first);
    total += e;
  }
  const T sum = sum_of_eight<T>(total);
  const T inverse = T{1} / sum;
  for (int first = 0; first < end; first += 8)
    store_unaligned(load_unaligned<Eight<T>>(logits + first) * inverse, logits + first);
  logits[0] -= T{1};
  return static_cast<T>(__builtin_log(static_cast<double>(sum))) + (largest - observed);
}

}  // namespace feat2vec::trainers::kernels::FEAT2VEC_TARGET
