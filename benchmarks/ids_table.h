#pragma once

#include <ATen/ops/empty.h>
#include <ATen/ops/tensor.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "feat2vec/data/dataset.h"
#include "feat2vec/data/schema.h"
#include "feat2vec/error.h"
#include "feat2vec/nn/feature_spec.h"

namespace feat2vec::benchmarks {

/// A table of ids as `make_tables.py` writes it: int32 n, F, the number of values of each column, then
/// n·F ids by row; and in a file beside it the numbers of the rows, if they have any, as float32 by row.
struct IdsTable {
  std::vector<std::int64_t> values;  ///< of each column of ids
  data::Schema schema;
  data::Dataset dataset;
  std::vector<nn::FeatureSpec> specs;
};

inline std::vector<std::int32_t> read_integers(std::ifstream& file, std::size_t count) {
  std::vector<std::int32_t> numbers(count);
  file.read(reinterpret_cast<char*>(numbers.data()),
            static_cast<std::streamsize>(count * sizeof(std::int32_t)));
  if (!file) throw Error("IdsTable", "a whole file", "a short one");
  return numbers;
}

/// The numbers of the first `rows` rows, [rows, columns], of a table that has `all` rows. Undefined where
/// there is no such file.
inline at::Tensor read_numbers(const std::filesystem::path& path, std::int64_t all,
                               std::int64_t rows) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return {};
  const auto bytes = static_cast<std::int64_t>(std::filesystem::file_size(path));
  const auto row_bytes = bytes / all;
  at::Tensor numbers = at::empty({rows, row_bytes / static_cast<std::int64_t>(sizeof(float))});
  file.read(reinterpret_cast<char*>(numbers.mutable_data_ptr<float>()), rows * row_bytes);
  return numbers;
}

/// The first `limit` rows of the file; 0: all. Numbers are one feature, a dense layer without bias.
inline IdsTable read_ids(const std::string& path, std::int64_t limit = 0) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw Error("IdsTable", path, "no such file");
  const std::vector<std::int32_t> header = read_integers(file, 2);
  const auto columns = static_cast<std::size_t>(header[1]);
  const std::vector<std::int32_t> values = read_integers(file, columns);
  std::int64_t rows = header[0];
  if (limit > 0 && limit < rows) rows = limit;
  const std::vector<std::int32_t> ids =
      read_integers(file, static_cast<std::size_t>(rows) * columns);
  data::Schema schema;
  std::vector<data::Column> cells;
  std::vector<nn::FeatureSpec> specs;
  for (std::size_t c = 0; c < columns; ++c) {
    data::Feature feature;
    feature.name = "c" + std::to_string(c);
    feature.columns = {feature.name};
    schema.features.push_back(feature);
    std::vector<std::int32_t> column;
    for (std::size_t r = 0; r < static_cast<std::size_t>(rows); ++r)
      column.push_back(ids[(r * columns) + c]);
    cells.push_back(data::Column::categorical(at::tensor(column, at::kInt)));
    specs.push_back(nn::FeatureSpec::categorical(feature.name, values[c]));
  }
  const at::Tensor numbers =
      read_numbers(std::filesystem::path(path).replace_extension(".numbers"), header[0], rows);
  if (numbers.defined()) {
    data::Feature feature{.name = "numbers", .kind = data::FeatureKind::kNumeric};
    for (std::int64_t c = 0; c < numbers.size(1); ++c)
      feature.columns.push_back("a" + std::to_string(c));
    schema.features.push_back(feature);
    specs.push_back(nn::FeatureSpec::numeric(feature.name, numbers.size(1), /*dense_bias=*/false));
    cells.push_back(data::Column::numeric(numbers));
  }
  return {{values.begin(), values.end()}, schema, data::Dataset(std::move(cells)), specs};
}

}  // namespace feat2vec::benchmarks
