#pragma once

// The kernels of any model: blocks of examples of general_example.h. Included by target.cpp alone.

#include "trainers/kernels/general_example.h"
#include "trainers/kernels/kernels.h"
#include "trainers/kernels/row_update.h"

namespace feat2vec::trainers::kernels::FEAT2VEC_TARGET {

constexpr std::int32_t kRowsAhead = 4;    ///< examples between the prefetch of rows and their use
constexpr std::int32_t kTermsAhead = 8;   ///< of the terms that tell which rows
constexpr std::int32_t kCellsAhead = 16;  ///< of what tells where the terms are

template <class T>
inline T general_weight(const GeneralBlock<T>& block, std::int32_t i) {
  return block.row_weights == nullptr ? T{1} : block.row_weights[block.draw.rows[i]];
}

template <class T>
inline void general_count(const GeneralBlock<T>& block, std::int64_t* counts) {
  for (std::int32_t i = 0; i < block.count; ++i)
    prefetch_cells(block.model, block.observed, block.supply, block.draw, i);
  for (std::int32_t i = 0; i < block.count; ++i)
    counts[i] = count_occurrences(block.model, block.observed, block.supply, block.draw, i);
}

/// Whether the rows of the table are so few that they are in the cache anyway.
template <class T>
inline bool is_small(const ModelView<T>& model) {
  constexpr std::int64_t kBytes = std::int64_t{1} << 18U;
  return model.rows * model.stride * static_cast<std::int64_t>(sizeof(T)) <= kBytes;
}

/// Asks for what the examples after `i` need, step by step: of one far away what tells where its terms
/// are, of a nearer one the terms, and then the rows.
template <class T>
inline void prefetch_after(const GeneralBlock<T>& block, std::int32_t i) {
  const auto ask = [&](std::int32_t ahead, auto prefetch_what) {
    if (i + ahead >= 0 && i + ahead < block.count)
      prefetch_what(block.model, block.observed, block.supply, block.draw, i + ahead);
  };
  ask(kCellsAhead, prefetch_cells<T>);
  ask(kTermsAhead, prefetch_terms<T>);
  if (!is_small(block.model)) ask(kRowsAhead, prefetch_rows<T>);
}

/// Asks for what the first examples of a block need.
template <class T>
inline void prefetch_first(const GeneralBlock<T>& block) {
  for (std::int32_t i = -kCellsAhead; i < 0; ++i) prefetch_after(block, i);
}

template <class T, int kFixed>
inline void general_score_fixed(const GeneralBlock<T>& block, const GeneralGradient<T>* gradient) {
  const ModelView<T>& model = block.model;
  using Example = GeneralExample<T, kFixed>;
  Example example(model, block.observed, block.supply, block.draw, block.scratch);
  T* context = block.scratch + Example::scratch_size(model, block.draw.noise_rows);
  const std::int64_t slot_count = Example::slot_count(model, block.draw.noise_rows);
  prefetch_first(block);
  for (std::int32_t i = 0; i < block.count; ++i) {
    prefetch_after(block, i);
    if (gradient == nullptr) {
      block.losses[i] = example.score(i, general_weight(block, i), context);
      continue;
    }
    const std::int64_t first_slot = (gradient->first_example + i) * slot_count;
    T* slots = gradient->slots + (first_slot * model.stride);
    block.losses[i] = example.score(i, general_weight(block, i), slots);
    example.emit(slots, static_cast<std::int32_t>(first_slot),
                 gradient->occurrences + gradient->begin[i]);
  }
}

/// Adds what an occurrence gives to its row's gradient, but for the row itself, whose factor it returns.
template <class T, class Lines>
[[gnu::always_inline]] inline T add_occurrence(const Occurrence<T>& o, const T* slots, Lines& sum) {
  const bool outside = o.slot < 0;
  const std::int64_t stride = std::int64_t{sum.count()} * Line<T>::kScalars;
  add_to(sum, outside ? T{1} : o.vector, slots + ((outside ? ~o.slot : o.slot) * stride));
  return outside ? -o.vector : T{0};
}

template <class T>
[[gnu::always_inline]] inline const T* row_of(const ModelView<T>& model, std::int32_t row) {
  return model.weights.value + (std::int64_t{row} * model.stride);
}

template <class T, int kFixed>
inline void general_async_fixed(const GeneralBlock<T>& block, const RuleView<T>& rule,
                                Occurrence<T>* occurrences, T* slots) {
  const ModelView<T>& model = block.model;
  using Example = GeneralExample<T, kFixed>;
  Example example(model, block.observed, block.supply, block.draw, block.scratch);
  T* gradient =
      slots + (std::int64_t{Example::slot_count(model, block.draw.noise_rows)} * model.stride);
  prefetch_first(block);
  for (std::int32_t i = 0; i < block.count; ++i) {
    prefetch_after(block, i);
    block.losses[i] = example.score(i, general_weight(block, i), slots);
    if (!__builtin_isfinite(block.losses[i].loss)) continue;
    const Occurrence<T>* end = example.emit(slots, 0, occurrences);
    for (const Occurrence<T>* o = occurrences; o != end; ++o) {
      step_sum<kFixed>(model, rule, o->row, gradient, [&](auto& sum) {
        set_zero<T>(sum);
        const T own = add_occurrence(*o, slots, sum);
        add_to(sum, own, row_of(model, o->row));
      });
      if (o->bias != 0) update_scalar(rule, model.scalars, o->row, o->bias);
    }
    step_shared(model, rule, block.draw.groups[i], static_cast<T>(block.losses[i].residual));
  }
}

/// The gradient of a step: entries sorted by row, and what they are summed from.
template <class T>
struct SortedGradient {
  const std::uint64_t* entries;
  std::int64_t count;
  const Occurrence<T>* occurrences;
  const T* slots;
  bool rows_are_near;  ///< see `is_small`

  const Occurrence<T>& occurrence(std::int64_t i) const {
    return occurrences[static_cast<std::uint32_t>(entries[i])];
  }
  std::int32_t row(std::int64_t i) const { return row_of_entry(entries[i]); }
};

/// Asks for what entries to come after `i` are summed from: of one further away its occurrence, of one
/// nearer the slot that it names, the row, and what the rule remembers of it. Occurrences and slots were
/// just written.
template <class T>
[[gnu::always_inline]] inline void prefetch_entries(const ModelView<T>& model,
                                                    const SortedGradient<T>& gradient,
                                                    std::int64_t i, std::int32_t stride) {
  constexpr std::int64_t kNear = 8;
  constexpr std::int64_t kFar = 2 * kNear;
  if (i + kFar >= gradient.count) return;
  prefetch<CacheLevel::kFirst>(&gradient.occurrence(i + kFar));
  const std::int32_t slot = gradient.occurrence(i + kNear).slot;
  prefetch_vector<CacheLevel::kFirst>(
      gradient.slots + (std::int64_t{slot < 0 ? ~slot : slot} * stride), stride);
  if (gradient.rows_are_near) return;
  prefetch_row(model, gradient.row(i + kNear));
  prefetch_state(model, gradient.row(i + kNear));
}

/// Sums the gradient of the row whose entries start at `i` into `sum`, steps its bias, and moves `i`
/// past them.
template <class T, class Lines>
[[gnu::always_inline]] inline void sum_general_gradient(const ModelView<T>& model,
                                                        const RuleView<T>& rule,
                                                        const SortedGradient<T>& gradient,
                                                        std::int64_t& i, Lines& sum) {
  const std::int32_t row = gradient.row(i);
  set_zero<T>(sum);
  T own = 0;
  T bias = 0;
  bool biased = false;
  for (; i < gradient.count && gradient.row(i) == row; ++i) {
    prefetch_entries(model, gradient, i, sum.count() * Line<T>::kScalars);
    const Occurrence<T>& o = gradient.occurrence(i);
    own += add_occurrence(o, gradient.slots, sum);
    bias += o.bias;
    biased = biased || o.bias != 0;
  }
  if (own != 0) add_to(sum, own, row_of(model, row));
  if (biased) update_scalar(rule, model.scalars, row, bias);
}

template <int kFixed, class T>
inline void general_update_fixed(const ModelView<T>& model, const RuleView<T>& rule,
                                 const SortedGradient<T>& gradient, T* scratch) {
  for (std::int64_t i = 0; i < gradient.count;)
    step_sum<kFixed>(model, rule, gradient.row(i), scratch,
                     [&](auto& sum) { sum_general_gradient(model, rule, gradient, i, sum); });
}

template <class T>
inline void general_score(const GeneralBlock<T>& block, const GeneralGradient<T>* gradient) {
  for_lines(block.model,
            [&](auto lines) { general_score_fixed<T, decltype(lines)::kCount>(block, gradient); });
}

template <class T>
inline void general_async(const GeneralBlock<T>& block, const RuleView<T>& rule,
                          Occurrence<T>* occurrences, T* slots) {
  for_lines(block.model, [&](auto lines) {
    general_async_fixed<T, decltype(lines)::kCount>(block, rule, occurrences, slots);
  });
}

template <class T>
inline void general_update(const ModelView<T>& model, const RuleView<T>& rule,
                           const std::uint64_t* entries, std::int64_t count,
                           const Occurrence<T>* occurrences, const T* slots, T* scratch) {
  const SortedGradient<T> gradient{entries, count, occurrences, slots, is_small(model)};
  for_lines(model, [&](auto lines) {
    general_update_fixed<decltype(lines)::kCount>(model, rule, gradient, scratch);
  });
}

/// Scratch of one example, then C.
template <class T>
inline std::int64_t general_scratch_size(const ModelView<T>& model, std::int32_t noise_rows) {
  return GeneralExample<T, 0>::scratch_size(model, noise_rows) + model.stride;
}

}  // namespace feat2vec::trainers::kernels::FEAT2VEC_TARGET
