#pragma once

// Arithmetic of whole rows, and rows in registers. Included by target.cpp alone.

#include "feat2vec/prefetch.h"
#include "trainers/kernels/lanes.h"

namespace feat2vec::trainers::kernels::FEAT2VEC_TARGET {

/// Scalars in whole lines.
template <class T>
constexpr std::int64_t padded(std::int64_t scalars) {
  constexpr std::int64_t kScalars = Line<T>::kScalars;
  return (scalars + kScalars - 1) / kScalars * kScalars;
}

/// Scalars that hold `count` pointers, in whole lines.
template <class T>
constexpr std::int64_t pointers(std::int64_t count) {
  return padded<T>(count * static_cast<std::int64_t>(sizeof(void*) / sizeof(T)));
}

template <class T>
[[gnu::always_inline]] inline void clear(T* to, std::int32_t stride) {
  for (std::int32_t i = 0; i < stride; i += Line<T>::kScalars) Line<T>::zero().store(to + i);
}

/// to += a·from.
template <class T>
[[gnu::always_inline]] inline void add_scaled(T* to, T a, const T* from, std::int32_t stride) {
  const Line<T> factor = Line<T>::broadcast(a);
  for (std::int32_t i = 0; i < stride; i += Line<T>::kScalars)
    multiply_add(factor, Line<T>::load(from + i), Line<T>::load(to + i)).store(to + i);
}

template <class T>
[[gnu::always_inline]] inline T dot(const T* a, const T* b, std::int32_t stride) {
  Line<T> total = Line<T>::zero();
  for (std::int32_t i = 0; i < stride; i += Line<T>::kScalars)
    total = multiply_add(Line<T>::load(a + i), Line<T>::load(b + i), total);
  return sum(total);
}

/// Lines of a row: `kFixed`, or those of the model when it is 0.
template <int kFixed, class T>
[[gnu::always_inline]] inline int lines_of(const ModelView<T>& model) {
  return kFixed > 0 ? kFixed : model.stride / Line<T>::kScalars;
}

/// Asks for the lines of a vector; of a very long one for the first, and the machine sees to the rest.
template <CacheLevel kInto = CacheLevel::kSecond, class T>
[[gnu::always_inline]] inline void prefetch_vector(const T* from, std::int32_t stride) {
  constexpr std::int32_t kMost = 64 * Line<T>::kScalars;
  const std::int32_t end = stride < kMost ? stride : kMost;
  for (std::int32_t i = 0; i < end; i += Line<T>::kScalars) prefetch<kInto>(from + i);
}

/// Asks for a row.
template <class T>
[[gnu::always_inline]] inline void prefetch_row(const ModelView<T>& model, std::int32_t row) {
  prefetch_vector(model.weights.value + (std::int64_t{row} * model.stride), model.stride);
}

/// Asks for what the default rule remembers of a row. Other rules keep more, or nothing.
template <class T>
[[gnu::always_inline]] inline void prefetch_state(const ModelView<T>& model, std::int32_t row) {
  if (model.weights.first != nullptr) prefetch(model.weights.first + row);
}

/// A number of lines that is known when compiling, which keeps sums in registers.
template <int kLines>
struct Fixed {
  static constexpr int kCount = kLines;
};

/// Calls `with(Fixed<n>)` for the n lines of a row when it is a usual one, else for 0: read it.
template <class T, class Call>
inline void for_lines(const ModelView<T>& model, Call with) {
  switch (model.stride / Line<T>::kScalars) {
    case 1:
      return with(Fixed<1>{});
    case 4:
      return with(Fixed<4>{});
    default:
      return with(Fixed<0>{});
  }
}

}  // namespace feat2vec::trainers::kernels::FEAT2VEC_TARGET
