#pragma once

// Where the terms of the cells of a draw are, and how many. Included by target.cpp alone.

#include "trainers/kernels/row_vectors.h"

namespace feat2vec::trainers::kernels::FEAT2VEC_TARGET {

/// The terms of one cell.
struct Terms {
  std::int64_t begin = 0;
  std::int64_t end = 0;
};

template <class T>
inline Terms terms(const ModelView<T>& model, const CellsView<T>& cells, std::int64_t row,
                   std::int32_t feature) {
  const std::int64_t cell = (row * model.features) + feature;
  return {cells.first_term(cell), cells.first_term(cell + 1)};
}

/// Number of occurrences of row `b` of the draw.
template <class T>
inline std::int64_t count_occurrences(const ModelView<T>& model, const CellsView<T>& observed,
                                      const CellsView<T>& supply, const DrawView& draw,
                                      std::int64_t b) {
  const std::int32_t group = draw.groups[b];
  std::int64_t occurrences = 0;
  for (std::int32_t f = 0; f < model.features; ++f) {
    const Terms own = terms(model, observed, draw.rows[b], f);
    occurrences += own.end - own.begin;
    if (model.group_of[f] != group) continue;
    for (std::int32_t k = 0; k < draw.noise_rows; ++k) {
      const Terms noise = terms(model, supply, draw.donors[(b * draw.noise_rows) + k], f);
      occurrences += noise.end - noise.begin;
    }
  }
  return occurrences;
}

/// Shows the cells of row `b` of the draw, which follow each other, and the first that its noise replaces
/// with.
template <class T, class Ask>
inline void for_cells(const ModelView<T>& model, const CellsView<T>& observed,
                      const CellsView<T>& supply, const DrawView& draw, std::int64_t b, Ask ask) {
  const std::int64_t row = draw.rows[b] * model.features;
  ask(observed, row, row + model.features);
  const std::int32_t feature = model.group_features[model.group_begin[draw.groups[b]]];
  for (std::int32_t k = 0; k < draw.noise_rows; ++k) {
    const std::int64_t cell = (draw.donors[(b * draw.noise_rows) + k] * model.features) + feature;
    ask(supply, cell, cell + 1);
  }
}

/// Asks for the lines of the first and of the last of a few numbers.
template <class Number>
[[gnu::always_inline]] inline void prefetch_ends(const Number* first, const Number* last) {
  prefetch(first);
  prefetch(last);
}

/// Asks for what tells where the terms of row `b` of the draw are.
template <class T>
inline void prefetch_cells(const ModelView<T>& model, const CellsView<T>& observed,
                           const CellsView<T>& supply, const DrawView& draw, std::int64_t b) {
  for_cells(model, observed, supply, draw, b,
            [](const CellsView<T>& cells, std::int64_t begin, std::int64_t end) {
              if (cells.begin != nullptr) prefetch_ends(cells.begin + begin, cells.begin + end);
            });
}

/// Asks for the terms of row `b` of the draw.
template <class T>
inline void prefetch_terms(const ModelView<T>& model, const CellsView<T>& observed,
                           const CellsView<T>& supply, const DrawView& draw, std::int64_t b) {
  for_cells(model, observed, supply, draw, b,
            [](const CellsView<T>& cells, std::int64_t begin, std::int64_t end) {
              const std::int64_t first = cells.first_term(begin);
              const std::int64_t last = cells.first_term(end) - 1;
              if (last < first) return;
              prefetch_ends(cells.term + first, cells.term + last);
              if (cells.coefficient != nullptr)
                prefetch_ends(cells.coefficient + first, cells.coefficient + last);
            });
}

/// Asks for the rows of the table in row `b` of the draw.
template <class T>
inline void prefetch_rows(const ModelView<T>& model, const CellsView<T>& observed,
                          const CellsView<T>& supply, const DrawView& draw, std::int64_t b) {
  const auto ask = [&](const CellsView<T>& cells, std::int64_t row, std::int32_t feature) {
    const Terms range = terms(model, cells, row, feature);
    for (std::int64_t t = range.begin; t < range.end; ++t) prefetch_row(model, cells.term[t]);
  };
  const std::int32_t group = draw.groups[b];
  for (std::int32_t f = 0; f < model.features; ++f) {
    ask(observed, draw.rows[b], f);
    if (model.group_of[f] != group) continue;
    for (std::int32_t k = 0; k < draw.noise_rows; ++k)
      ask(supply, draw.donors[(b * draw.noise_rows) + k], f);
  }
}

}  // namespace feat2vec::trainers::kernels::FEAT2VEC_TARGET
