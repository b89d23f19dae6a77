#include "feat2vec/reading/reader.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <utility>

#include "feat2vec/error.h"
#include "feat2vec/reading/model_score.h"

namespace feat2vec::reading {
namespace {

constexpr const char* kReader = "reader";

std::vector<std::string> feature_names(const Values& values) {
  std::vector<std::string> names;
  for (const FeatureValues& feature : values.features()) names.push_back(feature.name);
  return names;
}

}  // namespace

Reader::Reader(const Values& values, const Memory* memory, FittedReader fitted)
    : values_(&values),
      memory_(memory),
      fitted_(std::move(fitted)),
      layout_(values.feature_count()) {
  const std::vector<std::string> names = feature_names(values);
  if (fitted_.features != names) {
    throw Error(kReader, fmt::format("weights for the features {}", fmt::join(names, ", ")),
                fmt::format("for {}", fmt::join(fitted_.features, ", ")));
  }
  if (memory != nullptr) memory->check(values);
  for (const auto& [target, weights] : fitted_.targets) {
    values.target(target);
    if (weights.weights.size() != layout_.size()) {
      throw Error(kReader, fmt::format("{} weights", layout_.size()),
                  fmt::format("{}", weights.weights.size()));
    }
    if (weights.memory && memory == nullptr) {
      throw Error(kReader, "a memory, with which the weights were fitted", "none");
    }
    if (weights.memory && weights.weights[layout_.leading()] != 0 &&
        memory->leading(target).empty()) {
      throw Error(kReader, "counts of what comes first, with which the weights were fitted",
                  "none");
    }
  }
}

void Reader::scores(std::int32_t target_feature, const Query& query, std::span<double> out) const {
  const FeatureValues& target = candidates_for(*values_, target_feature, out);
  const auto found = fitted_.targets.find(target_feature);
  if (found == fitted_.targets.end()) {
    throw Error(kReader, "a feature that the reader was fitted for",
                fmt::format("\"{}\"", target.name));
  }
  const Memory* memory = found->second.memory ? memory_ : nullptr;
  const auto all = evidence(*values_, memory, target_feature, {&query, 1});
  copy_scores(score_of(layout_, found->second.weights, all[0], target), out);
  mask_known(target_feature, query, out);
}

}  // namespace feat2vec::reading
