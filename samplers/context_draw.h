#pragma once

#include <cstdint>
#include <vector>

#include "samplers/value_noise.h"

namespace feat2vec::samplers {

/// What a vector is made of: a value, or all cells of a feature in a row of the observed table or of the
/// supply.
struct Part {
  enum class From : std::uint8_t { kValue, kObserved, kSupply };

  From from = From::kValue;
  std::int32_t feature = 0;
  std::int64_t id = 0;  ///< of the value, or the row
};

/// Targets with their contexts and their noise. An example is a number of candidates, the first of
/// them the target, and a number of contexts: each candidate is scored against each context. Both are
/// vectors that are sums of parts: example i has the sums example_begin[i] … example_begin[i + 1], first
/// its candidates, and sum s has the parts sum_begin[s] … sum_begin[s + 1].
struct ContextDraw {
  std::vector<std::int64_t> rows;           ///< [n], the observed row of each example
  std::vector<std::int32_t> groups;         ///< [n], sampling group of the target
  std::vector<std::uint8_t> whole;          ///< [n], whether all values are candidates: no noise
  std::vector<std::int32_t> candidates;     ///< [n]
  std::vector<std::int32_t> example_begin;  ///< [n + 1]
  std::vector<std::int32_t> sum_begin;      ///< [sums + 1]
  std::vector<float> scales;                ///< [sums], factor of each sum
  std::vector<float> log_probs;             ///< [sums], log P2 of a candidate; 0 of a context
  std::vector<Part> parts;

  std::int32_t examples() const { return static_cast<std::int32_t>(groups.size()); }
  std::int32_t contexts(std::int32_t example) const {
    const auto i = static_cast<std::size_t>(example);
    return example_begin[i + 1] - example_begin[i] - candidates[i];
  }

  void clear();
  void begin_example(std::int64_t row, std::int32_t group, bool is_whole);
  /// Begins a sum with its factor; parts are added, and it ends as a candidate or a context.
  void begin_sum(double scale) { scales.push_back(static_cast<float>(scale)); }
  void add_value(std::int32_t feature, std::int32_t value) {
    parts.push_back({Part::From::kValue, feature, value});
  }
  void add_cell(Part::From from, std::int32_t feature, std::int64_t row) {
    parts.push_back({from, feature, row});
  }
  void end_candidate(double log_prob);
  void end_context();
  void end_example() { example_begin.push_back(static_cast<std::int32_t>(scales.size())); }
};

}  // namespace feat2vec::samplers
