#pragma once

#include "feat2vec/reading/readout.h"

namespace feat2vec::reading {

/// The most frequent value first, by the counts that the model keeps: `Popularity` without a memory.
class FrequentFirst final : public Readout {
 public:
  /// `values` must outlive it.
  explicit FrequentFirst(const Values& values) : values_(&values) {}
  std::string_view name() const override { return "popularity"; }
  void scores(std::int32_t target_feature, const Query& query,
              std::span<double> out) const override;

 private:
  const Values* values_;
};

}  // namespace feat2vec::reading
