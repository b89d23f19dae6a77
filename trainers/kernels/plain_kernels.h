#pragma once

// The kernels of plain models: blocks of examples of plain_example.h. Included by target.cpp alone.

#include "trainers/kernels/kernels.h"
#include "trainers/kernels/plain_example.h"
#include "feat2vec/prefetch.h"

namespace feat2vec::trainers::kernels::FEAT2VEC_TARGET {

constexpr std::int32_t kAhead = 8;  ///< examples between the prefetch of a row and its use

template <class T>
inline T plain_constant(const ModelView<T>& model, std::int32_t group) {
  T constant = model.group_offsets ? model.scalars.value[model.rows + group] : T{0};
  for (std::int32_t i = 0; i < model.constant_count; ++i)
    constant += model.scalars.value[model.constants[i]];
  return constant;
}

/// Asks for what the default rule remembers of a row. Other rules keep more, or nothing.
template <class T>
inline void prefetch_state(const ModelView<T>& model, std::int32_t row) {
  if (model.weights.first != nullptr) prefetch(model.weights.first + row);
}

/// Asks for the rows of an example, and with `kState` for what the rule remembers of them.
template <bool kState, class T>
inline void prefetch_example(const PlainBlock<T>& block, std::int32_t i) {
  if (i >= block.count) return;
  const ModelView<T>& model = block.model;
  const std::int32_t width = model.features + block.noise_rows;
  const std::int32_t* ids = block.ids + (std::int64_t{i} * width);
  for (std::int32_t j = 0; j < width; ++j) {
    const T* row = model.weights.value + (std::int64_t{ids[j]} * model.stride);
    for (std::int32_t at = 0; at < model.stride; at += Line<T>::kScalars) prefetch(row + at);
    if constexpr (kState) prefetch_state(model, ids[j]);
  }
}

template <class T, int kFixed>
inline void plain_score_fixed(const PlainBlock<T>& block, const PlainGradient<T>* gradient) {
  const ModelView<T>& model = block.model;
  const std::int32_t width = model.features + block.noise_rows;
  PlainExample<T, kFixed> example(model, block.noise_rows, block.scratch);
  T* own = block.scratch + PlainExample<T, kFixed>::scratch_size(model, block.noise_rows);
  for (std::int32_t i = 0; i < kAhead; ++i) prefetch_example<false>(block, i);
  for (std::int32_t i = 0; i < block.count; ++i) {
    prefetch_example<false>(block, i + kAhead);
    const std::int32_t* ids = block.ids + (std::int64_t{i} * width);
    const std::int64_t number = gradient == nullptr ? 0 : gradient->first_example + i;
    T* context = gradient == nullptr ? own : gradient->contexts + (number * 2 * model.stride);
    T* residuals = gradient == nullptr ? own + model.stride
                                       : gradient->residuals + (number * gradient->residual_stride);
    block.losses[i] =
        example.score(ids, block.log_noise + (std::int64_t{i} * (1 + block.noise_rows)),
                      plain_constant(model, block.groups[i]),
                      block.weights == nullptr ? T{1} : block.weights[i], context, residuals);
    if (gradient == nullptr) continue;
    example.pull(ids, residuals, context + model.stride);
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
  for (std::int32_t i = 0; i < kAhead; ++i) prefetch_example<true>(block, i);
  for (std::int32_t i = 0; i < block.count; ++i) {
    prefetch_example<true>(block, i + kAhead);
    const std::int32_t* ids = block.ids + (std::int64_t{i} * width);
    block.losses[i] =
        example.score(ids, block.log_noise + (std::int64_t{i} * (1 + block.noise_rows)),
                      plain_constant(model, block.groups[i]),
                      block.weights == nullptr ? T{1} : block.weights[i], context, residuals);
    if (!__builtin_isfinite(block.losses[i].loss)) continue;
    example.pull(ids, residuals, pull);
    example.update(rule, ids, context, pull, residuals);
    step_shared(model, rule, block.groups[i], static_cast<T>(block.losses[i].residual));
  }
}

/// Sums the gradient of the row whose entries start at `i` into `gradient` (`kLines` lines, or as many
/// as the model has), and moves `i` past them.
template <class T, class Lines>
[[gnu::always_inline]] inline void sum_gradient(const ModelView<T>& model,
                                                const PlainGradient<T>& gradient,
                                                const std::uint64_t* entries, std::int64_t count,
                                                std::int64_t& i, int lines, Lines& sum) {
  constexpr int kScalars = Line<T>::kScalars;
  constexpr std::int64_t kLookAhead = 12;
  const auto residual_stride = static_cast<std::uint32_t>(gradient.residual_stride);
  const std::int32_t row = row_of_entry(entries[i]);
  for (int l = 0; l < lines; ++l) sum.set(l, Line<T>::zero());
  T own = 0;
  for (; i < count && row_of_entry(entries[i]) == row; ++i) {
    if (i + kLookAhead < count) {
      const std::int64_t next = row_of_entry(entries[i + kLookAhead]);
      for (int l = 0; l < lines; ++l)
        prefetch(model.weights.value + (next * model.stride) + (l * kScalars));
      prefetch_state(model, row_of_entry(entries[i + kLookAhead]));
    }
    const auto low = static_cast<std::uint32_t>(entries[i]);
    const bool outside = (low >> 31U) != 0;
    const std::uint32_t residual = low & 0x7FFFFFFFU;
    const T share = gradient.residuals[residual];
    const T* context =
        gradient.contexts + (std::int64_t{residual / residual_stride} * 2 * model.stride);
    const Line<T> factor = Line<T>::broadcast(share);
    for (int l = 0; l < lines; ++l)
      sum.set(l, multiply_add(factor, Line<T>::load(context + (l * kScalars)), sum.get(l)));
    if (!outside) continue;
    own += share;
    for (int l = 0; l < lines; ++l)
      sum.set(l, sum.get(l) + Line<T>::load(context + model.stride + (l * kScalars)));
  }
  const T* w = model.weights.value + (std::int64_t{row} * model.stride);
  const Line<T> factor = Line<T>::broadcast(-own);
  for (int l = 0; l < lines; ++l)
    sum.set(l, multiply_add(factor, Line<T>::load(w + (l * kScalars)), sum.get(l)));
}

/// A row in registers, when its length is known.
template <class T, int kLines>
struct RegisterLines {
  Line<T> line[kLines];
  void set(int l, const Line<T>& value) { line[l] = value; }
  Line<T> get(int l) const { return line[l]; }
};

/// A row in memory.
template <class T>
struct MemoryLines {
  T* memory;
  void set(int l, const Line<T>& value) { value.store(memory + (l * Line<T>::kScalars)); }
  Line<T> get(int l) const { return Line<T>::load(memory + (l * Line<T>::kScalars)); }
};

/// The default rule with rows of a known length, all in registers.
template <class T, int kLines>
inline void plain_row_adagrad(const ModelView<T>& model, const RuleView<T>& rule,
                              const std::uint64_t* entries, std::int64_t count,
                              const PlainGradient<T>& gradient) {
  const auto dim = static_cast<T>(model.dim);
  for (std::int64_t i = 0; i < count;) {
    const std::int32_t row = row_of_entry(entries[i]);
    RegisterLines<T, kLines> g;
    sum_gradient(model, gradient, entries, count, i, kLines, g);
    Line<T> squares = g.line[0] * g.line[0];
    for (int l = 1; l < kLines; ++l) squares = multiply_add(g.line[l], g.line[l], squares);
    // The row of zeros has an accumulator of ∞, so it stays.
    const T factor = row_adagrad_factor(rule, sum(squares), dim, model.weights.first[row]);
    T* w = model.weights.value + (std::int64_t{row} * model.stride);
    for (int l = 0; l < kLines; ++l) {
      T* at = w + (l * Line<T>::kScalars);
      multiply_add(Line<T>::broadcast(-factor), g.line[l], Line<T>::load(at)).store(at);
    }
  }
}

template <class T, int kFixed>
inline void plain_update_fixed(const ModelView<T>& model, const RuleView<T>& rule,
                               const std::uint64_t* entries, std::int64_t count,
                               const PlainGradient<T>& gradient, T* scratch) {
  if constexpr (kFixed > 0)
    if (rule.rule == Rule::kRowAdagrad && rule.weight_decay == 0)
      return plain_row_adagrad<T, kFixed>(model, rule, entries, count, gradient);
  const int lines = kFixed > 0 ? kFixed : model.stride / Line<T>::kScalars;
  for (std::int64_t i = 0; i < count;) {
    const std::int32_t row = row_of_entry(entries[i]);
    MemoryLines<T> g{scratch};
    sum_gradient(model, gradient, entries, count, i, lines, g);
    if (row == model.null_row) continue;
    update_row(rule, model.weights, row, scratch, model.dim, model.stride);
  }
}

/// A number of lines that is known when compiling.
template <int kLines>
struct Fixed {
  static constexpr int kCount = kLines;
};

/// Calls `with(Fixed<n>)` for the n lines of a row when it is a usual one, else for 0: read it.
template <class T, class Call>
inline void for_lines(const ModelView<T>& model, Call with) {
  switch (model.stride / Line<T>::kScalars) {
    case 1:
      return with(Fixed<1>{});
    case 4:
      return with(Fixed<4>{});
    default:
      return with(Fixed<0>{});
  }
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
         PlainExample<T, 0>::residual_count(noise_rows);
}

}  // namespace feat2vec::trainers::kernels::FEAT2VEC_TARGET
