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
  if (cells.begin == nullptr) return {cell, cell + 1};
  return {cells.begin[cell], cells.begin[cell + 1]};
}

template <class T>
inline T coefficient(const CellsView<T>& cells, std::int64_t term) {
  return cells.coefficient == nullptr ? T{1} : cells.coefficient[term];
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

/// Asks for the cells that tell where the terms of row `b` of the draw are.
template <class T>
inline void prefetch_cells(const ModelView<T>& model, const CellsView<T>& observed,
                           const CellsView<T>& supply, const DrawView& draw, std::int64_t b) {
  if (observed.begin == nullptr) return;
  prefetch(observed.begin + (draw.rows[b] * model.features));
  const std::int32_t feature = model.group_features[model.group_begin[draw.groups[b]]];
  for (std::int32_t k = 0; k < draw.noise_rows; ++k)
    prefetch(supply.begin + (draw.donors[(b * draw.noise_rows) + k] * model.features) + feature);
}

/// Asks for the terms of row `b` of the draw.
template <class T>
inline void prefetch_terms(const ModelView<T>& model, const CellsView<T>& observed,
                           const CellsView<T>& supply, const DrawView& draw, std::int64_t b) {
  if (observed.begin == nullptr) return;
  const std::int64_t own = observed.begin[draw.rows[b] * model.features];
  prefetch(observed.term + own);
  prefetch(observed.coefficient + own);
  const std::int32_t feature = model.group_features[model.group_begin[draw.groups[b]]];
  for (std::int32_t k = 0; k < draw.noise_rows; ++k) {
    const std::int64_t noise =
        supply.begin[(draw.donors[(b * draw.noise_rows) + k] * model.features) + feature];
    prefetch(supply.term + noise);
    prefetch(supply.coefficient + noise);
  }
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
