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

/// Shows the first cell of row `b` of the draw, which the others of the row follow, and those of its noise.
template <class T, class Ask>
inline void for_first_cells(const ModelView<T>& model, const CellsView<T>& observed,
                            const CellsView<T>& supply, const DrawView& draw, std::int64_t b,
                            Ask ask) {
  ask(observed, draw.rows[b] * model.features);
  const std::int32_t feature = model.group_features[model.group_begin[draw.groups[b]]];
  for (std::int32_t k = 0; k < draw.noise_rows; ++k)
    ask(supply, (draw.donors[(b * draw.noise_rows) + k] * model.features) + feature);
}

/// Asks for what tells where the terms of row `b` of the draw are.
template <class T>
inline void prefetch_cells(const ModelView<T>& model, const CellsView<T>& observed,
                           const CellsView<T>& supply, const DrawView& draw, std::int64_t b) {
  for_first_cells(model, observed, supply, draw, b,
                  [](const CellsView<T>& cells, std::int64_t cell) {
                    if (cells.begin != nullptr) prefetch(cells.begin + cell);
                  });
}

/// Asks for the terms of row `b` of the draw.
template <class T>
inline void prefetch_terms(const ModelView<T>& model, const CellsView<T>& observed,
                           const CellsView<T>& supply, const DrawView& draw, std::int64_t b) {
  for_first_cells(model, observed, supply, draw, b,
                  [](const CellsView<T>& cells, std::int64_t cell) {
                    const std::int64_t first = cells.first_term(cell);
                    prefetch(cells.term + first);
                    if (cells.coefficient != nullptr) prefetch(cells.coefficient + first);
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
