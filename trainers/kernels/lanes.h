#pragma once

// Vectors of one line of the cache, on the vectors of the target. Included by target.cpp alone, which
// is compiled once for each target in a namespace of its own.

#include <cstdint>

#include "trainers/kernels/row_rule.h"
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
  // NOLINTBEGIN(modernize-use-using): an alias takes no attribute that depends on T
  typedef T Vector __attribute__((vector_size(kVectorBytes)));
  typedef typename IntegerOf<T>::Type Mask __attribute__((vector_size(kVectorBytes)));
  // NOLINTEND(modernize-use-using)

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
/// Four and eight numbers. What is computed once for each row or candidate is kept in these, never put
/// together from single stores: a load that spans several of them waits until they are in the cache.
template <class T>
struct Few {
  // NOLINTBEGIN(modernize-use-using): as above
  typedef T Four __attribute__((vector_size(4 * sizeof(T))));
  typedef T Eight __attribute__((vector_size(8 * sizeof(T))));
  // NOLINTEND(modernize-use-using)
};
template <class T>
using Four = typename Few<T>::Four;
template <class T>
using Eight = typename Few<T>::Eight;

template <class Vector, class T>
inline Vector load_unaligned(const T* from) {
  Vector vector;
  __builtin_memcpy(&vector, from, sizeof(vector));
  return vector;
}
template <class Vector, class T>
inline void store_unaligned(const Vector& vector, T* to) {
  __builtin_memcpy(to, &vector, sizeof(vector));
}

template <class T>
inline Four<T> square_root(const Four<T>& v) {
#if defined(__SSE2__)
  if constexpr (sizeof(T) == sizeof(float)) return __builtin_ia32_sqrtps(v);
#endif
  Four<T> roots;
  for (int i = 0; i < 4; ++i) roots[i] = root(v[i]);
  return roots;
}

/// Adds the lanes of a vector that are four apart.
template <class T, class Vector>
inline Four<T> fold(const Vector& v) {
  constexpr int kLanes = static_cast<int>(sizeof(Vector) / sizeof(T));
  if constexpr (kLanes == 2)
    return Four<T>{v[0], v[1], 0, 0};
  else if constexpr (kLanes == 4)
    return v;
  else if constexpr (kLanes == 8)
    return __builtin_shufflevector(v, v, 0, 1, 2, 3) + __builtin_shufflevector(v, v, 4, 5, 6, 7);
  else
    return (__builtin_shufflevector(v, v, 0, 1, 2, 3) + __builtin_shufflevector(v, v, 4, 5, 6, 7)) +
           (__builtin_shufflevector(v, v, 8, 9, 10, 11) +
            __builtin_shufflevector(v, v, 12, 13, 14, 15));
}

template <class T>
inline Four<T> fold(const Line<T>& a) {
  typename Line<T>::Vector total = a.part[0];
  for (int i = 1; i < Line<T>::kParts; ++i) total += a.part[i];
  return fold<T>(total);
}

template <class T>
inline T sum_of_four(const Four<T>& v) {
  const Four<T> pairs = v + __builtin_shufflevector(v, v, 2, 3, 0, 1);
  return pairs[0] + pairs[1];
}

template <class T>
inline T sum_of_eight(const Eight<T>& v) {
  return sum_of_four<T>(fold<T>(v));
}

/// The sum of all lanes, always in the same order.
template <class T>
inline T sum(const Line<T>& a) {
  return sum_of_four<T>(fold(a));
}

/// The sums of four lines.
template <class T>
inline Four<T> sums(const Line<T>& a, const Line<T>& b, const Line<T>& c, const Line<T>& d) {
  const Four<T> fa = fold(a);
  const Four<T> fb = fold(b);
  const Four<T> fc = fold(c);
  const Four<T> fd = fold(d);
  const Four<T> ab =
      __builtin_shufflevector(fa, fb, 0, 4, 1, 5) + __builtin_shufflevector(fa, fb, 2, 6, 3, 7);
  const Four<T> cd =
      __builtin_shufflevector(fc, fd, 0, 4, 1, 5) + __builtin_shufflevector(fc, fd, 2, 6, 3, 7);
  return __builtin_shufflevector(ab, cd, 0, 1, 4, 5) + __builtin_shufflevector(ab, cd, 2, 3, 6, 7);
}

template <class T>
inline Eight<T> join(const Four<T>& a, const Four<T>& b) {
  return __builtin_shufflevector(a, b, 0, 1, 2, 3, 4, 5, 6, 7);
}

}  // namespace feat2vec::trainers::kernels::FEAT2VEC_TARGET
