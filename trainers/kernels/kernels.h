#pragma once

#include <cstdint>

#include "trainers/kernels/context_block.h"
#include "trainers/kernels/occurrence.h"
#include "trainers/kernels/pair_block.h"
#include "trainers/kernels/views.h"

namespace feat2vec::trainers::kernels {

/// Instruction sets that the kernels are compiled for.
enum class Target : std::int32_t { kBaseline, kAvx2, kAvx512 };

/// Where the gradient of a general example goes.
template <class T>
struct GeneralGradient {
  T* slots = nullptr;                    ///< [examples, slot_count, stride]
  Occurrence<T>* occurrences = nullptr;  ///< of all examples
  const std::int64_t* begin = nullptr;   ///< [n + 1], where those of each example start
  std::int64_t first_example = 0;        ///< number of the block's first example
};

/// A block of examples of any model.
template <class T>
struct GeneralBlock {
  const ModelView<T>& model;
  const CellsView<T>& observed;
  const CellsView<T>& supply;
  DrawView draw;
  std::int32_t count = 0;
  const T* row_weights = nullptr;  ///< by observed row; null: 1
  T* scratch = nullptr;            ///< `scratch_size` scalars, 64-byte aligned
  ExampleLoss* losses = nullptr;   ///< [count]
};

/// Where the gradient of a plain example goes.
template <class T>
struct PlainGradient {
  T* contexts = nullptr;   ///< [examples, 2, stride]: C, then H
  T* residuals = nullptr;  ///< [examples, residual_stride]: δ of each candidate, then D
  std::int32_t residual_stride = 0;
  std::uint64_t* entries = nullptr;  ///< [count, F + K], see `pack_plain_entry`
  std::int64_t first_example = 0;
};

/// A block of examples of a plain model (plain_example.h).
template <class T>
struct PlainBlock {
  const ModelView<T>& model;
  std::int32_t noise_rows = 0;
  std::int32_t count = 0;
  /// [count, F + K]: outside rows, the target, noise rows; and 3 more rows that can be read.
  const std::int32_t* ids = nullptr;
  const float* log_noise = nullptr;      ///< [count, 1 + K], and 7 more that can be read
  const std::int32_t* groups = nullptr;  ///< [count]
  const T* weights = nullptr;            ///< [count]; null: 1
  T* scratch = nullptr;
  ExampleLoss* losses = nullptr;
};

/// One occurrence of a row as a sort key: the row in the upper half; below it whether the row is an
/// outside one, and which residual is its factor, example·residual_stride + position.
[[gnu::always_inline]] inline std::uint64_t pack_plain_entry(std::int32_t row, bool outside,
                                                             std::uint32_t residual) {
  return (static_cast<std::uint64_t>(static_cast<std::uint32_t>(row)) << 32U) |
         (outside ? std::uint64_t{1} << 31U : 0U) | residual;
}
[[gnu::always_inline]] inline std::int32_t row_of_entry(std::uint64_t entry) {
  return static_cast<std::int32_t>(entry >> 32U);
}

/// The kernels for one target. All are reentrant; none allocates or throws.
template <class T>
struct Kernels {
  std::int64_t (*general_scratch_size)(const ModelView<T>& model, std::int32_t noise_rows);
  std::int32_t (*slot_count)(const ModelView<T>& model, std::int32_t noise_rows);
  /// Number of occurrences of each example.
  void (*general_count)(const GeneralBlock<T>& block, std::int64_t* counts);
  /// Losses; and the gradient where one is asked for.
  void (*general_score)(const GeneralBlock<T>& block, const GeneralGradient<T>* gradient);
  /// Scores and steps example by example. `occurrences` holds those of any one example, `slots`
  /// slot_count + 1 of them.
  void (*general_async)(const GeneralBlock<T>& block, const RuleView<T>& rule,
                        Occurrence<T>* occurrences, T* slots);
  /// One step of each row in `entries` (row << 32 | occurrence), which are sorted by row.
  void (*general_update)(const ModelView<T>& model, const RuleView<T>& rule,
                         const std::uint64_t* entries, std::int64_t count,
                         const Occurrence<T>* occurrences, const T* slots, T* scratch);

  std::int64_t (*context_scratch_size)(const ModelView<T>& model, std::int32_t most_sums,
                                       std::int32_t most_logits);
  /// Losses of a block; and the gradient where one is asked for.
  void (*context_score)(const ModelView<T>& model, const ContextBlock<T>& block,
                        const ContextGradient<T>* gradient);
  /// Scores and steps example by example. `occurrences` holds those of any one example, `slots` one
  /// more than any one fills.
  void (*context_async)(const ModelView<T>& model, const ContextBlock<T>& block,
                        const RuleView<T>& rule, Occurrence<T>* occurrences, T* slots);

  std::int64_t (*pair_scratch_size)(const ModelView<T>& model, std::int32_t most_rows);
  /// As those of contexts.
  void (*pair_score)(const ModelView<T>& model, const PairBlock<T>& block,
                     const ContextGradient<T>* gradient);
  void (*pair_async)(const ModelView<T>& model, const PairBlock<T>& block, const RuleView<T>& rule,
                     Occurrence<T>* occurrences, T* slots);

  /// Words of the streams of eight rows: `blocks`·4 of each, word w of stream i at words[8·w + i].
  void (*philox_eight)(std::uint64_t seed, std::uint32_t epoch, const std::int64_t* rows,
                       std::int32_t blocks, std::uint32_t* words);
  /// The 32 words of eight blocks of one stream, from `first_block` on, in their order.
  void (*philox_ahead)(std::uint64_t seed, std::uint32_t epoch, std::uint64_t row,
                       std::uint32_t first_block, std::uint32_t* words);
  std::int64_t (*plain_scratch_size)(const ModelView<T>& model, std::int32_t noise_rows);
  /// Scalars of the residuals of an example.
  std::int32_t (*residual_count)(std::int32_t noise_rows);
  void (*plain_score)(const PlainBlock<T>& block, const PlainGradient<T>* gradient);
  void (*plain_async)(const PlainBlock<T>& block, const RuleView<T>& rule);
  void (*plain_update)(const ModelView<T>& model, const RuleView<T>& rule,
                       const std::uint64_t* entries, std::int64_t count,
                       const PlainGradient<T>& gradient, T* scratch);
};

/// Whether this machine can run the kernels of a target.
bool is_supported(Target target);

/// The fastest target that this machine can run.
Target best_target();

/// REQUIRES: is_supported(target).
template <class T>
const Kernels<T>& kernels_for(Target target);

const char* to_string(Target target);

}  // namespace feat2vec::trainers::kernels
