#include "feat2vec/reading/weights.h"

#include <ATen/ops/clamp_min.h>
#include <ATen/ops/tensor.h>

#include <algorithm>
#include <cmath>

namespace feat2vec::reading {
namespace {

at::Tensor doubles(const std::vector<double>& numbers) {
  return at::tensor(at::ArrayRef<double>(numbers), at::kDouble);
}

}  // namespace

std::vector<std::size_t> WeightLayout::of(const Component& component) const {
  const auto source = static_cast<std::size_t>(component.source);
  std::vector<std::size_t> indices{sources() + source};
  const auto bucket = static_cast<std::size_t>(component.bucket);
  if (component.source == Source::kSum) indices.push_back(by_size() + bucket);
  if (component.source == Source::kScore) indices.push_back(by_size() + kBuckets + bucket);
  if (component.feature < 0) return indices;
  // kVector and kCount are the first two sources.
  const std::size_t feature = source * features_ + static_cast<std::size_t>(component.feature);
  indices.push_back(by_feature() + feature);
  if (component.bucket < 0) return indices;
  indices.push_back(by_bucket() + source * kBuckets + bucket);
  indices.push_back(by_both() + feature * kBuckets + bucket);
  return indices;
}

std::vector<double> WeightLayout::start() const {
  std::vector<double> weights(size());
  weights[mixture()] = 1;
  return weights;
}

std::vector<double> log_shares(std::span<const double> weights,
                               std::span<const std::vector<std::size_t>> indices) {
  std::vector<double> logs;
  for (const auto& own : indices) {
    logs.push_back(0);
    for (const std::size_t index : own) logs.back() += weights[index];
  }
  const double largest = *std::max_element(logs.begin(), logs.end());
  double sum = 0;
  for (const double log : logs) sum += std::exp(log - largest);
  for (double& log : logs) log -= largest + std::log(sum);
  return logs;
}

at::Tensor mixture_of(const WeightLayout& layout, std::span<const double> weights,
                      const Evidence& evidence) {
  std::vector<std::vector<std::size_t>> indices;
  for (const Component& component : evidence.components) indices.push_back(layout.of(component));
  std::vector<double> shares = log_shares(weights, indices);
  for (double& share : shares) share = std::exp(share);
  const at::Tensor by_component = at::tensor(at::ArrayRef<double>(shares), at::kFloat);
  return evidence.distributions.t().mv(by_component);
}

at::Tensor score_of(const WeightLayout& layout, std::span<const double> weights,
                    const Evidence& evidence, const FeatureValues& target) {
  const at::Tensor mixture = mixture_of(layout, weights, evidence).to(at::kDouble);
  at::Tensor scores = at::clamp_min(mixture, kLeastShare).log() * weights[layout.mixture()];
  scores += doubles(target.bias) * weights[layout.bias()];
  scores += doubles(target.log_prior) * weights[layout.prior()];
  if (evidence.leading.defined())
    scores += evidence.leading.to(at::kDouble) * weights[layout.leading()];
  for (std::size_t g = 0; g < evidence.features.size(); ++g) {
    const auto feature = static_cast<std::size_t>(evidence.features[g]);
    const auto row = static_cast<std::int64_t>(g);
    scores += evidence.products[row].to(at::kDouble) * weights[layout.products() + feature];
    if (!evidence.counts.defined()) continue;
    scores += evidence.counts[row].to(at::kDouble) * weights[layout.counts(feature)];
  }
  return scores;
}

}  // namespace feat2vec::reading
