#include "apps/default_epochs.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace feat2vec::apps {

Observed observed(const data::Schema& schema, const std::vector<data::Vocabulary>& vocabularies) {
  Observed found;
  for (std::size_t f = 0; f < schema.features.size(); ++f) {
    const data::Feature& feature = schema.features[f];
    const data::Vocabulary& values = vocabularies[f];
    if (!data::has_vocabulary(feature.kind) || !feature.target || values.size() == 0) continue;
    std::int64_t times = 0;
    for (std::int64_t id = 0; id < values.size(); ++id) times += values.count(id);
    const double each = static_cast<double>(times) / static_cast<double>(values.size());
    found.least = found.times == 0 ? each : std::min(found.least, each);
    found.times += times;
  }
  return found;
}

std::int64_t default_epochs(const Observed& observed) {
  constexpr std::int64_t kMost = 20;
  constexpr std::int64_t kFewest = 5;
  constexpr std::int64_t kLarge = 10'000'000;
  constexpr double kTimes = 1000;
  if (observed.times <= kLarge) return kMost;
  const double wanted = std::min(static_cast<double>(kMost), std::ceil(kTimes / observed.least));
  return std::max(kFewest, static_cast<std::int64_t>(wanted));
}

}  // namespace feat2vec::apps
