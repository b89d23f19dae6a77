#pragma once

// Included by target.cpp alone.

#include "feat2vec/prefetch.h"
#include "trainers/kernels/row_vectors.h"

namespace feat2vec::trainers::kernels::FEAT2VEC_TARGET {

/// Asks memory for the rows of a block, and with `kState` for what the rule remembers of them, some time
/// before the examples that have them are in work.
template <class T, bool kState>
class RowPrefetch {
 public:
  struct Row {
    std::int32_t row;
    bool biased;
  };

  /// Of the rows numbered begin … end.
  RowPrefetch(const ModelView<T>& model, std::int64_t begin, std::int64_t end)
      : model_(model), next_(begin), end_(end) {
    constexpr std::int64_t kBytesAhead = 16384;  // four times as many are level
    constexpr std::int64_t kMostAhead = 64;
    const std::int64_t fit = kBytesAhead / (model.stride * static_cast<std::int64_t>(sizeof(T)));
    ahead_ = fit < kMostAhead ? fit : kMostAhead;
  }

  /// To be called before the work on the rows up to number `work_end`; `row_at(number)` gives a Row.
  template <class RowAt>
  [[gnu::always_inline]] void before(std::int64_t work_end, const RowAt& row_at) {
    const std::int64_t wanted = work_end + ahead_;
    for (const std::int64_t to = wanted < end_ ? wanted : end_; next_ < to; ++next_)
      ask(row_at(next_));
  }

 private:
  [[gnu::always_inline]] void ask(const Row& wanted) const {
    prefetch_row(model_, wanted.row);
    if constexpr (kState) prefetch_state(model_, wanted.row);
    if (!wanted.biased) return;
    prefetch(model_.scalars.value + wanted.row);
    if constexpr (kState)
      if (model_.scalars.first != nullptr) prefetch(model_.scalars.first + wanted.row);
  }

  const ModelView<T>& model_;
  std::int64_t next_;
  std::int64_t end_;
  std::int64_t ahead_;
};

}  // namespace feat2vec::trainers::kernels::FEAT2VEC_TARGET
