#pragma once

#include <cstdint>
#include <vector>

#include "trainers/kernels/aligned_buffer.h"
#include "trainers/kernels/context_examples.h"
#include "trainers/kernels/entry_owners.h"
#include "trainers/kernels/group_losses.h"
#include "trainers/kernels/kernels.h"
#include "trainers/kernels/thread_pool.h"

namespace feat2vec::trainers::kernels {

/// As FusedTrainer, for targets with candidates and contexts (context_block.h): scores them, and steps
/// the weights that a ModelView points to.
template <class T>
class ContextTrainer {
 public:
  /// The view must stay as it is as long as the trainer.
  ContextTrainer(const ModelView<T>& model, Target target, int threads);

  /// One exact step on `targets` [n]: see `FusedTrainer::exact_step`.
  GroupLosses exact_step(const ContextSource<T>& source, const std::int64_t* targets,
                         std::int64_t count, std::uint32_t epoch, const RuleView<T>& rule);

  /// Steps after each target: see `FusedTrainer::async_steps`.
  GroupLosses async_steps(const ContextSource<T>& source, const std::int64_t* targets,
                          std::int64_t count, std::uint32_t epoch, const RuleView<T>& rule);

  /// Losses under the weights as they are.
  GroupLosses evaluate(const ContextSource<T>& source, const std::int64_t* targets,
                       std::int64_t count, std::uint32_t epoch);

  int threads() const { return pool_.threads(); }
  Target target() const { return target_; }

 private:
  /// The examples of some targets that follow each other, and where their gradient goes.
  struct Block {
    ContextExamples<T> examples;
    AlignedBuffer<ExampleLoss> losses;
    std::int64_t first_term = 0;
    std::int64_t first_slot = 0;
  };
  /// What one thread needs.
  struct Workspace {
    AlignedBuffer<T> scratch;
    AlignedBuffer<Occurrence<T>> occurrences;
    AlignedBuffer<T> slots;
  };

  void make_blocks(std::int64_t targets);
  Block& draw(std::int64_t number, const ContextSource<T>& source, const std::int64_t* targets,
              std::int64_t count, std::uint32_t epoch);
  void score();
  ContextBlock<T> view(Block& block, Workspace& work) const;
  PairBlock<T> pair_view(Block& block, Workspace& work) const;
  void score_block(Block& block, Workspace& work, const ContextGradient<T>* gradient) const;
  void differentiate(Block& block, Workspace& work);
  void async_block(Block& block, Workspace& work, const RuleView<T>& rule);
  void update(const RuleView<T>& rule);
  void update_shared(const RuleView<T>& rule);
  GroupLosses sum_losses() const;
  bool finite() const;

  const ModelView<T>& model_;
  Target target_;
  const Kernels<T>& kernels_;
  ThreadPool pool_;
  EntryOwners owners_;
  std::vector<Workspace> workspaces_;

  // Of the targets in work.
  std::vector<Block> blocks_;
  std::int64_t block_count_ = 0;
  std::int64_t terms_ = 0;
  AlignedBuffer<Occurrence<T>> occurrences_;
  AlignedBuffer<T> slots_;
  AlignedBuffer<std::uint64_t> entries_;
};

}  // namespace feat2vec::trainers::kernels
