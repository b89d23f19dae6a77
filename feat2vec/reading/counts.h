#pragma once

#include "feat2vec/reading/memory.h"
#include "feat2vec/reading/readout.h"

namespace feat2vec::reading {

/// Read-outs that count and learn nothing: what vectors are compared with. n_c rows hold c, co(c, t)
/// both, of N rows in all. To each a millionth of t's share Σ-normalised n_t is added, so that
/// popularity decides where counts are level. Numbers say nothing to them. The memory must outlive
/// them.
class CountReadout : public Readout {
 public:
  explicit CountReadout(const Memory& memory) : memory_(&memory) {}

 protected:
  /// score(t) = Σ_c weight(co(c, t), n_c, n_t) + 1e-6 n_t / Σ n.
  template <typename Weight>
  void sum(std::int32_t target_feature, const Query& query, std::span<double> out,
           const Weight& weight) const;

  const Memory* memory_;
};

/// The most frequent value first.
class Popularity final : public CountReadout {
 public:
  using CountReadout::CountReadout;
  std::string_view name() const override { return "popularity"; }
  void scores(std::int32_t target_feature, const Query& query,
              std::span<double> out) const override;
};

/// Σ_c co / n_c, the summed P(t | c).
class Counts final : public CountReadout {
 public:
  using CountReadout::CountReadout;
  std::string_view name() const override { return "counts"; }
  void scores(std::int32_t target_feature, const Query& query,
              std::span<double> out) const override;
};

/// Σ_c log(1 + (co / n_c) / (n_t / N)), as pointwise mutual information weighs it.
class PmiCounts final : public CountReadout {
 public:
  using CountReadout::CountReadout;
  std::string_view name() const override { return "counts-pmi"; }
  void scores(std::int32_t target_feature, const Query& query,
              std::span<double> out) const override;
};

/// Σ_c co / (n_c^¾ n_t^¼): popular answers held back a little.
class CountsQuarter final : public CountReadout {
 public:
  using CountReadout::CountReadout;
  std::string_view name() const override { return "counts-quarter"; }
  void scores(std::int32_t target_feature, const Query& query,
              std::span<double> out) const override;
};

/// Σ_c co / √(n_c n_t), the cosine of item-based collaborative filtering.
class ItemCosine final : public CountReadout {
 public:
  using CountReadout::CountReadout;
  std::string_view name() const override { return "item-cosine"; }
  void scores(std::int32_t target_feature, const Query& query,
              std::span<double> out) const override;
};

}  // namespace feat2vec::reading
