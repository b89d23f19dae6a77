#include "feat2vec/nn/extractor.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/embedding.h>
#include <ATen/ops/embedding_bag.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <string>
#include <utility>

#include "feat2vec/data/vocabulary.h"
#include "feat2vec/error.h"

namespace feat2vec::nn {
namespace {

at::Tensor make_parameter(torch::nn::Module& module, const char* name, at::IntArrayRef shape) {
  return module.register_parameter(name, at::zeros(shape));
}

/// The table with two rows more, so that `kNoValue` and `kMeanValue` are ids of it too: the mean and
/// the zero vector. Ids are moved accordingly.
std::pair<at::Tensor, at::Tensor> with_special_rows(const at::Tensor& weight,
                                                    const at::Tensor& ids) {
  const std::int64_t rows = weight.size(0);
  const at::Tensor table =
      at::cat({weight, weight.mean(0, true), at::zeros({1, weight.size(1)}, weight.options())});
  at::Tensor moved = at::where(ids.eq(data::kMeanValue), rows, ids);
  moved = at::where(ids.eq(data::kNoValue), rows + 1, moved);
  return {table, moved.to(ids.scalar_type())};
}

bool has_special_ids(const at::Tensor& ids) {
  return ids.numel() > 0 && ids.min().item<std::int64_t>() < 0;
}

void check_kind(const data::Column& column, data::FeatureKind expected) {
  if (column.kind == expected) return;
  throw Error("Extractor", fmt::format("a {} column", data::to_string(expected)),
              fmt::format("a {} column", data::to_string(column.kind)));
}

}  // namespace

std::int64_t Extractor::parameter_count() const {
  std::int64_t count = 0;
  for (const at::Tensor& parameter : parameters()) count += parameter.numel();
  return count;
}

Lookup::Lookup(std::int64_t rows, std::int64_t dim)
    : weight(make_parameter(*this, "weight", {rows, dim})) {}

at::Tensor Lookup::forward(const data::Column& column) {
  check_kind(column, data::FeatureKind::kCategorical);
  if (!has_special_ids(column.ids)) return at::embedding(weight, column.ids);
  const auto [table, ids] = with_special_rows(weight, column.ids);
  return at::embedding(table, ids);
}

BagLookup::BagLookup(std::int64_t rows, std::int64_t dim, data::Pooling pooling)
    : weight(make_parameter(*this, "weight", {rows, dim})), pooling_(pooling) {}

at::Tensor BagLookup::forward(const data::Column& column) {
  check_kind(column, data::FeatureKind::kBag);
  const auto [table, ids] = has_special_ids(column.ids) ? with_special_rows(weight, column.ids)
                                                        : std::pair(weight, column.ids);
  constexpr std::int64_t kSumMode = 0;
  const at::Tensor sum = std::get<0>(at::embedding_bag(
      table, ids.to(at::kLong), column.offsets, /*scale_grad_by_freq=*/false, kSumMode,
      /*sparse=*/false, /*per_sample_weights=*/{}, /*include_last_offset=*/true));
  if (pooling_ == data::Pooling::kSum) return sum;
  const at::Tensor lengths =
      (column.offsets.slice(0, 1) - column.offsets.slice(0, 0, -1)).clamp_min(1).to(sum.dtype());
  return sum / (pooling_ == data::Pooling::kMean ? lengths : lengths.sqrt()).unsqueeze(1);
}

Dense::Dense(std::int64_t width, std::int64_t dim, bool with_bias, bool missing_vectors)
    : weight(make_parameter(*this, "weight", {width, dim})) {
  if (with_bias) bias = make_parameter(*this, "bias", {dim});
  if (missing_vectors) missing = make_parameter(*this, "missing", {width, dim});
}

at::Tensor Dense::forward(const data::Column& column) {
  check_kind(column, data::FeatureKind::kNumeric);
  at::Tensor vectors = column.values.to(weight.dtype()).matmul(weight);
  if (missing.defined()) vectors = vectors + column.missing.to(weight.dtype()).matmul(missing);
  if (!bias.defined()) return vectors;
  if (missing.defined()) return vectors + bias;
  // A row with nothing in it must have the zero vector, as any absent feature.
  return vectors + bias * column.missing.all(1, true).logical_not().to(weight.dtype());
}

Custom::Custom(torch::nn::AnyModule module, std::int64_t dim)
    : module_(std::move(module)), dim_(dim) {
  register_module("module", module_.ptr());
}

at::Tensor Custom::forward(const data::Column& column) {
  const bool numeric = column.kind == data::FeatureKind::kNumeric;
  at::Tensor vectors = module_.forward<at::Tensor>(numeric ? column.values : column.ids);
  if (vectors.dim() != 2 || vectors.size(0) != column.rows || vectors.size(1) != dim_)
    throw Error("Custom", fmt::format("vectors [{}, {}] from the module", column.rows, dim_),
                fmt::format("[{}]", fmt::join(vectors.sizes(), ", ")));
  return vectors.masked_fill(column.absent().unsqueeze(1), 0);
}

Offset::Offset(std::int64_t dim) : weight(make_parameter(*this, "weight", {1, dim})) {}

at::Tensor Offset::forward(const data::Column& column) {
  return weight.expand({column.rows, weight.size(1)});
}

std::shared_ptr<Extractor> make_extractor(const FeatureSpec& spec, std::int64_t dim) {
  if (spec.module.has_value()) return std::make_shared<Custom>(*spec.module, dim);
  switch (spec.kind) {
    case data::FeatureKind::kCategorical:
      return std::make_shared<Lookup>(spec.rows, dim);
    case data::FeatureKind::kBag:
      return std::make_shared<BagLookup>(spec.rows, dim, spec.pooling);
    case data::FeatureKind::kNumeric:
      return std::make_shared<Dense>(spec.width, dim, spec.dense_bias, spec.missing_vectors);
    case data::FeatureKind::kOffset:
      break;
  }
  return std::make_shared<Offset>(dim);
}

}  // namespace feat2vec::nn
