#include "feat2vec/nn/extractor.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/embedding.h>
#include <ATen/ops/embedding_bag.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/where.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>
#include <new>
#include <optional>
#include <string>
#include <utility>

#include "feat2vec/data/vocabulary.h"
#include "feat2vec/error.h"

namespace feat2vec::nn {
namespace {

/// Zeros; of many, none takes memory before it is read or written, as the rows of a table of the whole
/// model soon take the place of these.
at::Tensor make_parameter(torch::nn::Module& module, const char* name, at::IntArrayRef shape) {
  const at::TensorOptions options(c10::get_default_dtype());
  const auto numbers = static_cast<std::size_t>(c10::multiply_integers(shape));
  void* memory = std::calloc(std::max<std::size_t>(numbers, 1), options.dtype().itemsize());
  if (memory == nullptr) throw std::bad_alloc();
  const at::Tensor zeros = at::from_blob(
      memory, shape, [](void* p) { std::free(p); }, options);
  return module.register_parameter(name, zeros);
}

/// Whether `kNoValue` or `kMeanValue` is among the ids. Throws Error for lower ones.
bool has_special_ids(const at::Tensor& ids) {
  if (ids.numel() == 0) return false;
  const auto lowest = ids.min().item<std::int64_t>();
  if (lowest < data::kMeanValue)
    throw Error("Extractor", fmt::format("ids of {} or more", data::kMeanValue),
                fmt::format("{}", lowest));
  return lowest < 0;
}

void check_kind(const data::Column& column, data::FeatureKind expected) {
  if (column.kind == expected) return;
  throw Error("Extractor", fmt::format("a {} column", data::to_string(expected)),
              fmt::format("a {} column", data::to_string(column.kind)));
}

}  // namespace

c10::Device Extractor::device() const {
  const auto own = parameters();
  return own.empty() ? c10::Device(at::kCPU) : own.front().device();
}

std::int64_t Extractor::parameter_count() const {
  std::int64_t count = 0;
  for (const at::Tensor& parameter : parameters()) count += parameter.numel();
  return count;
}

at::Tensor Extractor::parameter(const std::string& name) const {
  const auto own = named_parameters(/*recurse=*/false);
  const at::Tensor* found = own.find(name);
  return found == nullptr ? at::Tensor() : *found;
}

Lookup::Lookup(std::int64_t rows, std::int64_t dim)
    : weight(make_parameter(*this, "weight", {rows, dim})) {}

at::Tensor Lookup::forward(const data::Column& column) {
  check_kind(column, data::FeatureKind::kCategorical);
  if (!has_special_ids(column.ids)) return at::embedding(weight, column.ids);
  at::Tensor vectors = at::embedding(weight, column.ids.clamp_min(0));
  vectors = vectors.masked_fill(column.ids.eq(data::kNoValue).unsqueeze(1), 0);
  const at::Tensor mean_wanted = column.ids.eq(data::kMeanValue);
  if (!mean_wanted.any().item<bool>()) return vectors;
  return at::where(mean_wanted.unsqueeze(1), weight.mean(0, true), vectors);
}

BagLookup::BagLookup(std::int64_t rows, std::int64_t dim, data::Pooling pooling)
    : weight(make_parameter(*this, "weight", {rows, dim})), pooling_(pooling) {}

at::Tensor BagLookup::forward(const data::Column& column) {
  if (column.kind != data::FeatureKind::kText) check_kind(column, data::FeatureKind::kBag);
  const bool special = has_special_ids(column.ids);
  const at::Tensor ids = special ? column.ids.clamp_min(0) : column.ids;
  std::optional<at::Tensor> shares;
  if (special) shares = column.ids.ge(0).to(weight.scalar_type());
  constexpr std::int64_t kSumMode = 0;
  at::Tensor pooled = std::get<0>(at::embedding_bag(
      weight, ids.to(at::kLong), column.offsets, /*scale_grad_by_freq=*/false, kSumMode,
      /*sparse=*/false, shares, /*include_last_offset=*/true));
  if (special) {
    const at::Tensor means = data::count_members(column.ids.eq(data::kMeanValue), column.offsets);
    if (means.any().item<bool>())
      pooled = pooled + means.to(weight.scalar_type()).unsqueeze(1) * weight.mean(0, true);
  }
  if (pooling_ == data::Pooling::kSum) return pooled;
  const at::Tensor members = data::count_members(column.ids.ne(data::kNoValue), column.offsets);
  const at::Tensor lengths = members.clamp_min(1).to(pooled.dtype());
  return pooled / (pooling_ == data::Pooling::kMean ? lengths : lengths.sqrt()).unsqueeze(1);
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
    case data::FeatureKind::kText:
      return std::make_shared<BagLookup>(spec.rows, dim, spec.pooling);
    case data::FeatureKind::kNumeric:
      return std::make_shared<Dense>(spec.width, dim, spec.dense_bias, spec.missing_vectors);
    case data::FeatureKind::kOffset:
      break;
  }
  return std::make_shared<Offset>(dim);
}

}  // namespace feat2vec::nn
