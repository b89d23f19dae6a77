#include "feat2vec/nn/feat2vec.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/full_like.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <unordered_set>

#include "feat2vec/data/vocabulary.h"
#include "feat2vec/error.h"
#include "feat2vec/named_tensors.h"
#include "feat2vec/nn/interaction.h"

namespace feat2vec {
namespace {

void check_features(const std::vector<nn::FeatureSpec>& features) {
  std::unordered_set<std::string_view> names;
  for (const nn::FeatureSpec& feature : features) {
    if (!names.insert(feature.name).second)
      throw Error("Feat2Vec", "each feature name once", fmt::format("\"{}\" twice", feature.name));
    if (data::has_vocabulary(feature.kind) && !feature.module && feature.rows < 1)
      throw Error("Feat2Vec", fmt::format("one value or more of \"{}\"", feature.name), "none");
    if (feature.kind == data::FeatureKind::kNumeric && !feature.module && feature.width < 1)
      throw Error("Feat2Vec", fmt::format("one column or more of \"{}\"", feature.name), "none");
    if (feature.module && data::has_members(feature.kind))
      throw Error("Feat2Vec",
                  fmt::format("a categorical or numeric \"{}\" for a module", feature.name),
                  fmt::format("a {} one", to_string(feature.kind)));
    if (feature.module && feature.bias)
      throw Error("Feat2Vec", fmt::format("no bias for the module of \"{}\"", feature.name), "one");
    if (!feature.embedding && !feature.bias)
      throw Error("Feat2Vec", fmt::format("a vector or a bias for \"{}\"", feature.name),
                  "neither");
  }
}

/// "f0", "f1", …: LibTorch forbids dots and empty names, which columns may have.
std::string module_name(const char* prefix, std::size_t feature) {
  return fmt::format("{}{}", prefix, feature);
}

/// Draws what `normal_` draws for plain memory: rows of a wider table it would fill in another order.
void fill_normal(const at::Tensor& rows, double std, at::Generator& generator) {
  for (const at::Tensor& part : row_parts(rows))
    part.copy_(at::empty(part.sizes(), part.options()).normal_(0, std, generator));
}

}  // namespace

std::string_view to_string(Prior prior) {
  switch (prior) {
    case Prior::kGroup:
      return "group";
    case Prior::kValue:
      return "value";
    case Prior::kNone:
      break;
  }
  return "none";
}

Feat2VecImpl::Feat2VecImpl(const ModelOptions& options, std::vector<nn::FeatureSpec> features)
    : options_(options), features_(std::move(features)) {
  if (options_.dim < 1 || options_.dim > kMostDim)
    throw Error("Feat2Vec", fmt::format("a dimension in [1, {}]", kMostDim),
                fmt::format("{}", options_.dim));
  if (!(options_.init_std >= 0) || !std::isfinite(options_.init_std))
    throw Error("Feat2Vec", "a finite init_std of 0 or more", fmt::format("{}", options_.init_std));
  check_features(features_);
  std::int64_t groups = 0;
  for (std::size_t f = 0; f < features_.size(); ++f) {
    const nn::FeatureSpec& spec = features_[f];
    if (spec.kind != data::FeatureKind::kOffset) ++groups;
    extractors_.push_back(spec.embedding ? nn::make_extractor(spec, options_.dim) : nullptr);
    biases_.push_back(spec.bias ? nn::make_extractor(spec, 1) : nullptr);
    if (extractors_.back()) register_module(module_name("f", f), extractors_.back());
    if (biases_.back()) register_module(module_name("b", f), biases_.back());
  }
  check_pairs();
  if (groups == 0) throw Error("Feat2Vec", "features with columns", "none");
  if (options_.groups == 0) options_.groups = groups;
  if (options_.prior != Prior::kNone)
    group_offsets_ = register_parameter("group_offsets", at::zeros({options_.groups}));
  row_table();
  initialise();
}

const nn::RowTable& Feat2VecImpl::row_table() {
  if (!nn::are_views(row_table_, extractors_, biases_, group_offsets_))
    row_table_ = nn::pack_rows(extractors_, biases_, group_offsets_, options_.dim);
  return row_table_;
}

void Feat2VecImpl::check_pairs() const {
  const auto count = static_cast<std::int64_t>(features_.size());
  for (const auto& [i, j] : options_.pairs) {
    if (i == j) throw Error("Feat2Vec", "pairs of two features", fmt::format("({}, {})", i, j));
    for (const std::int64_t position : {i, j}) {
      if (position < 0 || position >= count || !extractors_[static_cast<std::size_t>(position)])
        throw Error("Feat2Vec", fmt::format("pairs of features with vectors in [0, {})", count),
                    fmt::format("({}, {})", i, j));
    }
  }
}

void Feat2VecImpl::initialise() {
  const at::NoGradGuard no_grad;
  at::Generator generator = at::detail::createCPUGenerator(options_.seed);
  for (const auto& extractor : extractors_) {
    if (!extractor) continue;
    // A user's module has started itself.
    for (const auto& parameter : extractor->named_parameters(/*recurse=*/false))
      if (parameter.key() != "bias") fill_normal(parameter.value(), options_.init_std, generator);
  }
}

void Feat2VecImpl::check(const std::vector<data::Column>& columns) const {
  if (columns.size() != features_.size())
    throw Error("Feat2Vec", fmt::format("{} columns", features_.size()),
                fmt::format("{}", columns.size()));
  for (std::size_t f = 0; f < columns.size(); ++f) {
    const nn::FeatureSpec& spec = features_[f];
    const data::Column& column = columns[f];
    if (column.kind != spec.kind)
      throw Error("Feat2Vec",
                  fmt::format("a {} column for \"{}\"", to_string(spec.kind), spec.name),
                  fmt::format("a {} column", to_string(column.kind)));
    if (spec.module) continue;
    if (column.values.defined() && column.values.size(1) != spec.width)
      throw Error("Feat2Vec", fmt::format("{} numbers a row for \"{}\"", spec.width, spec.name),
                  fmt::format("{}", column.values.size(1)));
    if (!column.ids.defined() || column.ids.numel() == 0) continue;
    const auto lowest = column.ids.min().item<std::int64_t>();
    const auto highest = column.ids.max().item<std::int64_t>();
    if (lowest < data::kMeanValue || highest >= spec.rows)
      throw Error("Feat2Vec",
                  fmt::format("ids in [{}, {}) for \"{}\"", data::kMeanValue, spec.rows, spec.name),
                  fmt::format("{} to {}", lowest, highest));
  }
}

at::Tensor Feat2VecImpl::forward(const std::vector<data::Column>& columns) {
  if (columns.size() != features_.size())
    throw Error("Feat2Vec", fmt::format("{} columns", features_.size()),
                fmt::format("{}", columns.size()));
  std::vector<at::Tensor> vectors(columns.size());
  at::Tensor score;
  const auto add = [&score](const at::Tensor& term) {
    score = score.defined() ? score + term : term;
  };
  for (std::size_t f = 0; f < columns.size(); ++f) {
    if (extractors_[f]) vectors[f] = extractors_[f]->forward(columns[f]);
    if (biases_[f]) add(biases_[f]->forward(columns[f]).squeeze(1));
  }
  if (std::any_of(extractors_.begin(), extractors_.end(),
                  [](const auto& e) { return e != nullptr; }))
    add(interaction(vectors));
  return score;
}

at::Tensor Feat2VecImpl::interaction(const std::vector<at::Tensor>& vectors) const {
  if (!options_.pairs.empty()) return nn::listed_pairs(vectors, options_.pairs);
  std::vector<at::Tensor> present;
  for (const at::Tensor& vector : vectors)
    if (vector.defined()) present.push_back(vector);
  return nn::all_pairs(present);
}

at::Tensor Feat2VecImpl::embed(const std::vector<data::Column>& columns) {
  if (columns.size() != features_.size())
    throw Error("Feat2Vec", fmt::format("{} columns", features_.size()),
                fmt::format("{}", columns.size()));
  std::vector<at::Tensor> vectors;
  for (std::size_t f = 0; f < columns.size(); ++f)
    if (extractors_[f]) vectors.push_back(extractors_[f]->forward(columns[f]));
  if (vectors.empty()) throw Error("Feat2Vec", "a feature with a vector", "none");
  return at::stack(vectors, 1);
}

at::Tensor Feat2VecImpl::scores(const data::Batch& batch) {
  at::Tensor score = forward(batch.columns).view({batch.observed(), batch.candidates()});
  if (!group_offsets_.defined()) return score;
  if (options_.prior == Prior::kValue)
    score = score + (batch.log_noise.to(score.scalar_type()) -
                     std::log(static_cast<double>(batch.candidates() - 1)));
  // Group -1: all groups were replaced, and the noise is the product of theirs.
  const at::Tensor offsets = at::cat({group_offsets_, group_offsets_.sum(0, true)});
  const at::Tensor last = at::full_like(batch.groups, group_offsets_.size(0));
  const at::Tensor index = at::where(batch.groups.lt(0), last, batch.groups);
  return score + offsets.index_select(0, index).unsqueeze(1);
}

at::Tensor Feat2VecImpl::logits(const data::Batch& batch) {
  return scores(batch) - batch.log_noise;
}

std::vector<std::int64_t> Feat2VecImpl::parameter_counts() const {
  std::vector<std::int64_t> counts;
  for (const auto& extractor : extractors_)
    counts.push_back(extractor ? extractor->parameter_count() : 0);
  return counts;
}

void Feat2VecImpl::set_group_offsets(const std::vector<double>& offsets) {
  if (!group_offsets_.defined()) return;
  if (static_cast<std::int64_t>(offsets.size()) != group_offsets_.size(0))
    throw Error("Feat2Vec", fmt::format("{} group offsets", group_offsets_.size(0)),
                fmt::format("{}", offsets.size()));
  const at::NoGradGuard no_grad;
  group_offsets_.copy_(at::tensor(offsets, at::kDouble));
}

}  // namespace feat2vec
