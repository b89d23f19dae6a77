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

/// Draws all blocks, and says where the gradient of each goes.
template <class T>
void ContextTrainer<T>::draw(const ContextSource<T>& source, const std::int64_t* targets,
                             std::int64_t count, std::uint32_t epoch) {
  block_count_ = (count + kTargetBlock - 1) / kTargetBlock;
  if (static_cast<std::size_t>(block_count_) > blocks_.size())
    blocks_.resize(static_cast<std::size_t>(block_count_));
  pool_.run(block_count_, [&](std::int64_t item, int) {
    Block& block = blocks_[static_cast<std::size_t>(item)];
    const std::int64_t first = item * kTargetBlock;
    source.draw(targets + first, static_cast<std::int32_t>(std::min(kTargetBlock, count - first)),
                epoch, block.examples);
    block.losses.reserve(block.examples.count());
  });
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
  if (!examples.weights.empty()) view.weights = examples.weights.data();
  view.pairs = examples.pairs;
  view.losses = block.losses.data();
  for (std::int32_t i = 0; i < view.count; ++i) {
    view.most_sums = std::max(view.most_sums, view.example_begin[i + 1] - view.example_begin[i]);
    view.most_logits =
        std::max(view.most_logits, context_logits(view.candidates[i], view.contexts(i)));
  }
  view.scratch =
      work.scratch.reserve(kernels_.context_scratch_size(model_, view.most_sums, view.most_logits));
  return view;
}

template <class T>
void ContextTrainer<T>::score_block(Block& block, Workspace& work) {
  const ContextGradient<T> gradient{slots_.data() + (block.first_slot * model_.stride),
                                    static_cast<std::int32_t>(block.first_slot),
                                    occurrences_.data() + block.first_term};
  kernels_.context_score(model_, view(block, work), &gradient);
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
    for (std::int32_t i = 0; i < block.examples.count(); ++i)
      slots += context_slots(block.examples.candidates[static_cast<std::size_t>(i)],
                             block.examples.contexts(i));
  }
  check_part_numbers(std::max(terms_, slots));
  slots_.reserve(slots * model_.stride);
  occurrences_.reserve(terms_);
  entries_.reserve(terms_);
  pool_.run(block_count_, [&](std::int64_t item, int thread) {
    score_block(blocks_[static_cast<std::size_t>(item)],
                workspaces_[static_cast<std::size_t>(thread)]);
  });
}

template <class T>
GroupLosses ContextTrainer<T>::exact_step(const ContextSource<T>& source,
                                          const std::int64_t* targets, std::int64_t count,
                                          std::uint32_t epoch, const RuleView<T>& rule) {
  draw(source, targets, count, epoch);
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
      residuals.add(block.examples.groups[static_cast<std::size_t>(i)],
                    block.losses.data()[i].residual);
  }
  residuals.step(model_, rule);
}

template <class T>
void ContextTrainer<T>::async_block(Block& block, Workspace& work, const RuleView<T>& rule) {
  const ContextBlock<T> examples = view(block, work);
  std::int64_t terms = 0;
  std::int64_t slots = 0;
  for (std::int32_t i = 0; i < examples.count; ++i) {
    terms = std::max<std::int64_t>(
        terms, examples.sum_begin[examples.example_begin[i + 1]] - examples.first_term(i));
    slots =
        std::max<std::int64_t>(slots, context_slots(examples.candidates[i], examples.contexts(i)));
  }
  kernels_.context_async(model_, examples, rule, work.occurrences.reserve(terms),
                         work.slots.reserve((slots + 1) * model_.stride));
}

template <class T>
GroupLosses ContextTrainer<T>::async_steps(const ContextSource<T>& source,
                                           const std::int64_t* targets, std::int64_t count,
                                           std::uint32_t epoch, const RuleView<T>& rule) {
  draw(source, targets, count, epoch);
  pool_.run(block_count_, [&](std::int64_t item, int thread) {
    async_block(blocks_[static_cast<std::size_t>(item)],
                workspaces_[static_cast<std::size_t>(thread)], rule);
  });
  return sum_losses();
}

template <class T>
GroupLosses ContextTrainer<T>::evaluate(const ContextSource<T>& source, const std::int64_t* targets,
                                        std::int64_t count, std::uint32_t epoch) {
  draw(source, targets, count, epoch);
  pool_.run(block_count_, [&](std::int64_t item, int thread) {
    Block& block = blocks_[static_cast<std::size_t>(item)];
    kernels_.context_score(model_, view(block, workspaces_[static_cast<std::size_t>(thread)]),
                           nullptr);
  });
  return sum_losses();
}

template <class T>
GroupLosses ContextTrainer<T>::sum_losses() const {
  GroupLosses losses(model_.groups);
  for (std::int64_t b = 0; b < block_count_; ++b) {
    const Block& block = blocks_[static_cast<std::size_t>(b)];
    for (std::int32_t i = 0; i < block.examples.count(); ++i) {
      const auto e = static_cast<std::size_t>(i);
      const auto group = static_cast<std::size_t>(block.examples.groups[e]);
      losses.sum[group] += block.losses.data()[i].loss;
      losses.count[group] += std::int64_t{block.examples.contexts(i)} *
                             (model_.softmax ? 1 : block.examples.candidates[e]);
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
