#include "feat2vec/reading/counts.h"

#include <cmath>
#include <cstddef>

namespace feat2vec::reading {
namespace {

constexpr double kPopularityShare = 1e-6;

}  // namespace

template <typename Weight>
void CountReadout::sum(std::int32_t target_feature, const Query& query, std::span<double> out,
                       const Weight& weight) const {
  const auto holding = memory_->holding(target_feature);
  double all = 0;
  for (const std::int32_t count : holding) all += count;
  for (std::size_t t = 0; t < out.size(); ++t) {
    out[t] = all > 0 ? kPopularityShare * holding[t] / all : 0;
  }
  for (const Known& known : query) {
    if (known.value == kCell) continue;
    const auto pairs = memory_->pairs(target_feature, known.feature, known.value);
    const double rows = memory_->holding(known.feature, known.value);
    for (std::size_t i = 0; i < pairs.size(); ++i) {
      const std::size_t t = pairs.value(i);
      out[t] += weight(pairs.count(i), rows, static_cast<double>(holding[t]));
    }
  }
  mask_known(target_feature, query, out);
}

void Popularity::scores(std::int32_t target_feature, const Query& query,
                        std::span<double> out) const {
  sum(target_feature, query, out, [](double, double, double) { return 0.0; });
}

void Counts::scores(std::int32_t target_feature, const Query& query, std::span<double> out) const {
  sum(target_feature, query, out, [](double co, double n_c, double) { return co / n_c; });
}

void PmiCounts::scores(std::int32_t target_feature, const Query& query,
                       std::span<double> out) const {
  const auto rows = static_cast<double>(memory_->rows());
  sum(target_feature, query, out,
      [&](double co, double n_c, double n_t) { return std::log1p((co / n_c) / (n_t / rows)); });
}

void CountsQuarter::scores(std::int32_t target_feature, const Query& query,
                           std::span<double> out) const {
  sum(target_feature, query, out, [](double co, double n_c, double n_t) {
    return co / (std::pow(n_c, .75) * std::pow(n_t, .25));
  });
}

void ItemCosine::scores(std::int32_t target_feature, const Query& query,
                        std::span<double> out) const {
  sum(target_feature, query, out,
      [](double co, double n_c, double n_t) { return co / std::sqrt(n_c * n_t); });
}

}  // namespace feat2vec::reading
