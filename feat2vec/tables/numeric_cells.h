#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "feat2vec/data/schema.h"
#include "feat2vec/notation.h"
#include "feat2vec/numbers.h"

namespace feat2vec::tables {

class Table;

/// Reads a cell of a column of numbers, in which `missing_words` mean missing too. Blanks around what it
/// holds say nothing.
Number read_number(std::string_view cell, const Notation& notation,
                   std::span<const std::string> missing_words);

/// The numbers of a column, nothing where missing (see `read_number`). Throws Error with the place of a
/// cell that is not a number.
std::vector<std::optional<double>> read_numbers(const Table& table, std::string_view column,
                                                const Notation& notation,
                                                std::span<const std::string> missing_words);

/// How a column's numbers become x ↦ (x − center) / scale.
struct ColumnScale {
  double center = 0;
  double scale = 1;
};

/// Fits the scale to the numbers; a column without spread has scale 1. Center and scale
/// are finite and the scale above 0, whatever the numbers: where squares or the range leave the
/// doubles, the middle and half the range.
ColumnScale fit_scale(std::span<const std::optional<double>> numbers, data::Scaling scaling);

}  // namespace feat2vec::tables
