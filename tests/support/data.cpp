#include "tests/support/data.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>

#include "feat2vec/data/vocabulary.h"

namespace feat2vec::testing {
namespace {

using data::Column;
using data::FeatureKind;

constexpr std::uint32_t kOneIn = 7;  ///< how rare a missing cell is

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : ",") + part;
  return text;
}

std::string bag_cell(const Column& column, std::int64_t row) {
  const auto* offsets = column.offsets.const_data_ptr<std::int64_t>();
  const auto* ids = column.ids.const_data_ptr<std::int32_t>();
  std::vector<std::int32_t> members(ids + offsets[row], ids + offsets[row + 1]);
  std::sort(members.begin(), members.end());
  std::vector<std::string> parts;
  for (const std::int32_t member : members) parts.push_back(std::to_string(member));
  return "{" + joined(parts) + "}";
}

std::string numeric_cell(const Column& column, std::int64_t row) {
  std::vector<std::string> parts;
  for (std::int64_t c = 0; c < column.values.size(1); ++c) {
    const bool missing = column.missing[row][c].item<bool>();
    parts.push_back(missing ? "?" : std::to_string(column.values[row][c].item<double>()));
  }
  return "(" + joined(parts) + ")";
}

}  // namespace

at::Tensor indices(const std::vector<std::int64_t>& values) {
  return at::tensor(values, at::kLong);
}

Column ids_column(const std::vector<std::int32_t>& ids) {
  return Column::categorical(at::tensor(ids, at::kInt));
}

Column bag_column(const std::vector<std::vector<std::int32_t>>& rows) {
  std::vector<std::int32_t> ids;
  std::vector<std::int64_t> offsets{0};
  for (const auto& row : rows) {
    ids.insert(ids.end(), row.begin(), row.end());
    offsets.push_back(static_cast<std::int64_t>(ids.size()));
  }
  return Column::bag(at::tensor(ids, at::kInt), indices(offsets));
}

Column text_column(const std::vector<std::vector<std::int32_t>>& rows) {
  const Column bag = bag_column(rows);
  return Column::text(bag.ids, bag.offsets);
}

Column numeric_column(const std::vector<std::vector<double>>& rows, bool missing_is_value) {
  std::vector<double> flat;
  for (const auto& row : rows) flat.insert(flat.end(), row.begin(), row.end());
  const auto n = static_cast<std::int64_t>(rows.size());
  const std::int64_t width = rows.empty() ? 1 : static_cast<std::int64_t>(rows.front().size());
  const at::Tensor values = at::tensor(flat, at::kDouble).view({n, width});
  const at::Tensor missing = values.isnan();
  return Column::numeric(values.masked_fill(missing, 0).to(at::kFloat), missing, missing_is_value);
}

std::string cell(const Column& column, std::int64_t row) {
  switch (column.kind) {
    case FeatureKind::kCategorical:
      return std::to_string(column.ids[row].item<std::int32_t>());
    case FeatureKind::kBag:
    case FeatureKind::kText:
      return bag_cell(column, row);
    case FeatureKind::kNumeric:
      return numeric_cell(column, row);
    case FeatureKind::kOffset:
      break;
  }
  return "-";
}

std::vector<std::string> cells(const Column& column) {
  std::vector<std::string> result;
  for (std::int64_t row = 0; row < column.rows; ++row) result.push_back(cell(column, row));
  return result;
}

Column random_ids(std::int64_t rows, std::int32_t values, std::mt19937& random) {
  std::vector<std::int32_t> ids;
  for (std::int64_t row = 0; row < rows; ++row) {
    const auto id = static_cast<std::int32_t>(random() % static_cast<std::uint32_t>(values));
    ids.push_back(random() % kOneIn == 0 ? data::kNoValue : id);
  }
  return ids_column(ids);
}

Column random_bags(std::int64_t rows, std::int32_t values, std::mt19937& random) {
  std::vector<std::vector<std::int32_t>> bags(static_cast<std::size_t>(rows));
  for (auto& bag : bags)
    for (auto members = random() % 5; members > 0; --members)
      bag.push_back(static_cast<std::int32_t>(random() % static_cast<std::uint32_t>(values)));
  return bag_column(bags);
}

Column random_reals(std::int64_t rows, std::int64_t width, std::mt19937& random) {
  std::vector<std::vector<double>> cells;
  for (std::int64_t row = 0; row < rows; ++row) {
    std::vector<double> line;
    for (std::int64_t c = 0; c < width; ++c)
      line.push_back(random() % kOneIn == 0 ? std::numeric_limits<double>::quiet_NaN()
                                            : static_cast<double>(random() % 4) - 1.5);
    cells.push_back(std::move(line));
  }
  return numeric_column(cells);
}

data::Feature feature(const std::string& name, FeatureKind kind) {
  data::Feature result;
  result.name = name;
  result.kind = kind;
  if (kind != FeatureKind::kOffset) result.columns = {name};
  return result;
}

data::Dataset random_dataset(std::int64_t rows, unsigned seed) {
  std::mt19937 random(seed);
  const Column items = random_ids(rows, 8, random);
  const Column words = random_bags(rows, 6, random);
  Column sizes = random_reals(rows, 2, random);
  const at::Tensor empty = items.absent().logical_and(words.absent()).unsqueeze(1);
  sizes.missing = sizes.missing.logical_and(empty.logical_not());
  return data::Dataset({items, words, sizes, Column::offset(rows)});
}

data::Schema random_schema() {
  data::Schema schema;
  schema.features = {feature("item", FeatureKind::kCategorical),
                     feature("words", FeatureKind::kBag), feature("size", FeatureKind::kNumeric),
                     feature("offset", FeatureKind::kOffset)};
  schema.features[2].columns = {"height", "weight"};
  return schema;
}

}  // namespace feat2vec::testing
