#include "samplers/alias_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "feat2vec/error.h"

namespace feat2vec::samplers {

AliasTable::AliasTable(const std::vector<double>& weights) : slots_(weights.size()) {
  constexpr std::size_t kMaxSize = std::numeric_limits<std::int32_t>::max();
  if (weights.empty() || weights.size() > kMaxSize)
    throw Error("AliasTable", fmt::format("between 1 and {} weights", kMaxSize),
                fmt::format("{}", weights.size()));
  for (const double weight : weights)
    if (!(weight >= 0) || !std::isfinite(weight))
      throw Error("AliasTable", "finite weights of 0 or more", fmt::format("{}", weight));
  const auto heaviest = std::max_element(weights.begin(), weights.end());
  if (!(*heaviest > 0))
    throw Error("AliasTable", "a weight above 0", fmt::format("{} zeros only", weights.size()));

  std::vector<double> share(weights.size());  // of an equal slot; 1 fills it
  for (std::size_t i = 0; i < weights.size(); ++i) share[i] = weights[i] / *heaviest;
  const double scale =
      static_cast<double>(weights.size()) / std::accumulate(share.begin(), share.end(), 0.0);
  std::vector<std::int32_t> small;
  std::vector<std::int32_t> large;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    share[i] *= scale;
    (share[i] < 1 ? small : large).push_back(static_cast<std::int32_t>(i));
  }
  while (!small.empty() && !large.empty()) {
    const auto poor = static_cast<std::size_t>(small.back());
    const auto rich = static_cast<std::size_t>(large.back());
    small.pop_back();
    slots_[poor] = {static_cast<std::uint32_t>(share[poor] * 0x1.0p32), large.back()};
    share[rich] -= 1 - share[poor];
    if (share[rich] < 1) {
      small.push_back(large.back());
      large.pop_back();
    }
  }
  // What is left in either list fills its slot up to rounding: the defaults of Slot. But a weight of
  // zero that rounding left over must never be drawn.
  for (const std::int32_t left : small)
    if (!(weights[static_cast<std::size_t>(left)] > 0))
      slots_[static_cast<std::size_t>(left)] = {
          0, static_cast<std::int32_t>(heaviest - weights.begin())};
}

}  // namespace feat2vec::samplers
