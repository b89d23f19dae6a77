#pragma once

#include <cstdint>
#include <vector>

#include "trainers/kernels/context_block.h"

namespace feat2vec::trainers::kernels {

/// The examples of some targets, in memory of their own that is used again. Fields as in ContextBlock.
template <class T>
struct ContextExamples {
  std::vector<std::int32_t> groups;
  std::vector<std::int32_t> candidates;
  std::vector<std::int32_t> example_begin;
  std::vector<std::int32_t> sum_begin;
  std::vector<SumTerm<T>> terms;
  std::vector<T> corrections;
  std::vector<T> weights;  ///< empty: 1
  bool pairs = false;      ///< as in ContextBlock

  void clear() {
    groups.clear();
    candidates.clear();
    example_begin.assign(1, 0);
    sum_begin.assign(1, 0);
    terms.clear();
    corrections.clear();
    weights.clear();
    pairs = false;
  }

  std::int32_t count() const { return static_cast<std::int32_t>(groups.size()); }
  std::int64_t term_count() const { return sum_begin.back(); }
  std::int32_t contexts(std::int32_t i) const {
    const auto e = static_cast<std::size_t>(i);
    return example_begin[e + 1] - example_begin[e] - candidates[e];
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
