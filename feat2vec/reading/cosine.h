#pragma once

#include "feat2vec/reading/readout.h"

namespace feat2vec::reading {

/// cos(Σ_c φ_c, φ_t): neighbours of all that is known. 0 where either vector is zero.
class Cosine final : public Readout {
 public:
  /// `values` must outlive it.
  explicit Cosine(const Values& values) : values_(&values) {}
  std::string_view name() const override { return "cosine"; }
  void scores(std::int32_t target_feature, const Query& query,
              std::span<double> out) const override;

 private:
  const Values* values_;
};

}  // namespace feat2vec::reading
