#include "trainers/options.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "feat2vec/error.h"

namespace feat2vec::trainers {

void TrainOptions::validate() const {
  constexpr int kMostThreads = 1024;
  constexpr std::int64_t kMaxBatch = std::int64_t{1} << 20U;
  const auto check = [](bool good, const char* expected, auto received) {
    if (!good) throw Error("TrainOptions", expected, fmt::format("{}", received));
  };
  check(epochs >= 1 && epochs <= kMostEpochs, "epochs in [1, 1000000]", epochs);
  check(batch >= 1 && batch <= kMaxBatch, "batch in [1, 1048576]", batch);
  check(first_batch >= 1, "first_batch of 1 or more", first_batch);
  check(patience >= 0, "patience of 0 or more", patience);
  check(threads >= 1 && threads <= kMostThreads, "1 to 1024 threads", threads);
  check(!async || engine != EngineKind::kAutograd, "the fused engine for async", "autograd");
  check(learning_rate > 0 && std::isfinite(learning_rate), "a learning rate above 0",
        learning_rate);
  check(warmup >= 0 && warmup < 1, "a warm-up in [0, 1)", warmup);
  check(weight_decay >= 0 && std::isfinite(weight_decay), "a weight decay of 0 or more",
        weight_decay);
}

std::int64_t batch_rows(const TrainOptions& options, std::int64_t seen) {
  constexpr std::int64_t kUnit = 64;
  constexpr std::int64_t kSlope = 256;
  const std::int64_t grown = kUnit * (seen / kSlope / kUnit);
  return std::min(options.batch, std::max(options.first_batch, grown));
}

double rate_at(const TrainOptions& options, double progress) {
  if (progress < options.warmup) return options.learning_rate * progress / options.warmup;
  const double p = std::min(1.0, (progress - options.warmup) / (1 - options.warmup));
  switch (options.schedule) {
    case Schedule::kLinear:
      return options.learning_rate * (1 - p);
    case Schedule::kCosine:
      return options.learning_rate * (1 + std::cos(std::numbers::pi * p)) / 2;
    case Schedule::kConstant:
      break;
  }
  return options.learning_rate;
}

std::string_view to_string(Objective objective) {
  switch (objective) {
    case Objective::kNce:
      return "nce";
    case Objective::kSoftmax:
      return "softmax";
    case Objective::kNegativeSampling:
      break;
  }
  return "ns";
}

std::string_view to_string(OptimizerKind kind) {
  switch (kind) {
    case OptimizerKind::kRowAdagrad:
      return "row-adagrad";
    case OptimizerKind::kAdagrad:
      return "adagrad";
    case OptimizerKind::kLazyAdam:
      return "lazy-adam";
    case OptimizerKind::kAdam:
      return "adam";
    case OptimizerKind::kSgd:
      break;
  }
  return "sgd";
}

std::string_view to_string(Schedule schedule) {
  switch (schedule) {
    case Schedule::kLinear:
      return "linear";
    case Schedule::kCosine:
      return "cosine";
    case Schedule::kConstant:
      break;
  }
  return "constant";
}

std::string_view to_string(EngineKind kind) {
  switch (kind) {
    case EngineKind::kFused:
      return "fused";
    case EngineKind::kAutograd:
      return "autograd";
    case EngineKind::kAuto:
      break;
  }
  return "auto";
}

}  // namespace feat2vec::trainers
