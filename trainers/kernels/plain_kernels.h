#pragma once

// The kernels of plain models: blocks of examples of plain_example.h. Included by target.cpp alone.

#include "feat2vec/prefetch.h"
#include "trainers/kernels/kernels.h"
#include "trainers/kernels/plain_example.h"
#include "trainers/kernels/row_sums.h"

namespace feat2vec::trainers::kernels::FEAT2VEC_TARGET {

constexpr std::int32_t kAhead = 8;  ///< examples between the prefetch of a row and its use

/// Asks for the rows of examples to come, and with `kState` for what the rule remembers of them. Rows of
/// one line in thirds, between the parts of the work on an example: memory fetches only so many at once,
/// and who asks for more waits. Of longer rows, whose lines follow each other, at once is better.
template <class T, int kFixed, bool kState>
class RowsAhead {
 public:
  explicit RowsAhead(const PlainBlock<T>& block)
      : block_(block), width_(block.model.features + block.noise_rows) {
    ask_until(std::int64_t{kAhead} * width_);
  }

  /// To be called before the work on example `i` and in it: asks for one, two, three thirds of the rows of
  /// the example that is kAhead after it.
  [[gnu::always_inline]] void during(std::int32_t i, std::int32_t third) {
    const std::int32_t rows = kFixed == 1 ? width_ * third / 3 : width_;
    ask_until((std::int64_t{i + kAhead} * width_) + rows);
  }

 private:
  [[gnu::always_inline]] void ask_until(std::int64_t wanted) {
    const std::int64_t all = std::int64_t{block_.count} * width_;
    for (const std::int64_t end = wanted < all ? wanted : all; next_ < end; ++next_) {
      prefetch_row(block_.model, block_.ids[next_]);
      if constexpr (kState) prefetch_state(block_.model, block_.ids[next_]);
    }
  }

  const PlainBlock<T>& block_;
  std::int32_t width_;
  std::int64_t next_ = 0;  ///< row of the block
};

template <class T, int kFixed>
inline void plain_score_fixed(const PlainBlock<T>& block, const PlainGradient<T>* gradient) {
  const ModelView<T>& model = block.model;
  const std::int32_t width = model.features + block.noise_rows;
  PlainExample<T, kFixed> example(model, block.noise_rows, block.scratch);
  T* own = block.scratch + PlainExample<T, kFixed>::scratch_size(model, block.noise_rows);
  RowsAhead<T, kFixed, false> ahead(block);
  for (std::int32_t i = 0; i < block.count; ++i) {
    ahead.during(i, 1);
    const std::int32_t* ids = block.ids + (std::int64_t{i} * width);
    const std::int64_t number = gradient == nullptr ? 0 : gradient->first_example + i;
    T* context = gradient == nullptr ? own : gradient->contexts + (number * 2 * model.stride);
    T* residuals = gradient == nullptr ? own + model.stride
                                       : gradient->residuals + (number * gradient->residual_stride);
    block.losses[i] =
        example.score(ids, block.log_noise + (std::int64_t{i} * (1 + block.noise_rows)),
                      shared_logit(model, block.groups[i]),
                      block.weights == nullptr ? T{1} : block.weights[i], context, residuals);
    ahead.during(i, 2);
    if (gradient == nullptr) continue;
    example.pull(ids, residuals, context + model.stride);
    ahead.during(i, 3);
    std::uint64_t* entries = gradient->entries + (number * width);
    const auto first = static_cast<std::uint32_t>(number * gradient->residual_stride);
    const std::int32_t outside = model.features - 1;
    const auto total = static_cast<std::uint32_t>(1 + block.noise_rows);
    for (std::int32_t j = 0; j < outside; ++j)
      entries[j] = pack_plain_entry(ids[j], true, first + total);
    for (std::int32_t j = outside; j < width; ++j)
      entries[j] = pack_plain_entry(ids[j], false, first + static_cast<std::uint32_t>(j - outside));
  }
}

template <class T, int kFixed>
inline void plain_async_fixed(const PlainBlock<T>& block, const RuleView<T>& rule) {
  const ModelView<T>& model = block.model;
  const std::int32_t width = model.features + block.noise_rows;
  PlainExample<T, kFixed> example(model, block.noise_rows, block.scratch);
  T* context = block.scratch + PlainExample<T, kFixed>::scratch_size(model, block.noise_rows);
  T* pull = context + model.stride;
  T* residuals = pull + model.stride;
  RowsAhead<T, kFixed, true> ahead(block);
  for (std::int32_t i = 0; i < block.count; ++i) {
    ahead.during(i, 1);
    const std::int32_t* ids = block.ids + (std::int64_t{i} * width);
    block.losses[i] =
        example.score(ids, block.log_noise + (std::int64_t{i} * (1 + block.noise_rows)),
                      shared_logit(model, block.groups[i]),
                      block.weights == nullptr ? T{1} : block.weights[i], context, residuals);
    ahead.during(i, 2);
    if (!__builtin_isfinite(block.losses[i].loss)) continue;
    example.pull(ids, residuals, pull);
    ahead.during(i, 3);
    example.update(rule, ids, context, pull, residuals);
    step_shared(model, rule, block.groups[i], static_cast<T>(block.losses[i].residual));
  }
}

/// Sums the gradient of the row whose entries start at `i` into `sum`, and moves `i` past them.
template <class T, class Lines>
[[gnu::always_inline]] inline void sum_plain_gradient(const ModelView<T>& model,
                                                      const PlainGradient<T>& gradient,
                                                      const std::uint64_t* entries,
                                                      std::int64_t count, std::int64_t& i,
                                                      Lines& sum) {
  constexpr int kScalars = Line<T>::kScalars;
  constexpr std::int64_t kLookAhead = 12;
  const auto residual_stride = static_cast<std::uint32_t>(gradient.residual_stride);
  const std::int32_t row = row_of_entry(entries[i]);
  set_zero<T>(sum);
  T own = 0;
  for (; i < count && row_of_entry(entries[i]) == row; ++i) {
    if (i + kLookAhead < count) {
      const std::int32_t next = row_of_entry(entries[i + kLookAhead]);
      prefetch_row(model, next);
      prefetch_state(model, next);
    }
    const auto low = static_cast<std::uint32_t>(entries[i]);
    const bool outside = (low >> 31U) != 0;
    const std::uint32_t residual = low & 0x7FFFFFFFU;
    const T share = gradient.residuals[residual];
    const T* context =
        gradient.contexts + (std::int64_t{residual / residual_stride} * 2 * model.stride);
    add_to(sum, share, context);
    if (!outside) continue;
    own += share;
    for (int l = 0; l < sum.count(); ++l)
      sum.set(l, sum.get(l) + Line<T>::load(context + model.stride + (l * kScalars)));
  }
  add_to<T>(sum, -own, model.weights.value + (std::int64_t{row} * model.stride));
}

template <class T, int kFixed>
inline void plain_update_fixed(const ModelView<T>& model, const RuleView<T>& rule,
                               const std::uint64_t* entries, std::int64_t count,
                               const PlainGradient<T>& gradient, T* scratch) {
  for (std::int64_t i = 0; i < count;)
    step_sum<kFixed>(model, rule, row_of_entry(entries[i]), scratch, [&](auto& sum) {
      sum_plain_gradient(model, gradient, entries, count, i, sum);
    });
}

template <class T>
inline void plain_score(const PlainBlock<T>& block, const PlainGradient<T>* gradient) {
  for_lines(block.model,
            [&](auto lines) { plain_score_fixed<T, decltype(lines)::kCount>(block, gradient); });
}

template <class T>
inline void plain_async(const PlainBlock<T>& block, const RuleView<T>& rule) {
  for_lines(block.model,
            [&](auto lines) { plain_async_fixed<T, decltype(lines)::kCount>(block, rule); });
}

template <class T>
inline void plain_update(const ModelView<T>& model, const RuleView<T>& rule,
                         const std::uint64_t* entries, std::int64_t count,
                         const PlainGradient<T>& gradient, T* scratch) {
  for_lines(model, [&](auto lines) {
    plain_update_fixed<T, decltype(lines)::kCount>(model, rule, entries, count, gradient, scratch);
  });
}

/// Scratch of one example, then C, H and the residuals.
template <class T>
inline std::int64_t plain_scratch_size(const ModelView<T>& model, std::int32_t noise_rows) {
  return PlainExample<T, 0>::scratch_size(model, noise_rows) + (2 * model.stride) +
         residual_count<T>(noise_rows);
}

}  // namespace feat2vec::trainers::kernels::FEAT2VEC_TARGET
