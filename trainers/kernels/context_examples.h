#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "trainers/kernels/context_block.h"
#include "trainers/kernels/pair_block.h"
#include "trainers/kernels/tape.h"

namespace feat2vec::trainers::kernels {

/// The examples of some targets, in memory of their own that is used again. Fields as in ContextBlock, or
/// where all are pairs as in PairBlock.
template <class T>
struct ContextExamples {
  bool pairs = false;
  Tape<std::int32_t> groups;
  Tape<std::int32_t> candidates;
  Tape<std::int32_t> example_begin;
  Tape<T> corrections;
  Tape<std::int32_t> sum_begin;  ///< not of pairs
  Tape<SumTerm<T>> terms;        ///< not of pairs
  Tape<std::int32_t> rows;       ///< of pairs
  Tape<std::uint8_t> biased;     ///< of pairs

  // Of all examples together, and the most that one has.
  std::int64_t slots = 0;
  std::int32_t most_slots = 0;
  std::int32_t most_terms = 0;
  std::int32_t most_sums = 0;
  std::int32_t most_logits = 0;

  void clear(bool of_pairs) {
    pairs = of_pairs;
    for (Tape<std::int32_t>* tape : {&groups, &candidates, &example_begin, &sum_begin, &rows})
      tape->clear();
    example_begin.push_back(0);
    sum_begin.push_back(0);
    corrections.clear();
    terms.clear();
    biased.clear();
    slots = 0;
    most_slots = most_terms = most_sums = most_logits = 0;
  }

  void begin_example(std::int32_t group) {
    groups.push_back(group);
    candidates.push_back(0);
  }
  /// Ends a sum whose terms have been added.
  void end_sum(T correction) {
    corrections.push_back(correction);
    sum_begin.push_back(static_cast<std::int32_t>(terms.size()));
  }
  /// Ends an example whose sums have been, or rows where it is a pair.
  void end_example() {
    const std::int32_t begin = example_begin.back();
    const auto end = static_cast<std::int32_t>(corrections.size());
    example_begin.push_back(end);
    const std::int32_t own = candidates.back();
    const std::int32_t contexts = end - begin - own;
    const std::int32_t own_slots = context_slots(own, contexts);
    slots += own_slots;
    most_slots = std::max(most_slots, own_slots);
    most_sums = std::max(most_sums, end - begin);
    most_terms = std::max(most_terms, pairs ? end - begin : sum_begin[end] - sum_begin[begin]);
    most_logits = std::max(most_logits, context_logits(own, contexts));
  }
  /// To be called after the last example.
  void end() {
    if (!pairs) return;
    constexpr std::size_t kSpare = 7;  // that can be read
    std::fill_n(rows.extend(kSpare), kSpare, 0);
    std::fill_n(corrections.extend(kSpare), kSpare, T{0});
  }

  std::int32_t count() const { return static_cast<std::int32_t>(groups.size()); }
  std::int64_t term_count() const { return pairs ? example_begin.back() : sum_begin.back(); }
  std::int32_t contexts(std::int32_t i) const {
    return example_begin[i + 1] - example_begin[i] - candidates[i];
  }
};

/// Draws the examples of targets: a pure function of (epoch, targets), safe to call from many threads.
template <class T>
class ContextSource {
 public:
  ContextSource() = default;
  ContextSource(const ContextSource&) = delete;
  ContextSource& operator=(const ContextSource&) = delete;
  virtual ~ContextSource() = default;

  virtual void draw(const std::int64_t* targets, std::int32_t count, std::uint32_t epoch,
                    ContextExamples<T>& out) const = 0;
};

}  // namespace feat2vec::trainers::kernels
