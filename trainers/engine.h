#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "feat2vec/nn/feat2vec.h"
#include "samplers/implicit_sampler.h"
#include "trainers/loss_sum.h"
#include "trainers/options.h"
#include "trainers/parameters.h"

namespace feat2vec::trainers {

/// What one step did.
struct StepResult {
  std::int64_t examples = 0;  ///< that it took
  LossSum loss;               ///< of them, before the step
};

/// Makes one training step at a time. What differs between engines is how: the losses and gradients
/// are the same.
class Engine {
 public:
  Engine() = default;
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;
  virtual ~Engine() = default;

  /// Examples of an epoch: observed rows, or targets of a sampler of contexts.
  virtual std::int64_t examples() const = 0;

  /// Σ P2 log P2 of each sampling group: where the group offsets of a model start.
  virtual std::vector<double> group_offsets() const = 0;

  /// Steps the weights down the gradient of the summed losses of some examples of the epoch, those from
  /// position `first` of its order on; how many is a function of the options and of how far training
  /// is. When a loss is not finite the weights are left as they are.
  virtual StepResult step(std::uint32_t epoch, std::int64_t first) = 0;

  /// Losses of all rows of `sampler`, with draws that are the same every time. The engine keeps what it
  /// made of the sampler for the next call.
  virtual LossSum evaluate(const std::shared_ptr<const samplers::ImplicitSampler>& sampler) = 0;

  /// What the next steps depend on besides the weights, by name.
  virtual NamedTensors state() const = 0;

  /// Throws Error, and changes nothing, when `state` is not one of this engine.
  virtual void set_state(const NamedTensors& state) = 0;

  /// In words, such as "fused (exact, 2 threads, AVX2)".
  virtual std::string description() const = 0;
};

/// The engine that `options.engine` asks for, or for `kAuto` the fused one when it can do the model
/// and the data, else autograd, with the reason in its description. Throws Error when the one asked for cannot.
std::unique_ptr<Engine> make_engine(Feat2Vec model,
                                    std::shared_ptr<const samplers::ImplicitSampler> sampler,
                                    const TrainOptions& options);

}  // namespace feat2vec::trainers
