#include "samplers/noise_tables.h"

#include <ATen/core/Tensor.h>
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "feat2vec/error.h"

namespace feat2vec::samplers {
namespace {

bool has_values(const data::Dataset& rows, const std::vector<std::size_t>& features) {
  return std::any_of(features.begin(), features.end(), [&](std::size_t feature) {
    return !rows.column(feature).absent().all().item<bool>();
  });
}

}  // namespace

NoiseTables::NoiseTables(data::Dataset supply, const data::Schema& schema,
                         const NoiseOptions& options)
    : NoiseTables(std::move(supply), schema, options,
                  std::vector<std::vector<std::int64_t>>(schema.sampling_groups().size())) {}

NoiseTables::NoiseTables(data::Dataset supply, const data::Schema& schema,
                         const NoiseOptions& options,
                         const std::vector<std::vector<std::int64_t>>& counts)
    : options_(options), supply_(std::move(supply)), group_of_feature_(schema.group_of_feature()) {
  const std::vector<data::SamplingGroup> groups = schema.sampling_groups();
  if (supply_.columns().size() != schema.features.size())
    throw Error("NoiseTables", fmt::format("{} columns", schema.features.size()),
                fmt::format("{}", supply_.columns().size()));
  if (counts.size() != groups.size())
    throw Error("NoiseTables", fmt::format("counts for {} groups", groups.size()),
                fmt::format("{}", counts.size()));
  NoiseDistribution::check(options.alpha2, options.count_bias);
  for (const data::SamplingGroup& group : groups) {
    groups_.emplace_back();
    for (const std::string& name : group.features)
      groups_.back().features.push_back(schema.index_of(name));
    if (!has_values(supply_, groups_.back().features))
      throw Error("NoiseTables", fmt::format("values of the sampling group \"{}\"", group.name),
                  "none in any row");
  }
  for (std::size_t g = 0; g < counts.size(); ++g)  // those that are given are seen now only
    if (!counts[g].empty()) noise_of(static_cast<std::int64_t>(g), counts[g]);
}

const NoiseTables::GroupNoise& NoiseTables::noise_of(
    std::int64_t group, const std::vector<std::int64_t>& counts) const {
  const Group& own = groups_.at(static_cast<std::size_t>(group));
  return own.noise->get([&] {
    Entities entities(supply_, own.features, counts);
    NoiseDistribution distribution(entities.counts(), options_.alpha2, options_.count_bias);
    return GroupNoise{std::move(entities), std::move(distribution)};
  });
}

std::vector<double> NoiseTables::mean_log_probs() const {
  std::vector<double> means;
  for (std::int64_t group = 0; group < groups(); ++group)
    means.push_back(distribution(group).mean_log_prob());
  return means;
}

std::vector<std::int64_t> NoiseTables::sum_by_group(
    const std::vector<std::int64_t>& per_feature) const {
  if (per_feature.size() != group_of_feature_.size())
    throw Error("NoiseTables", fmt::format("{} numbers", group_of_feature_.size()),
                fmt::format("{}", per_feature.size()));
  std::vector<std::int64_t> sums(groups_.size(), 0);
  for (std::size_t f = 0; f < per_feature.size(); ++f)
    if (group_of_feature_[f] >= 0)
      sums[static_cast<std::size_t>(group_of_feature_[f])] += per_feature[f];
  return sums;
}

}  // namespace feat2vec::samplers
