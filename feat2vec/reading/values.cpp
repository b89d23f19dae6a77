#include "feat2vec/reading/values.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/full.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "feat2vec/error.h"
#include "feat2vec/nn/extractor.h"

namespace feat2vec::reading {
namespace {

/// log(count^power / Σ count^power).
std::vector<double> log_shares(const std::vector<std::int64_t>& counts, double power) {
  double sum = 0;
  for (const std::int64_t count : counts) sum += std::pow(static_cast<double>(count), power);
  std::vector<double> logs;
  logs.reserve(counts.size());
  for (const std::int64_t count : counts) {
    logs.push_back(power * std::log(static_cast<double>(count)) - std::log(sum));
  }
  return logs;
}

/// The learned biases of the first `size` values; zeros when the feature has none.
std::vector<double> learned_bias(nn::Extractor* extractor, std::int64_t size) {
  std::vector<double> bias(static_cast<std::size_t>(size));
  if (extractor == nullptr || !extractor->parameter("weight").defined()) return bias;
  const at::Tensor weight =
      extractor->parameter("weight").detach().cpu().to(at::kDouble).contiguous();
  std::copy_n(weight.const_data_ptr<double>(), size, bias.begin());
  return bias;
}

/// Whether the only row of `cell` holds no number, or none of the first `words` ids.
bool is_missing(const data::Column& cell, std::int64_t words) {
  if (cell.kind == data::FeatureKind::kNumeric) return cell.missing.all().item<bool>();
  return !cell.ids.ge(0).logical_and(cell.ids.lt(words)).any().item<bool>();
}

}  // namespace

Values::Values(const Model& model, const ValuesOptions& options)
    : model_(&model), embeddings_(model), whole_rows_(options.whole_rows) {
  for (std::size_t f = 0; f < model.schema.features.size(); ++f) {
    const data::Feature& feature = model.schema.features[f];
    features_.push_back({.name = feature.name, .kind = feature.kind});
    if (data::is_whole_cell(feature.kind) || !data::has_vocabulary(feature.kind) ||
        !model.module->extractor(f))
      continue;
    FeatureValues& values = features_.back();
    const std::int64_t size = model.vocabularies[f].size();
    values.vectors =
        embeddings_.feature(feature.name).vectors().narrow(0, 0, size).to(at::kFloat).contiguous();
    for (std::int64_t id = 0; id < size; ++id) {
      values.counts.push_back(model.vocabularies[f].count(id));
    }
    values.log_prior = log_shares(values.counts, 1);
    values.log_noise = log_shares(values.counts, options.alpha2);
    values.bias = learned_bias(model.module->bias(f).get(), size);
    if (!options.prior_in_bias) continue;
    for (std::size_t t = 0; t < values.bias.size(); ++t) values.bias[t] += values.log_noise[t];
  }
}

const FeatureValues& Values::target(std::int32_t feature) const {
  if (feature < 0 || feature >= feature_count()) {
    throw Error("reading", fmt::format("a feature in [0, {})", feature_count()),
                fmt::format("{}", feature));
  }
  const FeatureValues& values = this->feature(feature);
  if (values.candidates() == 0) {
    throw Error("reading", "a feature whose values have names and vectors",
                fmt::format("\"{}\", {}{}", values.name, data::to_string(values.kind),
                            values.kind == data::FeatureKind::kNumeric
                                ? " (train --categorical gives each number a vector of its own)"
                                : ""));
  }
  return values;
}

const float* Values::vector(std::int32_t feature, std::int32_t value) const {
  return this->feature(feature).vectors.const_data_ptr<float>() + value * dim();
}

bool Values::has_vectors(std::int32_t feature) const {
  return model_->module->extractor(static_cast<std::size_t>(feature)) != nullptr &&
         this->feature(feature).kind != data::FeatureKind::kOffset;
}

at::Tensor Values::cell_vector(std::int32_t feature, const data::Column& column,
                               std::int64_t row) const {
  const auto f = static_cast<std::size_t>(feature);
  const data::Column cell = column.select(at::full({1}, row, at::kLong));
  if (is_missing(cell, model_->vocabularies[f].size())) return {};
  const at::NoGradGuard no_grad;
  const auto& extractor = model_->module->extractor(f);
  return extractor->forward(cell.to(extractor->device()))[0].cpu().to(at::kFloat).contiguous();
}

}  // namespace feat2vec::reading
