#include "trainers/kernels/context_trainer.h"

#include <algorithm>
#include <cmath>

#include "trainers/kernels/shared_residuals.h"

namespace feat2vec::trainers::kernels {
namespace {

constexpr std::int64_t kTargetBlock = 64;  ///< targets that one thread takes at a time

}  // namespace

template <class T>
ContextTrainer<T>::ContextTrainer(const ModelView<T>& model, Target target, int threads)
    : model_(model),
      target_(target),
      kernels_(kernels_for<T>(target)),
      pool_(threads),
      owners_(pool_, model.rows),
      workspaces_(static_cast<std::size_t>(threads)) {}

/// Makes room for the blocks of so many targets.
template <class T>
void ContextTrainer<T>::make_blocks(std::int64_t targets) {
  block_count_ = (targets + kTargetBlock - 1) / kTargetBlock;
  if (static_cast<std::size_t>(block_count_) > blocks_.size())
    blocks_.resize(static_cast<std::size_t>(block_count_));
}

/// Draws the block `number` of the targets.
template <class T>
auto ContextTrainer<T>::draw(std::int64_t number, const ContextSource<T>& source,
                             const std::int64_t* targets, std::int64_t count, std::uint32_t epoch)
    -> Block& {
  Block& block = blocks_[static_cast<std::size_t>(number)];
  const std::int64_t first = number * kTargetBlock;
  source.draw(targets + first, static_cast<std::int32_t>(std::min(kTargetBlock, count - first)),
              epoch, block.examples);
  block.losses.reserve(block.examples.count());
  return block;
}

template <class T>
ContextBlock<T> ContextTrainer<T>::view(Block& block, Workspace& work) const {
  const ContextExamples<T>& examples = block.examples;
  ContextBlock<T> view;
  view.count = examples.count();
  view.groups = examples.groups.data();
  view.candidates = examples.candidates.data();
  view.example_begin = examples.example_begin.data();
  view.sum_begin = examples.sum_begin.data();
  view.terms = examples.terms.data();
  view.corrections = examples.corrections.data();
  view.losses = block.losses.data();
  view.most_sums = examples.most_sums;
  view.most_logits = examples.most_logits;
  view.scratch =
      work.scratch.reserve(kernels_.context_scratch_size(model_, view.most_sums, view.most_logits));
  return view;
}

template <class T>
PairBlock<T> ContextTrainer<T>::pair_view(Block& block, Workspace& work) const {
  const ContextExamples<T>& examples = block.examples;
  PairBlock<T> view;
  view.count = examples.count();
  view.groups = examples.groups.data();
  view.begin = examples.example_begin.data();
  view.rows = examples.rows.data();
  view.corrections = examples.corrections.data();
  view.biased = examples.biased.data();
  view.losses = block.losses.data();
  view.most_rows = examples.most_sums;
  view.scratch = work.scratch.reserve(kernels_.pair_scratch_size(model_, view.most_rows));
  return view;
}

/// Losses of a block; and the gradient where one is asked for.
template <class T>
void ContextTrainer<T>::score_block(Block& block, Workspace& work,
                                    const ContextGradient<T>* gradient) const {
  if (block.examples.pairs)
    kernels_.pair_score(model_, pair_view(block, work), gradient);
  else
    kernels_.context_score(model_, view(block, work), gradient);
}

template <class T>
void ContextTrainer<T>::differentiate(Block& block, Workspace& work) {
  const ContextGradient<T> gradient{slots_.data() + (block.first_slot * model_.stride),
                                    static_cast<std::int32_t>(block.first_slot),
                                    occurrences_.data() + block.first_term};
  score_block(block, work, &gradient);
  const auto terms = block.examples.term_count();
  for (std::int64_t i = block.first_term; i < block.first_term + terms; ++i)
    entries_.data()[i] =
        (static_cast<std::uint64_t>(static_cast<std::uint32_t>(occurrences_.data()[i].row))
         << 32U) |
        static_cast<std::uint64_t>(i);
}

/// Losses and gradients of all blocks.
template <class T>
void ContextTrainer<T>::score() {
  terms_ = 0;
  std::int64_t slots = 0;
  for (std::int64_t b = 0; b < block_count_; ++b) {
    Block& block = blocks_[static_cast<std::size_t>(b)];
    block.first_term = terms_;
    block.first_slot = slots;
    terms_ += block.examples.term_count();
    slots += block.examples.slots;
  }
  check_part_numbers(std::max(terms_, slots));
  slots_.reserve(slots * model_.stride);
  occurrences_.reserve(terms_);
  entries_.reserve(terms_);
  pool_.run(block_count_, [&](std::int64_t item, int thread) {
    differentiate(blocks_[static_cast<std::size_t>(item)],
                  workspaces_[static_cast<std::size_t>(thread)]);
  });
}

template <class T>
GroupLosses ContextTrainer<T>::exact_step(const ContextSource<T>& source,
                                          const std::int64_t* targets, std::int64_t count,
                                          std::uint32_t epoch, const RuleView<T>& rule) {
  make_blocks(count);
  pool_.run(block_count_,
            [&](std::int64_t item, int) { draw(item, source, targets, count, epoch); });
  score();
  if (finite()) update(rule);
  return sum_losses();
}

template <class T>
void ContextTrainer<T>::update(const RuleView<T>& rule) {
  owners_.run(entries_.data(), terms_,
              [&](std::int64_t owner, const std::uint64_t* mine, std::int64_t count) {
                T* scratch =
                    workspaces_[static_cast<std::size_t>(owner)].scratch.reserve(model_.stride);
                kernels_.general_update(model_, rule, mine, count, occurrences_.data(),
                                        slots_.data(), scratch);
              });
  if (!model_.softmax) update_shared(rule);
}

/// Steps z_g of every group in the batch, and the constants, which every example has.
template <class T>
void ContextTrainer<T>::update_shared(const RuleView<T>& rule) {
  SharedResiduals<T> residuals(model_.groups);
  for (std::int64_t b = 0; b < block_count_; ++b) {
    const Block& block = blocks_[static_cast<std::size_t>(b)];
    for (std::int32_t i = 0; i < block.examples.count(); ++i)
      residuals.add(block.examples.groups[i], block.losses.data()[i].residual);
  }
  residuals.step(model_, rule);
}

template <class T>
void ContextTrainer<T>::async_block(Block& block, Workspace& work, const RuleView<T>& rule) {
  Occurrence<T>* occurrences = work.occurrences.reserve(block.examples.most_terms);
  T* slots = work.slots.reserve((std::int64_t{block.examples.most_slots} + 1) * model_.stride);
  if (block.examples.pairs)
    kernels_.pair_async(model_, pair_view(block, work), rule, occurrences, slots);
  else
    kernels_.context_async(model_, view(block, work), rule, occurrences, slots);
}

template <class T>
GroupLosses ContextTrainer<T>::async_steps(const ContextSource<T>& source,
                                           const std::int64_t* targets, std::int64_t count,
                                           std::uint32_t epoch, const RuleView<T>& rule) {
  make_blocks(count);
  pool_.run(block_count_, [&](std::int64_t item, int thread) {
    async_block(draw(item, source, targets, count, epoch),
                workspaces_[static_cast<std::size_t>(thread)], rule);
  });
  return sum_losses();
}

template <class T>
GroupLosses ContextTrainer<T>::evaluate(const ContextSource<T>& source, const std::int64_t* targets,
                                        std::int64_t count, std::uint32_t epoch) {
  make_blocks(count);
  pool_.run(block_count_, [&](std::int64_t item, int thread) {
    score_block(draw(item, source, targets, count, epoch),
                workspaces_[static_cast<std::size_t>(thread)], nullptr);
  });
  return sum_losses();
}

template <class T>
GroupLosses ContextTrainer<T>::sum_losses() const {
  GroupLosses losses(model_.groups);
  for (std::int64_t b = 0; b < block_count_; ++b) {
    const Block& block = blocks_[static_cast<std::size_t>(b)];
    for (std::int32_t i = 0; i < block.examples.count(); ++i) {
      const auto group = static_cast<std::size_t>(block.examples.groups[i]);
      losses.sum[group] += block.losses.data()[i].loss;
      losses.count[group] += std::int64_t{block.examples.contexts(i)} *
                             (model_.softmax ? 1 : block.examples.candidates[i]);
    }
  }
  return losses;
}

template <class T>
bool ContextTrainer<T>::finite() const {
  return std::all_of(blocks_.begin(), blocks_.begin() + block_count_, [](const Block& block) {
    const ExampleLoss* losses = block.losses.data();
    return std::all_of(losses, losses + block.examples.count(),
                       [](const ExampleLoss& loss) { return std::isfinite(loss.loss); });
  });
}

template class ContextTrainer<float>;
template class ContextTrainer<double>;

}  // namespace feat2vec::trainers::kernels
