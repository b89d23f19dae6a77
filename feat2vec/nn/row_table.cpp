#include "feat2vec/nn/row_table.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/zeros.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <string>

#include "feat2vec/error.h"
#include "feat2vec/huge_pages.h"

namespace feat2vec::nn {
namespace {

constexpr std::int64_t kLineBytes = 64;

using Extractors = std::vector<std::shared_ptr<Extractor>>;

/// Parameters of one φ that are rows, in order. Those of a user's module are none.
std::vector<at::Tensor> row_parameters(const std::shared_ptr<Extractor>& extractor) {
  std::vector<at::Tensor> parameters;
  if (!extractor) return parameters;
  for (const char* name : {"weight", "missing", "bias"})
    if (const at::Tensor found = extractor->parameter(name); found.defined())
      parameters.push_back(found);
  return parameters;
}

std::int64_t row_count(const at::Tensor& parameter) {
  return parameter.dim() == 1 ? 1 : parameter.size(0);
}

std::int64_t row_count(const std::shared_ptr<Extractor>& extractor) {
  std::int64_t rows = 0;
  for (const at::Tensor& parameter : row_parameters(extractor)) rows += row_count(parameter);
  return rows;
}

/// The part of `array` that a parameter starting at row `first` is.
at::Tensor view_of(const at::Tensor& array, std::int64_t first, const at::Tensor& parameter) {
  at::Tensor rows = array.narrow(0, first, row_count(parameter));
  if (array.dim() == 2) rows = rows.narrow(1, 0, parameter.size(-1));
  return rows.view(parameter.sizes());
}

/// Calls `with(parameter, view)` for each parameter and its place in `table`.
template <class Call>
void for_each_row_parameter(const RowTable& table, const Extractors& extractors,
                            const Extractors& biases, Call with) {
  for (std::size_t f = 0; f < extractors.size(); ++f) {
    std::int64_t row = table.first_row[f];
    for (at::Tensor& parameter : row_parameters(extractors[f])) {
      with(parameter, view_of(table.weights, row, parameter));
      row += row_count(parameter);
    }
    row = table.first_row[f];
    for (at::Tensor& parameter : row_parameters(biases[f])) {
      with(parameter, view_of(table.scalars, row, parameter));
      row += row_count(parameter);
    }
  }
}

at::TensorOptions options_of(const Extractors& extractors, const Extractors& biases) {
  for (const Extractors* list : {&extractors, &biases})
    for (const auto& extractor : *list)
      for (const at::Tensor& parameter : row_parameters(extractor))
        return at::TensorOptions().dtype(parameter.scalar_type());
  return at::TensorOptions().dtype(at::kFloat);
}

}  // namespace

at::Tensor aligned_zeros(at::IntArrayRef sizes, const at::TensorOptions& options) {
  const auto bytes =
      static_cast<std::size_t>(c10::multiply_integers(sizes)) * options.dtype().itemsize();
  void* memory = allocate_pages(bytes);
  std::memset(memory, 0, bytes);
  return at::from_blob(
      memory, sizes, [](void* p) { std::free(p); }, options);
}

RowTable pack_rows(const Extractors& extractors, const Extractors& biases,
                   at::Tensor& group_offsets, std::int64_t dim) {
  const at::NoGradGuard no_grad;
  RowTable table;
  for (std::size_t f = 0; f < extractors.size(); ++f) {
    table.first_row.push_back(table.rows);
    table.rows += std::max(row_count(extractors[f]), row_count(biases[f]));
  }
  if (table.rows >= std::numeric_limits<std::int32_t>::max())
    throw Error("Feat2Vec", "fewer than 2^31 - 1 rows in all tables",
                fmt::format("{}", table.rows));
  const at::TensorOptions options = options_of(extractors, biases);
  const auto line = kLineBytes / static_cast<std::int64_t>(options.dtype().itemsize());
  const std::int64_t groups = group_offsets.defined() ? group_offsets.size(0) : 0;
  table.weights = aligned_zeros({table.rows + 1, (dim + line - 1) / line * line}, options);
  table.scalars = at::zeros({table.rows + 1 + groups}, options);
  for_each_row_parameter(table, extractors, biases,
                         [](at::Tensor& parameter, const at::Tensor& view) {
                           view.copy_(parameter);
                           parameter.set_data(view);
                         });
  if (groups > 0) {
    const at::Tensor view = table.scalars.narrow(0, table.rows + 1, groups);
    view.copy_(group_offsets);
    group_offsets.set_data(view);
  }
  return table;
}

bool are_views(const RowTable& table, const Extractors& extractors, const Extractors& biases,
               const at::Tensor& group_offsets) {
  bool all = table.weights.defined();
  const auto compare = [&all](const at::Tensor& parameter, const at::Tensor& view) {
    all = all && parameter.device() == view.device() &&
          parameter.scalar_type() == view.scalar_type() &&
          parameter.const_data_ptr() == view.const_data_ptr() &&
          parameter.strides() == view.strides();
  };
  if (all) for_each_row_parameter(table, extractors, biases, compare);
  if (all && group_offsets.defined())
    compare(group_offsets, table.scalars.narrow(0, table.rows + 1, group_offsets.size(0)));
  return all;
}

}  // namespace feat2vec::nn
