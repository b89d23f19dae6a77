#include "samplers/noise_tables.h"

#include <fmt/format.h>

#include <utility>

#include "feat2vec/error.h"

namespace feat2vec::samplers {

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
  for (std::size_t g = 0; g < groups.size(); ++g) {
    std::vector<std::size_t> features;
    for (const std::string& name : groups[g].features) features.push_back(schema.index_of(name));
    entities_.emplace_back(supply_, std::move(features), counts[g]);
    if (entities_.back().counts().empty())
      throw Error("NoiseTables", fmt::format("values of the sampling group \"{}\"", groups[g].name),
                  "none in any row");
    distributions_.emplace_back(entities_.back().counts(), options.alpha2, options.count_bias);
  }
}

std::vector<double> NoiseTables::mean_log_probs() const {
  std::vector<double> means;
  for (const NoiseDistribution& distribution : distributions_)
    means.push_back(distribution.mean_log_prob());
  return means;
}

std::vector<std::int64_t> NoiseTables::sum_by_group(
    const std::vector<std::int64_t>& per_feature) const {
  if (per_feature.size() != group_of_feature_.size())
    throw Error("NoiseTables", fmt::format("{} numbers", group_of_feature_.size()),
                fmt::format("{}", per_feature.size()));
  std::vector<std::int64_t> sums(entities_.size(), 0);
  for (std::size_t f = 0; f < per_feature.size(); ++f)
    if (group_of_feature_[f] >= 0)
      sums[static_cast<std::size_t>(group_of_feature_[f])] += per_feature[f];
  return sums;
}

}  // namespace feat2vec::samplers
