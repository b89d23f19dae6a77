#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "trainers/kernels/aligned_buffer.h"
#include "trainers/kernels/draw_source.h"
#include "trainers/kernels/entry_owners.h"
#include "trainers/kernels/group_losses.h"
#include "trainers/kernels/kernels.h"
#include "trainers/kernels/thread_pool.h"

namespace feat2vec::trainers::kernels {

/// Observed rows to train on or to evaluate, with their noise.
template <class T>
struct Rows {
  CellsView<T> observed;
  CellsView<T> supply;
  const DrawSource* draws = nullptr;
  std::int32_t noise_rows = 0;
  const T* weights = nullptr;  ///< by observed row; null: 1
};

/// The fused engine without torch: scores rows, and steps the weights that a ModelView points to.
template <class T>
class FusedTrainer {
 public:
  /// `plain`: see plain_example.h. The views must stay as they are as long as the trainer.
  FusedTrainer(const ModelView<T>& model, bool plain, Target target, int threads);

  /// One exact step on `rows` [n]: gradients of the *sum* of their losses at the weights before, then
  /// one step of each row touched, its gradients added in the order of the rows. The weights after it
  /// do not depend on the number of threads. They are left as they are when a loss is not finite.
  GroupLosses exact_step(const Rows<T>& data, const std::int64_t* rows, std::int32_t count,
                         std::uint32_t epoch, const RuleView<T>& rule);

  /// Steps after each row, threads beside each other without locks (Hogwild, Niu et al. 2011). Loads
  /// and stores of one number are never torn; a step may be lost to another thread's.
  GroupLosses async_steps(const Rows<T>& data, const std::int64_t* rows, std::int64_t count,
                          std::uint32_t epoch, const RuleView<T>& rule);

  /// Losses of `rows` [n] under the weights as they are.
  GroupLosses evaluate(const Rows<T>& data, const std::int64_t* rows, std::int64_t count,
                       std::uint32_t epoch);

  int threads() const { return pool_.threads(); }
  Target target() const { return target_; }

 private:
  /// What one thread needs for a block.
  struct Workspace {
    AlignedBuffer<T> scratch;
    AlignedBuffer<std::int32_t> ids;
    AlignedBuffer<std::int64_t> donors;
    AlignedBuffer<float> log_noise;
    AlignedBuffer<T> weights;
    AlignedBuffer<Occurrence<T>> occurrences;
    AlignedBuffer<T> slots;
  };

  void prepare(const Rows<T>& data, std::int64_t count);
  PlainBlock<T> draw_plain(const Rows<T>& data, const std::int64_t* rows, std::int64_t first,
                           std::int32_t count, std::uint32_t epoch, Workspace& work);
  GeneralBlock<T> general_block(const Rows<T>& data, const std::int64_t* rows, std::int64_t first,
                                std::int32_t count, const DrawBuffers& draws, Workspace& work);
  GeneralBlock<T> draw_general(const Rows<T>& data, const std::int64_t* rows, std::int64_t first,
                               std::int32_t count, std::uint32_t epoch, Workspace& work);
  void score_plain(const Rows<T>& data, const std::int64_t* rows, std::int32_t count,
                   std::uint32_t epoch);
  void score_general(const Rows<T>& data, const std::int64_t* rows, std::int32_t count,
                     std::uint32_t epoch);
  void update(const RuleView<T>& rule, std::int64_t entries);
  void update_shared(const RuleView<T>& rule, std::int32_t count);
  GroupLosses sum_losses(std::int64_t count) const;
  bool finite(std::int64_t count) const;

  const ModelView<T>& model_;
  bool plain_;
  Target target_;
  const Kernels<T>& kernels_;
  ThreadPool pool_;
  EntryOwners owners_;
  std::vector<Workspace> workspaces_;
  std::int64_t slot_count_ = 0;

  // Of the rows in work.
  std::int32_t noise_rows_ = 0;
  AlignedBuffer<ExampleLoss> losses_;
  AlignedBuffer<std::int32_t> groups_;
  AlignedBuffer<std::int64_t> donors_;
  AlignedBuffer<float> log_noise_;
  AlignedBuffer<std::int64_t> begin_;
  AlignedBuffer<Occurrence<T>> occurrences_;
  AlignedBuffer<T> slots_;
  AlignedBuffer<std::uint64_t> entries_;
  AlignedBuffer<T> contexts_;
  AlignedBuffer<T> residuals_;
  PlainGradient<T> plain_gradient_;
};

}  // namespace feat2vec::trainers::kernels
