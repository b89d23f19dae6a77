#pragma once

// The kernels of candidates and contexts: blocks of examples of context_example.h. Included by
// target.cpp alone.

#include "feat2vec/prefetch.h"
#include "trainers/kernels/context_example.h"
#include "trainers/kernels/row_update.h"
#include "trainers/kernels/row_vectors.h"

namespace feat2vec::trainers::kernels::FEAT2VEC_TARGET {

/// Asks memory for rows, and with `kState` for what the rule remembers of them, some time before the
/// examples that have them are in work.
template <class T, bool kState>
class TermPrefetch {
 public:
  TermPrefetch(const ModelView<T>& model, const ContextBlock<T>& block)
      : model_(model),
        block_(block),
        next_(block.first_term(0)),
        end_(block.first_term(block.count)) {
    constexpr std::int64_t kBytesAhead = 16384;  // half of the nearest cache
    constexpr std::int64_t kMostAhead = 64;
    const std::int64_t fit = kBytesAhead / (model.stride * static_cast<std::int64_t>(sizeof(T)));
    ahead_ = fit < kMostAhead ? fit : kMostAhead;
  }

  /// To be called before the work on example `i`.
  void before(std::int32_t i) {
    const std::int64_t example_end = block_.first_term(i + 1);
    const std::int64_t wanted = example_end + ahead_;
    for (const std::int64_t to = wanted < end_ ? wanted : end_; next_ < to; ++next_)
      ask(block_.terms[next_]);
  }

 private:
  void ask(const SumTerm<T>& term) const {
    prefetch_start(model_, term.row);
    if constexpr (kState) prefetch_state(model_, term.row);
    if (term.bias == T{0}) return;
    prefetch(model_.scalars.value + term.row);
    if constexpr (kState)
      if (model_.scalars.first != nullptr) prefetch(model_.scalars.first + term.row);
  }

  const ModelView<T>& model_;
  const ContextBlock<T>& block_;
  std::int64_t next_;
  std::int64_t end_;
  std::int64_t ahead_;
};

template <class T>
inline std::int64_t context_scratch_size(const ModelView<T>& model, std::int32_t most_sums,
                                         std::int32_t most_logits) {
  return ContextExample<T>::scratch_size(model, most_sums, most_logits);
}

template <class T>
inline void context_score(const ModelView<T>& model, const ContextBlock<T>& block,
                          const ContextGradient<T>* gradient) {
  ContextExample<T> example(model, block);
  TermPrefetch<T, false> rows(model, block);
  std::int32_t slot = 0;
  for (std::int32_t i = 0; i < block.count; ++i) {
    rows.before(i);
    block.losses[i] = example.score(i);
    if (gradient == nullptr) continue;
    example.emit(gradient->slots + (std::int64_t{slot} * model.stride), gradient->first_slot + slot,
                 gradient->occurrences + (block.first_term(i) - block.first_term(0)));
    slot += context_slots(block.candidates[i], block.contexts(i));
  }
}

/// Steps the rows of one example by row-wise Adagrad, from the slots that they share: four factors at a
/// time, then the rows.
template <class T>
inline void step_rows(const ModelView<T>& model, const RuleView<T>& rule,
                      const Occurrence<T>* occurrences, std::int64_t count, const T* slots) {
  const T by_dim = T{1} / static_cast<T>(model.dim);
  std::int32_t slot = -1;
  T squares = 0;
  for (std::int64_t first = 0; first < count; first += 4) {
    const Occurrence<T>* o = occurrences + first;
    const int some = count - first < 4 ? static_cast<int>(count - first) : 4;
    Four<T> sums{1, 1, 1, 1};
    // One after the other, for an example may hold a row twice.
    for (int j = 0; j < some; ++j) {
      if (o[j].slot != slot)
        squares = sum(squares_of(slots + (std::int64_t{o[j].slot} * model.stride), model.stride));
      slot = o[j].slot;
      T& a = model.weights.first[o[j].row];
      a += o[j].vector * o[j].vector * squares * by_dim;
      sums[j] = a;
    }
    const Four<T> rates = -rule.rate / (square_root<T>(sums) + rule.epsilon);
    for (int j = 0; j < some; ++j)
      add_scaled(model.weights.value + (std::int64_t{o[j].row} * model.stride),
                 rates[j] * o[j].vector, slots + (std::int64_t{o[j].slot} * model.stride),
                 model.stride);
  }
}

template <class T>
inline void step_biases(const ModelView<T>& model, const RuleView<T>& rule,
                        const Occurrence<T>* occurrences, std::int64_t count) {
  for (std::int64_t t = 0; t < count; ++t)
    if (occurrences[t].bias != 0)
      update_scalar(rule, model.scalars, occurrences[t].row, occurrences[t].bias);
}

/// The same by any rule, a row at a time, and their biases; `gradient` [stride] is overwritten.
template <class T>
inline void step_rows_by_rule(const ModelView<T>& model, const RuleView<T>& rule,
                              const Occurrence<T>* occurrences, std::int64_t count, const T* slots,
                              T* gradient) {
  for (std::int64_t t = 0; t < count; ++t) {
    const Occurrence<T>& o = occurrences[t];
    clear(gradient, model.stride);
    add_scaled(gradient, o.vector, slots + (std::int64_t{o.slot} * model.stride), model.stride);
    update_row(rule, model.weights, o.row, gradient, model.dim, model.stride);
  }
  step_biases(model, rule, occurrences, count);
}

/// `slots`: of any one example, and one more; `occurrences`: of any one.
template <class T>
inline void context_async(const ModelView<T>& model, const ContextBlock<T>& block,
                          const RuleView<T>& rule, Occurrence<T>* occurrences, T* slots) {
  const bool usual = rule.rule == Rule::kRowAdagrad && rule.weight_decay == 0;
  ContextExample<T> example(model, block);
  TermPrefetch<T, true> rows(model, block);
  T* gradient = slots;
  slots += model.stride;
  for (std::int32_t i = 0; i < block.count; ++i) {
    rows.before(i);
    block.losses[i] = example.score(i);
    if (!__builtin_isfinite(block.losses[i].loss)) continue;
    example.emit(slots, 0, occurrences);
    const std::int64_t terms = block.first_term(i + 1) - block.first_term(i);
    if (usual) {
      step_rows(model, rule, occurrences, terms, slots);
      step_biases(model, rule, occurrences, terms);
    } else {
      step_rows_by_rule(model, rule, occurrences, terms, slots, gradient);
    }
    if (!model.softmax)
      step_shared(model, rule, block.groups[i], static_cast<T>(block.losses[i].residual));
  }
}

}  // namespace feat2vec::trainers::kernels::FEAT2VEC_TARGET
