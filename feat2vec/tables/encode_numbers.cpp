#include "feat2vec/tables/encode_numbers.h"

#include <ATen/core/Tensor.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "feat2vec/data/knots.h"
#include "feat2vec/error.h"
#include "feat2vec/tables/encoder.h"
#include "feat2vec/tables/numeric_cells.h"
#include "feat2vec/tables/table.h"

namespace feat2vec::tables {
namespace {

/// A column without numbers has one knot, which nothing is at.
std::vector<double> knots_of(const std::vector<std::optional<double>>& numbers,
                             std::int64_t count) {
  std::vector<double> present;
  for (const auto& number : numbers)
    if (number) present.push_back(*number);
  std::vector<double> knots = data::fit_knots(std::move(present), count);
  if (knots.empty()) knots.push_back(0);
  return knots;
}

/// Writes the inputs of the dense layer that the numbers of one column become.
class NumberWriter {
 public:
  NumberWriter(const data::Feature& feature, std::size_t column)
      : center_(feature.center[column]), scale_(feature.scale[column]) {
    if (!feature.knot_values.empty()) knots_ = feature.knot_values[column];
  }

  std::size_t width() const { return knots_.empty() ? 1 : knots_.size(); }

  /// False when the number, once scaled, is no float32.
  bool write(double number, float* inputs) const {
    if (!knots_.empty()) {
      data::write_hats(number, knots_, inputs);
      return true;
    }
    const double scaled = (number - center_) / scale_;
    if (!(std::abs(scaled) <= std::numeric_limits<float>::max())) return false;
    *inputs = static_cast<float>(scaled);
    return true;
  }

 private:
  double center_;
  double scale_;
  std::span<const double> knots_;
};

/// Numbers before the first knot or behind the last one.
void note_outside(const data::Feature& feature, std::size_t column,
                  std::span<const std::optional<double>> numbers, FeatureCounts& counts) {
  if (feature.knot_values.empty()) return;
  OutsideNumbers found{.column = feature.columns[column], .range = feature.range(column)};
  for (const auto& number : numbers) {
    if (!number || (*number >= found.range.first && *number <= found.range.second)) continue;
    if (found.count++ == 0) found.first = *number;
  }
  if (found.count > 0) counts.outside.push_back(std::move(found));
}

}  // namespace

void fit_numbers(const Table& table, data::Feature& feature, const data::Schema& schema) {
  feature.center.clear();
  feature.scale.clear();
  feature.missing_counts.clear();
  feature.knot_values.clear();
  for (std::size_t c = 0; c < feature.columns.size(); ++c) {
    const auto numbers =
        read_numbers(table, feature.columns[c], feature.notation(c), schema.missing_words);
    const ColumnScale fitted = fit_scale(numbers, feature.scaling);
    feature.center.push_back(fitted.center);
    feature.scale.push_back(fitted.scale);
    feature.missing_counts.push_back(std::count(numbers.begin(), numbers.end(), std::nullopt));
    if (feature.knots > 0) feature.knot_values.push_back(knots_of(numbers, feature.knots));
  }
}

data::Column encode_numbers(const Table& table, const data::Feature& feature,
                            const data::Schema& schema, FeatureCounts& counts) {
  const std::int64_t width = feature.dense_width();
  at::Tensor values = at::zeros({table.rows(), width}, at::kFloat);
  at::Tensor missing = at::zeros({table.rows(), width}, at::kBool);
  auto* value = values.mutable_data_ptr<float>();
  auto* is_missing = missing.mutable_data_ptr<bool>();
  for (std::size_t c = 0; c < feature.columns.size(); ++c) {
    const auto numbers =
        read_numbers(table, feature.columns[c], feature.notation(c), schema.missing_words);
    const NumberWriter writer(feature, c);
    for (std::size_t row = 0; row < numbers.size(); ++row) {
      const std::size_t cell = row * static_cast<std::size_t>(width);
      if (!numbers[row]) {
        ++counts.missing;
        std::fill_n(is_missing + cell, writer.width(), true);
      } else if (!writer.write(*numbers[row], value + cell)) {
        throw Error(table.location(static_cast<std::int64_t>(row), feature.columns[c]) +
                    ": expected a number that fits a float32 once scaled, received " +
                    std::to_string(*numbers[row]));
      }
    }
    note_outside(feature, c, numbers, counts);
    value += writer.width();
    is_missing += writer.width();
  }
  return data::Column::numeric(std::move(values), std::move(missing), feature.has_missing_vector());
}

}  // namespace feat2vec::tables
