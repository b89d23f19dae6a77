#pragma once

// Losses and their derivatives, a vector of logits at a time. Included by target.cpp alone.

#include "trainers/kernels/lanes.h"

namespace feat2vec::trainers::kernels::FEAT2VEC_TARGET {

using FloatVector = Line<float>::Vector;
using DoubleVector = Line<double>::Vector;

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
  const Line<float>::Mask bits = (__builtin_convertvector(power, Line<float>::Mask) + 127) << 23;
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
  for (int lane = 0; lane < Line<double>::kLanes; ++lane) x[lane] = __builtin_exp(x[lane]);
  return x;
}

inline DoubleVector log1p_of_unit(DoubleVector u) {
  for (int lane = 0; lane < Line<double>::kLanes; ++lane) u[lane] = __builtin_log1p(u[lane]);
  return u;
}

/// Losses of the `count` rows of one example, the first of them observed: softplus(−x) for it and
/// softplus(x) for noise, with softplus(x) = log(1 + e^x). `logits` becomes ∂loss/∂logit; it holds
/// whole lines, and what is in them beyond `count` changes nothing. Returns the sum of the losses.
template <class T>
inline T logistic_losses(T* logits, int count) {
  using Vector = typename Line<T>::Vector;
  constexpr int kLanes = Line<T>::kLanes;
  logits[0] = -logits[0];
  T loss = 0;
  for (int first = 0; first < count; first += kLanes) {
    Vector x;
    __builtin_memcpy(&x, logits + first, sizeof(x));
    const Vector u = exp_of_negative(x < T{0} ? x : -x);
    const Vector inverse = T{1} / (u + T{1});
    const Vector slope = x < T{0} ? u * inverse : inverse;
    const Vector value = (x < T{0} ? Vector{} : x) + log1p_of_unit(u);
    __builtin_memcpy(logits + first, &slope, sizeof(slope));
    const int last = count - first < kLanes ? count - first : kLanes;
    for (int lane = 0; lane < last; ++lane) loss += value[lane];
  }
  logits[0] = -logits[0];
  return loss;
}

}  // namespace feat2vec::trainers::kernels::FEAT2VEC_TARGET
