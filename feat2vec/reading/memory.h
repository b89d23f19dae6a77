#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "feat2vec/data/dataset.h"
#include "feat2vec/named_tensors.h"
#include "feat2vec/reading/pair_counts.h"
#include "feat2vec/reading/values.h"

namespace feat2vec::reading {

struct MemoryOptions {
  std::vector<std::int32_t>
      targets{};  ///< features that will be asked about; empty: all that can be
  std::int64_t max_bytes = std::int64_t{1} << 28;  ///< of the counts that are kept
  /// A row of n values has n² pairs. Of a longer row this many values, drawn at random, are counted,
  /// as if it held no others.
  std::int64_t max_row_values = 1000;
  bool leading = false;  ///< count, too, how often each value comes first in its cell
  std::uint64_t seed = 1;
  /// Called now and then while rows are counted; what it throws ends that. May be empty.
  std::function<void()> on_progress{};
};

/// How often values lie in one row: co(c, t) of a value c with the values t of the target features,
/// between features and between the members of one bag, and n_c, the rows that hold c. Sparse.
class Memory {
 public:
  /// Counts the rows of an encoded table on the CPU. Within `max_bytes` the pairs with the largest
  /// counts are kept (see `count_pairs`). Throws Error for an option out of range.
  Memory(const data::Dataset& rows, const Values& values, const MemoryOptions& options = {});

  /// What `tensors` gave. Throws Error `WHERE: expected …` when they make no memory.
  Memory(const NamedTensors& tensors, std::string_view where);

  /// What is remembered, by name.
  NamedTensors tensors() const;

  /// Throws Error unless these are counts of values such as `values` holds.
  void check(const Values& values) const;

  /// The values t of one feature that were seen with c, ascending, with co(c, t).
  class Pairs {
   public:
    Pairs(std::span<const std::int32_t> ids, std::span<const std::int32_t> counts,
          std::int32_t first)
        : ids_(ids), counts_(counts), first_(first) {}
    std::size_t size() const { return ids_.size(); }
    std::size_t value(std::size_t i) const { return static_cast<std::size_t>(ids_[i] - first_); }
    double count(std::size_t i) const { return counts_[i]; }

   private:
    std::span<const std::int32_t> ids_;
    std::span<const std::int32_t> counts_;
    std::int32_t first_;
  };
  Pairs pairs(std::int32_t target_feature, std::int32_t feature, std::int32_t value) const;

  /// n_c: rows that hold the value.
  double holding(std::int32_t feature, std::int32_t value) const {
    return holding_[id_of(feature, value)];
  }
  /// n_t of all values of a feature.
  std::span<const std::int32_t> holding(std::int32_t feature) const {
    return of_feature(holding_, feature);
  }

  /// In how many cells each value of a feature comes first; empty when that was not counted.
  std::span<const std::int32_t> leading(std::int32_t feature) const {
    return leading_.empty() ? std::span<const std::int32_t>() : of_feature(leading_, feature);
  }

  std::int64_t rows() const { return rows_; }
  std::int64_t dropped() const { return pairs_.dropped; }  ///< pairs that did not fit

 private:
  std::span<const std::int32_t> of_feature(const std::vector<std::int32_t>& numbers,
                                           std::int32_t feature) const;
  std::size_t id_of(std::int32_t feature, std::int32_t value) const {
    return static_cast<std::size_t>(first_[static_cast<std::size_t>(feature)]) +
           static_cast<std::size_t>(value);
  }

  // Values of all features have ids in one range: first_[feature] + value.
  std::vector<std::int32_t> first_;    // [features + 1]
  std::vector<std::int32_t> holding_;  // [ids]
  std::vector<std::int32_t> leading_;  // [ids] or empty
  PairCounts pairs_;
  std::int64_t rows_ = 0;
};

}  // namespace feat2vec::reading
