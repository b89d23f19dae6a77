#include "feat2vec/reading/values.h"

#include <ATen/core/grad_mode.h>
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

}  // namespace

Values::Values(const Model& model, const ValuesOptions& options)
    : model_(&model), embeddings_(model) {
  for (std::size_t f = 0; f < model.schema.features.size(); ++f) {
    const data::Feature& feature = model.schema.features[f];
    features_.push_back({.name = feature.name, .kind = feature.kind});
    if (!data::has_vocabulary(feature.kind) || !model.module->extractor(f)) continue;
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
                fmt::format("\"{}\", {}", values.name, data::to_string(values.kind)));
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

at::Tensor Values::number_vector(std::int32_t feature, const data::Column& column,
                                 std::int64_t row) const {
  const at::Tensor missing = column.missing.narrow(0, row, 1);
  if (missing.all().item<bool>()) return {};
  const at::NoGradGuard no_grad;
  const auto& extractor = model_->module->extractor(static_cast<std::size_t>(feature));
  const auto cells =
      data::Column::numeric(column.values.narrow(0, row, 1), missing, column.missing_is_value);
  const auto parameters = extractor->parameters();
  const at::Device device = parameters.empty() ? column.values.device() : parameters[0].device();
  return extractor->forward(cells.to(device))[0].cpu().to(at::kFloat).contiguous();
}

}  // namespace feat2vec::reading
