#include "apps/train_arguments.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <string_view>

#include "apps/command.h"
#include "trainers/kernels/thread_pool.h"

namespace feat2vec::apps {
namespace {

template <class T>
void check(bool holds, std::string_view flag, std::string_view expected, const T& received) {
  if (!holds)
    throw UsageError(fmt::format("{}: expected {}, received {}", flag, expected, received));
}

}  // namespace

void apply_preset(TrainArguments& arguments, std::string_view name) {
  if (name == "default") return;
  if (name != "paper" && name != "seed")
    throw UsageError(fmt::format("--preset: expected default, paper or seed, received {}", name));
  const bool paper = name == "paper";
  arguments.model.prior = Prior::kNone;
  arguments.model.dim = paper ? 50 : 10;
  arguments.sampler.noise_rows = 5;
  arguments.alpha1 = paper ? 0.25 : 0.5;
  arguments.noise.alpha2 = paper ? 0.75 : 0.25;
  arguments.noise.count_bias = paper ? 0 : 10;
  arguments.train.optimizer = trainers::OptimizerKind::kAdam;
  arguments.train.learning_rate = 0.001;
  arguments.train.batch = paper ? 1000 : 2000;
  arguments.train.first_batch = arguments.train.batch;
  arguments.train.epochs = paper ? 25 : 100;
  arguments.train.patience = 1;
  arguments.valid_share = 0.1;
}

void finish(TrainArguments& arguments) {
  const auto share = [](double x) { return x >= 0 && x <= 1; };
  constexpr std::int64_t kMost = 65536;  // of what is multiplied into every tensor
  const auto within = [](std::int64_t x) { return x >= 1 && x <= kMost; };
  check(within(arguments.model.dim), "--dim", "1 to 65536", arguments.model.dim);
  check(arguments.train.epochs >= 1, "--epochs", "1 or more", arguments.train.epochs);
  constexpr std::int64_t kMostRows = std::int64_t{1} << 20U;
  check(arguments.train.batch >= 1 && arguments.train.batch <= kMostRows, "--batch", "1 to 1048576",
        arguments.train.batch);
  check(arguments.train.first_batch >= 1, "--first-batch", "1 or more",
        arguments.train.first_batch);
  check(arguments.train.warmup >= 0 && arguments.train.warmup < 1, "--warmup", "a number in [0, 1)",
        arguments.train.warmup);
  check(arguments.train.weight_decay >= 0 && std::isfinite(arguments.train.weight_decay),
        "--weight-decay", "0 or more", arguments.train.weight_decay);
  check(arguments.train.patience >= 0, "--patience", "0 or more", arguments.train.patience);
  check(within(arguments.sampler.noise_rows), "--noise", "1 to 65536",
        arguments.sampler.noise_rows);
  check(share(arguments.alpha1), "--alpha1", "a number in [0, 1]", arguments.alpha1);
  check(share(arguments.noise.alpha2), "--alpha2", "a number in [0, 1]", arguments.noise.alpha2);
  check(arguments.noise.count_bias >= 0 && std::isfinite(arguments.noise.count_bias),
        "--count-bias", "0 or more", arguments.noise.count_bias);
  check(arguments.train.learning_rate > 0 && std::isfinite(arguments.train.learning_rate), "--lr",
        "a number above 0", arguments.train.learning_rate);
  check(arguments.valid_share >= 0 && arguments.valid_share < 1, "--valid-share",
        "a number in [0, 1)", arguments.valid_share);
  check(arguments.threads >= 0 && arguments.threads <= 1024, "--threads", "0 to 1024",
        arguments.threads);
  check(!arguments.train.async || arguments.train.engine != trainers::EngineKind::kAutograd,
        "--async", "the fused engine", "--engine autograd");
  check(arguments.checkpoint_every >= 0, "--checkpoint-every", "0 seconds or more",
        arguments.checkpoint_every);
  arguments.model.seed = arguments.seed;
  arguments.sampler.seed = arguments.seed;
  arguments.train.seed = arguments.seed;
  arguments.train.threads =
      arguments.threads > 0 ? arguments.threads : trainers::kernels::available_cores();
  arguments.read.threads = arguments.train.threads;
  arguments.inference.threads = arguments.train.threads;
  if (!arguments.valid.empty()) arguments.valid_share = 0;
}

nlohmann::json result_options(const TrainArguments& arguments) {
  const bool two_step = arguments.sampler.oversampler == samplers::Oversampler::kTwoStep;
  return {{"dim", arguments.model.dim},
          {"prior", arguments.model.prior == Prior::kGroup ? "group" : "none"},
          {"init-std", arguments.model.init_std},
          {"seed", arguments.seed},
          {"noise", arguments.sampler.noise_rows},
          {"oversampler", two_step ? "twostep" : "all"},
          {"alpha1", arguments.alpha1},
          {"alpha2", arguments.noise.alpha2},
          {"count-bias", arguments.noise.count_bias},
          {"objective", trainers::to_string(arguments.train.objective)},
          {"optimizer", trainers::to_string(arguments.train.optimizer)},
          {"lr", arguments.train.learning_rate},
          {"epochs", arguments.train.epochs},
          {"batch", arguments.train.batch},
          {"first-batch", arguments.train.first_batch},
          {"schedule", trainers::to_string(arguments.train.schedule)},
          {"warmup", arguments.train.warmup},
          {"weight-decay", arguments.train.weight_decay},
          {"engine", trainers::to_string(arguments.train.engine)},
          {"async", arguments.train.async},
          {"patience", arguments.train.patience},
          {"valid-share", arguments.valid_share},
          {"valid", !arguments.valid.empty()},
          {"refit", arguments.refit}};
}

}  // namespace feat2vec::apps
