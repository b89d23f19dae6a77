#include "trainers/kernels/fused_trainer.h"

#include <algorithm>
#include <cmath>

#include "trainers/kernels/shared_residuals.h"

namespace feat2vec::trainers::kernels {
namespace {

constexpr std::int32_t kExactBlock = 64;   ///< examples that one thread takes at a time
constexpr std::int32_t kAsyncBlock = 256;  ///< longer, for the prefetch runs dry between blocks

std::int64_t blocks_of(std::int64_t count, std::int32_t block) {
  return (count + block - 1) / block;
}

/// The rows of one block of `count`, and how many they are.
struct Range {
  std::int64_t first;
  std::int32_t count;
};

Range range_of(std::int64_t block, std::int32_t size, std::int64_t count) {
  const std::int64_t first = block * size;
  return {first, static_cast<std::int32_t>(std::min<std::int64_t>(size, count - first))};
}

}  // namespace

template <class T>
FusedTrainer<T>::FusedTrainer(const ModelView<T>& model, bool plain, Target target, int threads)
    : model_(model),
      plain_(plain),
      target_(target),
      kernels_(kernels_for<T>(target)),
      pool_(threads),
      owners_(pool_, model.rows),
      workspaces_(static_cast<std::size_t>(threads)) {}

template <class T>
void FusedTrainer<T>::prepare(const Rows<T>& data, std::int64_t count) {
  noise_rows_ = data.noise_rows;
  losses_.reserve(count);
  groups_.reserve(count);
  const std::int64_t scratch = plain_ ? kernels_.plain_scratch_size(model_, noise_rows_)
                                      : kernels_.general_scratch_size(model_, noise_rows_);
  for (Workspace& work : workspaces_) work.scratch.reserve(std::max(scratch, std::int64_t{0}));
}

template <class T>
PlainBlock<T> FusedTrainer<T>::draw_plain(const Rows<T>& data, const std::int64_t* rows,
                                          std::int64_t first, std::int32_t count,
                                          std::uint32_t epoch, Workspace& work) {
  DrawBuffers out;
  out.groups = groups_.data() + first;
  out.ids = work.ids.reserve((std::int64_t{count} * (model_.features + noise_rows_)) + 3);
  out.log_noise = work.log_noise.reserve((std::int64_t{count} * (1 + noise_rows_)) + 7);
  data.draws->draw(rows + first, count, epoch, out);
  PlainBlock<T> block{model_};
  block.noise_rows = noise_rows_;
  block.count = count;
  block.ids = out.ids;
  block.log_noise = out.log_noise;
  block.groups = out.groups;
  block.scratch = work.scratch.data();
  block.losses = losses_.data() + first;
  if (data.weights != nullptr) {
    T* weights = work.weights.reserve(count);
    for (std::int32_t i = 0; i < count; ++i) weights[i] = data.weights[rows[first + i]];
    block.weights = weights;
  }
  return block;
}

template <class T>
GeneralBlock<T> FusedTrainer<T>::general_block(const Rows<T>& data, const std::int64_t* rows,
                                               std::int64_t first, std::int32_t count,
                                               const DrawBuffers& draws, Workspace& work) {
  GeneralBlock<T> block{model_, data.observed, data.supply, {}};
  block.draw = {rows + first, draws.groups, draws.donors, draws.log_noise, noise_rows_};
  block.count = count;
  block.row_weights = data.weights;
  block.scratch = work.scratch.data();
  block.losses = losses_.data() + first;
  return block;
}

template <class T>
GeneralBlock<T> FusedTrainer<T>::draw_general(const Rows<T>& data, const std::int64_t* rows,
                                              std::int64_t first, std::int32_t count,
                                              std::uint32_t epoch, Workspace& work) {
  DrawBuffers out;
  out.groups = groups_.data() + first;
  out.donors = work.donors.reserve(std::int64_t{count} * noise_rows_);
  out.log_noise = work.log_noise.reserve((std::int64_t{count} * (1 + noise_rows_)) + 7);
  data.draws->draw(rows + first, count, epoch, out);
  return general_block(data, rows, first, count, out, work);
}

template <class T>
void FusedTrainer<T>::score_plain(const Rows<T>& data, const std::int64_t* rows, std::int32_t count,
                                  std::uint32_t epoch) {
  const std::int64_t width = model_.features + noise_rows_;
  PlainGradient<T>& gradient = plain_gradient_;
  gradient.residual_stride = kernels_.residual_count(noise_rows_);
  check_part_numbers(std::int64_t{count} * gradient.residual_stride);
  gradient.contexts = contexts_.reserve(std::int64_t{count} * 2 * model_.stride);
  gradient.residuals = residuals_.reserve(std::int64_t{count} * gradient.residual_stride);
  gradient.entries = entries_.reserve(count * width);
  pool_.run(blocks_of(count, kExactBlock), [&](std::int64_t item, int thread) {
    const Range range = range_of(item, kExactBlock, count);
    const PlainBlock<T> block = draw_plain(data, rows, range.first, range.count, epoch,
                                           workspaces_[static_cast<std::size_t>(thread)]);
    PlainGradient<T> own = gradient;
    own.first_example = range.first;
    kernels_.plain_score(block, &own);
  });
}

template <class T>
void FusedTrainer<T>::score_general(const Rows<T>& data, const std::int64_t* rows,
                                    std::int32_t count, std::uint32_t epoch) {
  const std::int64_t blocks = blocks_of(count, kExactBlock);
  // The draws of the whole batch are kept: they say how many occurrences there are.
  const auto draws_of = [&](const Range& range) {
    return DrawBuffers{groups_.data() + range.first, donors_.data() + (range.first * noise_rows_),
                       log_noise_.data() + (range.first * (1 + noise_rows_)), nullptr};
  };
  const auto block_of = [&](const Range& range, int thread) {
    return general_block(data, rows, range.first, range.count, draws_of(range),
                         workspaces_[static_cast<std::size_t>(thread)]);
  };
  donors_.reserve(std::int64_t{count} * noise_rows_);
  log_noise_.reserve((std::int64_t{count} * (1 + noise_rows_)) + 7);
  std::int64_t* begin = begin_.reserve(count + 1);
  pool_.run(blocks, [&](std::int64_t item, int thread) {
    const Range range = range_of(item, kExactBlock, count);
    data.draws->draw(rows + range.first, range.count, epoch, draws_of(range));
    kernels_.general_count(block_of(range, thread), begin + 1 + range.first);
  });
  begin[0] = 0;
  for (std::int32_t i = 0; i < count; ++i) begin[i + 1] += begin[i];
  slot_count_ = kernels_.slot_count(model_, noise_rows_);
  check_part_numbers(std::max(count * slot_count_, begin[count]));
  T* slots = slots_.reserve(count * slot_count_ * model_.stride);
  Occurrence<T>* occurrences = occurrences_.reserve(begin[count]);
  std::uint64_t* entries = entries_.reserve(begin[count]);
  pool_.run(blocks, [&](std::int64_t item, int thread) {
    const Range range = range_of(item, kExactBlock, count);
    const GeneralGradient<T> gradient{slots, occurrences, begin + range.first, range.first};
    kernels_.general_score(block_of(range, thread), &gradient);
    for (std::int64_t i = begin[range.first]; i < begin[range.first + range.count]; ++i)
      entries[i] =
          (static_cast<std::uint64_t>(static_cast<std::uint32_t>(occurrences[i].row)) << 32U) |
          static_cast<std::uint64_t>(i);
  });
}

template <class T>
GroupLosses FusedTrainer<T>::exact_step(const Rows<T>& data, const std::int64_t* rows,
                                        std::int32_t count, std::uint32_t epoch,
                                        const RuleView<T>& rule) {
  prepare(data, count);
  if (plain_)
    score_plain(data, rows, count, epoch);
  else
    score_general(data, rows, count, epoch);
  GroupLosses losses = sum_losses(count);
  if (!finite(count)) return losses;
  update(rule,
         plain_ ? std::int64_t{count} * (model_.features + noise_rows_) : begin_.data()[count]);
  update_shared(rule, count);
  return losses;
}

template <class T>
void FusedTrainer<T>::update(const RuleView<T>& rule, std::int64_t entries) {
  owners_.run(entries_.data(), entries,
              [&](std::int64_t owner, const std::uint64_t* mine, std::int64_t count) {
                T* scratch = workspaces_[static_cast<std::size_t>(owner)].scratch.data();
                if (plain_)
                  kernels_.plain_update(model_, rule, mine, count, plain_gradient_, scratch);
                else
                  kernels_.general_update(model_, rule, mine, count, occurrences_.data(),
                                          slots_.data(), scratch);
              });
}

/// Steps z_g of every group in the batch, and the constants, which every example has.
template <class T>
void FusedTrainer<T>::update_shared(const RuleView<T>& rule, std::int32_t count) {
  SharedResiduals<T> residuals(model_.groups);
  for (std::int32_t i = 0; i < count; ++i)
    residuals.add(groups_.data()[i], losses_.data()[i].residual);
  residuals.step(model_, rule);
}

template <class T>
GroupLosses FusedTrainer<T>::async_steps(const Rows<T>& data, const std::int64_t* rows,
                                         std::int64_t count, std::uint32_t epoch,
                                         const RuleView<T>& rule) {
  prepare(data, count);
  slot_count_ = plain_ ? 0 : kernels_.slot_count(model_, noise_rows_);
  pool_.run(blocks_of(count, kAsyncBlock), [&](std::int64_t item, int thread) {
    Workspace& work = workspaces_[static_cast<std::size_t>(thread)];
    const Range range = range_of(item, kAsyncBlock, count);
    if (plain_) {
      kernels_.plain_async(draw_plain(data, rows, range.first, range.count, epoch, work), rule);
      return;
    }
    GeneralBlock<T> block = draw_general(data, rows, range.first, range.count, epoch, work);
    std::int64_t largest = 0;
    std::int64_t counts[kAsyncBlock];
    kernels_.general_count(block, counts);
    for (std::int32_t i = 0; i < range.count; ++i) largest = std::max(largest, counts[i]);
    kernels_.general_async(block, rule, work.occurrences.reserve(largest),
                           work.slots.reserve((slot_count_ + 1) * model_.stride));
  });
  return sum_losses(count);
}

template <class T>
GroupLosses FusedTrainer<T>::evaluate(const Rows<T>& data, const std::int64_t* rows,
                                      std::int64_t count, std::uint32_t epoch) {
  prepare(data, count);
  pool_.run(blocks_of(count, kAsyncBlock), [&](std::int64_t item, int thread) {
    Workspace& work = workspaces_[static_cast<std::size_t>(thread)];
    const Range range = range_of(item, kAsyncBlock, count);
    if (plain_) {
      kernels_.plain_score(draw_plain(data, rows, range.first, range.count, epoch, work), nullptr);
      return;
    }
    kernels_.general_score(draw_general(data, rows, range.first, range.count, epoch, work),
                           nullptr);
  });
  return sum_losses(count);
}

template <class T>
GroupLosses FusedTrainer<T>::sum_losses(std::int64_t count) const {
  GroupLosses losses(model_.groups);
  for (std::int64_t i = 0; i < count; ++i) {
    const auto group = static_cast<std::size_t>(groups_.data()[i]);
    losses.sum[group] += losses_.data()[i].loss;
    ++losses.count[group];
  }
  return losses;
}

template <class T>
bool FusedTrainer<T>::finite(std::int64_t count) const {
  const ExampleLoss* losses = losses_.data();
  return std::all_of(losses, losses + count,
                     [](const ExampleLoss& loss) { return std::isfinite(loss.loss); });
}

template class FusedTrainer<float>;
template class FusedTrainer<double>;

}  // namespace feat2vec::trainers::kernels
