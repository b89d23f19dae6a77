#pragma once

// Vectors of one line of the cache, on the vectors of the target. Included by target.cpp alone, which
// is compiled once for each target in a namespace of its own.

#include <cstdint>

#include "trainers/kernels/views.h"

namespace feat2vec::trainers::kernels::FEAT2VEC_TARGET {

inline constexpr int kVectorBytes = FEAT2VEC_VECTOR_BYTES;

template <class T>
struct IntegerOf;
template <>
struct IntegerOf<float> {
  using Type = std::int32_t;
};
template <>
struct IntegerOf<double> {
  using Type = std::int64_t;
};

/// 64 bytes of T in registers.
template <class T>
struct Line {
  static constexpr int kScalars = static_cast<int>(kLineBytes / sizeof(T));
  static constexpr int kParts = static_cast<int>(kLineBytes / kVectorBytes);
  static constexpr int kLanes = static_cast<int>(kVectorBytes / sizeof(T));
  typedef T Vector __attribute__((vector_size(kVectorBytes)));
  typedef typename IntegerOf<T>::Type Mask __attribute__((vector_size(kVectorBytes)));

  Vector part[kParts];

  static Line zero() { return broadcast(T{0}); }
  static Line broadcast(T x) {
    Line line;
    for (int i = 0; i < kParts; ++i) line.part[i] = x - Vector{};
    return line;
  }
  /// REQUIRES: `from` is 64-byte aligned.
  static Line load(const T* from) {
    Line line;
    const auto* vectors =
        reinterpret_cast<const Vector*>(__builtin_assume_aligned(from, kLineBytes));
    for (int i = 0; i < kParts; ++i) line.part[i] = vectors[i];
    return line;
  }
  void store(T* to) const {
    auto* vectors = reinterpret_cast<Vector*>(__builtin_assume_aligned(to, kLineBytes));
    for (int i = 0; i < kParts; ++i) vectors[i] = part[i];
  }
};

template <class T>
inline Line<T> operator+(const Line<T>& a, const Line<T>& b) {
  Line<T> line;
  for (int i = 0; i < Line<T>::kParts; ++i) line.part[i] = a.part[i] + b.part[i];
  return line;
}
template <class T>
inline Line<T> operator-(const Line<T>& a, const Line<T>& b) {
  Line<T> line;
  for (int i = 0; i < Line<T>::kParts; ++i) line.part[i] = a.part[i] - b.part[i];
  return line;
}
template <class T>
inline Line<T> operator*(const Line<T>& a, const Line<T>& b) {
  Line<T> line;
  for (int i = 0; i < Line<T>::kParts; ++i) line.part[i] = a.part[i] * b.part[i];
  return line;
}
template <class T>
inline Line<T> operator/(const Line<T>& a, const Line<T>& b) {
  Line<T> line;
  for (int i = 0; i < Line<T>::kParts; ++i) line.part[i] = a.part[i] / b.part[i];
  return line;
}
/// a·b + c, fused where the target can.
template <class T>
inline Line<T> multiply_add(const Line<T>& a, const Line<T>& b, const Line<T>& c) {
  Line<T> line;
  for (int i = 0; i < Line<T>::kParts; ++i) line.part[i] = a.part[i] * b.part[i] + c.part[i];
  return line;
}
/// The sum of all lanes, always in the same order.
template <class T>
inline T sum(const Line<T>& a) {
  typename Line<T>::Vector total = a.part[0];
  for (int i = 1; i < Line<T>::kParts; ++i) total += a.part[i];
  T result = 0;
  for (int lane = 0; lane < Line<T>::kLanes; ++lane) result += total[lane];
  return result;
}

/// Four floats, the widest vector that every target has.
typedef float Quad __attribute__((vector_size(16)));

/// Adds the quarters of a vector.
template <class Vector>
inline Quad quarters(const Vector& v) {
  if constexpr (sizeof(Vector) == 16)
    return v;
  else if constexpr (sizeof(Vector) == 32)
    return __builtin_shufflevector(v, v, 0, 1, 2, 3) + __builtin_shufflevector(v, v, 4, 5, 6, 7);
  else
    return (__builtin_shufflevector(v, v, 0, 1, 2, 3) + __builtin_shufflevector(v, v, 4, 5, 6, 7)) +
           (__builtin_shufflevector(v, v, 8, 9, 10, 11) +
            __builtin_shufflevector(v, v, 12, 13, 14, 15));
}

inline Quad fold(const Line<float>& a) {
  Line<float>::Vector total = a.part[0];
  for (int i = 1; i < Line<float>::kParts; ++i) total += a.part[i];
  return quarters(total);
}

/// The sums of four lines at once.
inline void sum_four(const Line<float>* lines, float* to) {
  const Quad a = fold(lines[0]);
  const Quad b = fold(lines[1]);
  const Quad c = fold(lines[2]);
  const Quad d = fold(lines[3]);
  const Quad ab =
      __builtin_shufflevector(a, b, 0, 4, 1, 5) + __builtin_shufflevector(a, b, 2, 6, 3, 7);
  const Quad cd =
      __builtin_shufflevector(c, d, 0, 4, 1, 5) + __builtin_shufflevector(c, d, 2, 6, 3, 7);
  const Quad all =
      __builtin_shufflevector(ab, cd, 0, 1, 4, 5) + __builtin_shufflevector(ab, cd, 2, 3, 6, 7);
  __builtin_memcpy(to, &all, sizeof(all));
}

inline void sum_four(const Line<double>* lines, double* to) {
  for (int i = 0; i < 4; ++i) to[i] = sum(lines[i]);
}

}  // namespace feat2vec::trainers::kernels::FEAT2VEC_TARGET
