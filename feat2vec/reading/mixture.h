#pragma once

#include <string>

#include "feat2vec/reading/memory.h"
#include "feat2vec/reading/readout.h"

namespace feat2vec::reading {

struct MixtureOptions {
  double counts = 0;  ///< weight of the summed co / n_c inside the logarithm
  double sum = 0;     ///< weight of Σ_c φ_t·φ_c / √n + b_t, added to the logarithm
};

/// Each known value speaks for itself: log(Σ_c P(t | c) + w Σ_c co / n_c), with
/// P(t | c) = softmax_t(φ_t·φ_c + b_t) over the values that the query does not hold. Nothing is fitted.
/// A query that knows nothing is answered by the prior.
class Mixture final : public Readout {
 public:
  /// `values` and `memory` must outlive it. Throws Error for a weight of the counts without a memory.
  explicit Mixture(const Values& values, const Memory* memory = nullptr,
                   const MixtureOptions& options = {});
  std::string_view name() const override { return name_; }
  void scores(std::int32_t target_feature, const Query& query,
              std::span<double> out) const override;

 private:
  void add_counts(std::int32_t target_feature, const Query& query, std::span<double> out) const;

  const Values* values_;
  const Memory* memory_;
  MixtureOptions options_;
  std::string name_;
};

}  // namespace feat2vec::reading
