#pragma once

// Products of a few vectors with a few others, in blocks that stay in registers. Included by target.cpp
// alone.

#include <cstdint>

#include "trainers/kernels/lanes.h"

namespace feat2vec::trainers::kernels::FEAT2VEC_TARGET {

template <class T>
using VectorOf = typename Line<T>::Vector;

template <class T>
inline VectorOf<T> load_vector(const T* from) {
  return *reinterpret_cast<const VectorOf<T>*>(
      __builtin_assume_aligned(from, static_cast<std::size_t>(kVectorBytes)));
}

/// The sums of four vectors.
template <class T>
inline Four<T> sums_of(const VectorOf<T>* v) {
  const Four<T> a = fold<T>(v[0]);
  const Four<T> b = fold<T>(v[1]);
  const Four<T> c = fold<T>(v[2]);
  const Four<T> d = fold<T>(v[3]);
  const Four<T> ab =
      __builtin_shufflevector(a, b, 0, 4, 1, 5) + __builtin_shufflevector(a, b, 2, 6, 3, 7);
  const Four<T> cd =
      __builtin_shufflevector(c, d, 0, 4, 1, 5) + __builtin_shufflevector(c, d, 2, 6, 3, 7);
  return __builtin_shufflevector(ab, cd, 0, 1, 4, 5) + __builtin_shufflevector(ab, cd, 2, 3, 6, 7);
}

/// ⟨left[i], right[j]⟩ of kLeft and four vectors of `stride` scalars, to out[i·out_stride + j].
template <class T, int kLeft>
inline void inner_block(const T* const* left, const T* const* right, std::int32_t stride, T* out,
                        std::int32_t out_stride) {
  constexpr int kRight = 4;
  VectorOf<T> sums[kLeft][kRight] = {};
  for (std::int32_t at = 0; at < stride; at += Line<T>::kLanes) {
    VectorOf<T> r[kRight];
    for (int j = 0; j < kRight; ++j) r[j] = load_vector(right[j] + at);
    for (int i = 0; i < kLeft; ++i) {
      const VectorOf<T> l = load_vector(left[i] + at);
      for (int j = 0; j < kRight; ++j) sums[i][j] += l * r[j];
    }
  }
  for (int i = 0; i < kLeft; ++i)
    store_unaligned(sums_of<T>(sums[i]), out + (std::int64_t{i} * out_stride));
}

/// ⟨left[i], right[j]⟩ for all i, j; `right` can be read up to a multiple of four pointers.
template <class T>
inline void inner_products(const T* const* left, std::int32_t left_count, const T* const* right,
                           std::int32_t right_count, std::int32_t stride, T* out,
                           std::int32_t out_stride) {
  for (std::int32_t j = 0; j < right_count; j += 4) {
    std::int32_t i = 0;
    for (; i + 2 <= left_count; i += 2)
      inner_block<T, 2>(left + i, right + j, stride, out + (std::int64_t{i} * out_stride) + j,
                        out_stride);
    for (; i < left_count; ++i)
      inner_block<T, 1>(left + i, right + j, stride, out + (std::int64_t{i} * out_stride) + j,
                        out_stride);
  }
}

/// kVectors vectors, from `at` on, of kOut combinations Σ_i factors[o·by_out + i·by_in] · in[i].
template <class T, int kOut, int kVectors>
inline void combine_block(const T* factors, std::int64_t by_out, std::int64_t by_in,
                          const T* const* in, std::int32_t in_count, std::int64_t at, T* out,
                          std::int64_t out_stride) {
  VectorOf<T> sums[kOut][kVectors] = {};
  for (std::int32_t i = 0; i < in_count; ++i) {
    VectorOf<T> v[kVectors];
    for (int l = 0; l < kVectors; ++l) v[l] = load_vector(in[i] + at + (l * Line<T>::kLanes));
    for (int o = 0; o < kOut; ++o) {
      const T factor = factors[(o * by_out) + (i * by_in)];
      for (int l = 0; l < kVectors; ++l) sums[o][l] += factor * v[l];
    }
  }
  for (int o = 0; o < kOut; ++o)
    for (int l = 0; l < kVectors; ++l)
      *reinterpret_cast<VectorOf<T>*>(
          __builtin_assume_aligned(out + (o * out_stride) + at + (l * Line<T>::kLanes),
                                   static_cast<std::size_t>(kVectorBytes))) = sums[o][l];
}

template <class T, int kOut>
inline void combine_rows(const T* factors, std::int64_t by_out, std::int64_t by_in,
                         const T* const* in, std::int32_t in_count, std::int32_t stride, T* out) {
  constexpr int kVectors = 4;
  std::int64_t at = 0;
  for (; at + (kVectors * Line<T>::kLanes) <= stride; at += kVectors * Line<T>::kLanes)
    combine_block<T, kOut, kVectors>(factors, by_out, by_in, in, in_count, at, out, stride);
  for (; at < stride; at += Line<T>::kLanes)
    combine_block<T, kOut, 1>(factors, by_out, by_in, in, in_count, at, out, stride);
}

/// out[o] = Σ_i factors[o·by_out + i·by_in] · in[i], vectors of `stride` scalars one after the other.
template <class T>
inline void combine(const T* factors, std::int64_t by_out, std::int64_t by_in, const T* const* in,
                    std::int32_t in_count, std::int32_t out_count, std::int32_t stride, T* out) {
  std::int32_t o = 0;
  for (; o + 2 <= out_count; o += 2)
    combine_rows<T, 2>(factors + (o * by_out), by_out, by_in, in, in_count, stride,
                       out + (std::int64_t{o} * stride));
  if (o < out_count)
    combine_rows<T, 1>(factors + (o * by_out), by_out, by_in, in, in_count, stride,
                       out + (std::int64_t{o} * stride));
}

}  // namespace feat2vec::trainers::kernels::FEAT2VEC_TARGET
