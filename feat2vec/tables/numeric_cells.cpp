#include "feat2vec/tables/numeric_cells.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "feat2vec/error.h"
#include "feat2vec/numbers.h"
#include "feat2vec/printable.h"
#include "feat2vec/tables/members.h"
#include "feat2vec/tables/table.h"
#include "feat2vec/trimmed.h"

namespace feat2vec::tables {
namespace {

Error not_a_number(const Table& table, std::int64_t row, const TextColumn& column, NumberKind kind,
                   const Notation& notation) {
  std::string expected = kind == NumberKind::kInfinite ? "a finite number" : "a number";
  if (notation != Notation()) expected += " written like " + in_quotes(notation.example());
  const std::string_view cell = column.text(row);
  const FoundNotation found = find_notation({cell});
  const bool other_way = found.notation || !found.doubt.empty();
  return Error(table.location(row, column.name()) + ": expected " + expected + ", received " +
               in_quotes(cell) +
               (other_way ? " (\"written\" in a schema tells how numbers are written)" : ""));
}

/// Mean and standard deviation of the numbers that are there.
ColumnScale fit_standard(std::span<const std::optional<double>> numbers, double count) {
  double sum = 0;
  for (const auto& number : numbers) sum += number.value_or(0);
  const double mean = sum / count;
  double squares = 0;
  for (const auto& number : numbers) {
    if (number) squares += (*number - mean) * (*number - mean);
  }
  return {mean, std::sqrt(squares / count)};
}

/// Smallest and largest of the numbers that are there.
std::pair<double, double> extremes_of(std::span<const std::optional<double>> numbers) {
  double low = std::numeric_limits<double>::infinity();
  double high = -low;
  for (const auto& number : numbers) {
    low = std::min(low, number.value_or(low));
    high = std::max(high, number.value_or(high));
  }
  return {low, high};
}

/// Middle and half range, for numbers whose squares or range a double does not hold.
ColumnScale half_range(double low, double high) {
  const double scale = high / 2 - low / 2;
  return {low / 2 + high / 2, scale > 0 ? scale : 1};
}

}  // namespace

Number read_number(std::string_view cell, const Notation& notation,
                   std::span<const std::string> missing_words) {
  return is_missing_text(trimmed(cell), missing_words) ? Number() : notation.parse(cell);
}

std::vector<std::optional<double>> read_numbers(const Table& table, std::string_view column,
                                                const Notation& notation,
                                                std::span<const std::string> missing_words) {
  const TextColumn& cells = table.column(column);
  if (cells.is_list()) {
    throw Error(table.source_name() + " (" + printable(column, kShownBytes) +
                "): expected numbers, received lists");
  }
  std::vector<Number> number_of(static_cast<std::size_t>(cells.values().size()));
  for (std::size_t code = 0; code < number_of.size(); ++code) {
    number_of[code] =
        read_number(cells.values()[static_cast<std::int32_t>(code)], notation, missing_words);
  }
  std::vector<std::optional<double>> numbers(static_cast<std::size_t>(cells.rows()));
  for (std::int64_t row = 0; row < cells.rows(); ++row) {
    const auto i = static_cast<std::size_t>(row);
    const Number& number = number_of[static_cast<std::size_t>(cells.codes()[i])];
    if (number.kind == NumberKind::kMissing) continue;
    if (number.kind != NumberKind::kNumber)
      throw not_a_number(table, row, cells, number.kind, notation);
    numbers[i] = number.value;
  }
  return numbers;
}

ColumnScale fit_scale(std::span<const std::optional<double>> numbers, data::Scaling scaling) {
  const auto count = std::count_if(numbers.begin(), numbers.end(),
                                   [](const auto& number) { return number.has_value(); });
  if (scaling == data::Scaling::kNone || count == 0) return {};
  const auto [low, high] = extremes_of(numbers);
  if (low == high) return {low, 1};
  const ColumnScale fitted = scaling == data::Scaling::kStandard
                                 ? fit_standard(numbers, static_cast<double>(count))
                                 : ColumnScale{low, high - low};
  const bool fits = std::isfinite(fitted.center) && std::isfinite(fitted.scale) && fitted.scale > 0;
  return fits ? fitted : half_range(low, high);
}

}  // namespace feat2vec::tables
