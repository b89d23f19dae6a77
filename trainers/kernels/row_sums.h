#pragma once

// Sums of rows, and a step of a row down such a sum, in registers where the length of a row is known.
// Included by target.cpp alone.

#include "trainers/kernels/row_update.h"
#include "trainers/kernels/row_vectors.h"

namespace feat2vec::trainers::kernels::FEAT2VEC_TARGET {

/// A row in registers, when its length is known.
template <class T, int kLines>
struct RegisterLines {
  Line<T> line[kLines];
  int count() const { return kLines; }
  void set(int l, const Line<T>& value) { line[l] = value; }
  Line<T> get(int l) const { return line[l]; }
};

/// A row in memory.
template <class T>
struct MemoryLines {
  T* memory;
  int lines;
  int count() const { return lines; }
  void set(int l, const Line<T>& value) { value.store(memory + (l * Line<T>::kScalars)); }
  Line<T> get(int l) const { return Line<T>::load(memory + (l * Line<T>::kScalars)); }
};

/// sum += factor·from.
template <class T, class Lines>
[[gnu::always_inline]] inline void add_to(Lines& sum, T factor, const T* from) {
  const Line<T> factors = Line<T>::broadcast(factor);
  for (int l = 0; l < sum.count(); ++l)
    sum.set(l, multiply_add(factors, Line<T>::load(from + (l * Line<T>::kScalars)), sum.get(l)));
}

template <class T, class Lines>
[[gnu::always_inline]] inline void set_zero(Lines& sum) {
  for (int l = 0; l < sum.count(); ++l) sum.set(l, Line<T>::zero());
}

/// One step of row `row` down the gradient that `add(sum)` sums up. `scratch`: a row.
template <int kFixed, class T, class Add>
[[gnu::always_inline]] inline void step_sum(const ModelView<T>& model, const RuleView<T>& rule,
                                            std::int32_t row, T* scratch, Add add) {
  constexpr int kScalars = Line<T>::kScalars;
  if constexpr (kFixed > 0) {
    if (rule.rule == Rule::kRowAdagrad && rule.weight_decay == 0) {
      RegisterLines<T, kFixed> g;
      add(g);
      Line<T> squares = g.line[0] * g.line[0];
      for (int l = 1; l < kFixed; ++l) squares = multiply_add(g.line[l], g.line[l], squares);
      // The row of zeros has an accumulator of ∞, so it stays.
      const T factor = row_adagrad_factor(rule, sum(squares), static_cast<T>(model.dim),
                                          model.weights.first[row]);
      T* w = model.weights.value + (std::int64_t{row} * kFixed * kScalars);
      for (int l = 0; l < kFixed; ++l)
        multiply_add(Line<T>::broadcast(-factor), g.line[l], Line<T>::load(w + (l * kScalars)))
            .store(w + (l * kScalars));
      return;
    }
  }
  MemoryLines<T> g{scratch, lines_of<kFixed>(model)};
  add(g);
  if (row != model.null_row) update_row(rule, model.weights, row, scratch, model.dim, model.stride);
}

}  // namespace feat2vec::trainers::kernels::FEAT2VEC_TARGET
