#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string_view>

#include "feat2vec/reading/known.h"

namespace feat2vec::reading {

/// The score of what is no answer: values of the target feature that the query holds already.
inline constexpr double kNoAnswer = -std::numeric_limits<double>::infinity();

/// A way to rank the values of a feature, given any known values. Scoring is const and needs no lock.
class Readout {
 public:
  Readout() = default;
  Readout(const Readout&) = delete;
  Readout& operator=(const Readout&) = delete;
  virtual ~Readout() = default;

  virtual std::string_view name() const = 0;

  /// Writes one score for each candidate of the feature (as many as `out` holds); higher is better,
  /// and scores of one query alone can be compared. Values that the query holds get `kNoAnswer`.
  /// Throws Error when the feature cannot be asked about.
  virtual void scores(std::int32_t target_feature, const Query& query,
                      std::span<double> out) const = 0;
};

/// Gives `kNoAnswer` to the values of the target that the query holds.
inline void mask_known(std::int32_t target_feature, const Query& query, std::span<double> out) {
  for (const Known& known : query) {
    if (known.feature == target_feature) out[static_cast<std::size_t>(known.value)] = kNoAnswer;
  }
}

}  // namespace feat2vec::reading
