#include "apps/train_arguments.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <string_view>

#include "apps/command.h"
#include "feat2vec/numbers.h"
#include "feat2vec/spelling.h"
#include "trainers/kernels/available_cores.h"

namespace feat2vec::apps {
namespace {

template <class T>
void check(bool holds, std::string_view flag, std::string_view expected, const T& received) {
  if (!holds)
    throw UsageError(fmt::format("{}: expected {}, received {}", flag, expected, received));
}

/// The published method: whole groups against whole rows, one number in common, NCE with alpha1 .25 and alpha2 .75.
void set_published(TrainArguments& arguments) {
  arguments.model.prior = Prior::kNone;
  arguments.value_bias = false;
  arguments.missing_policy.reset();
  arguments.knots = 0;
  arguments.reader = false;
  arguments.sampler.contexts = samplers::ContextOptions();
  arguments.contexts_by_table = false;
  arguments.sampler.noise_rows = 5;
  arguments.train.objective = trainers::Objective::kNce;
}

/// The model, sampler and loss of the paper, trained to the end: the optimiser that its authors' scripts use learns next to
/// nothing from a table of some thousand rows (docs/quality.md).
void set_paper(TrainArguments& arguments) {
  set_published(arguments);
  arguments.model.dim = 50;
  arguments.train.learning_rate = 0.03;
  arguments.train.first_batch = 1;
  arguments.epochs = 50;
  arguments.train.patience = 0;
}

/// The original's worked example, with its optimiser and its stopping.
void set_worked_example(TrainArguments& arguments) {
  set_published(arguments);
  arguments.model.dim = 10;
  arguments.alpha1 = 0.5;
  arguments.noise.alpha2 = 0.25;
  arguments.noise.count_bias = 10;
  arguments.train.optimizer = trainers::OptimizerKind::kAdam;
  arguments.train.learning_rate = 0.001;
  arguments.train.batch = arguments.train.first_batch = 2000;
  arguments.epochs = 100;
  arguments.train.patience = 1;
  arguments.valid_share = 0.1;
}

}  // namespace

const std::vector<std::string>& preset_names() {
  static const std::vector<std::string> kNames{"default", "best", "paper", "seed"};
  return kNames;
}

void apply_preset(TrainArguments& arguments, std::string_view name) {
  if (name == "best") {
    set_contexts(arguments, "one");
    arguments.train.learning_rate = 0.03;
  }
  if (name == "paper") set_paper(arguments);
  if (name == "seed") set_worked_example(arguments);
}

void set_contexts(TrainArguments& arguments, std::string_view text) {
  arguments.contexts_by_table = false;
  samplers::ContextOptions& contexts = arguments.sampler.contexts;
  contexts.all = contexts.keep = contexts.one = contexts.subset = 0;
  const std::map<std::string_view, double*> kinds{{"all", &contexts.all},
                                                  {"keep", &contexts.keep},
                                                  {"one", &contexts.one},
                                                  {"subset", &contexts.subset}};
  while (!text.empty()) {
    const std::string_view part = text.substr(0, text.find(','));
    text.remove_prefix(std::min(text.size(), part.size() + 1));
    const std::size_t colon = part.find(':');
    const std::string_view name = part.substr(0, colon);
    const auto kind = kinds.find(name);
    const Number share = colon == std::string_view::npos ? Number{NumberKind::kNumber, 1}
                                                         : parse_number(part.substr(colon + 1));
    if (kind == kinds.end() || share.kind != NumberKind::kNumber)
      throw UsageError(
          fmt::format("--context: expected all, keep, one, subset, or shares of them "
                      "such as subset:0.5,one:0.5, received \"{}\"{}",
                      part, did_you_mean(name, {"all", "keep", "one", "subset"})));
    *kind->second += share.value;
  }
  const double sum = contexts.all + contexts.keep + contexts.one + contexts.subset;
  check(std::abs(sum - 1) < 1e-9, "--context", "shares that add up to 1", sum);
}

void apply(const TrainArguments& arguments, data::Schema& schema) {
  for (data::Feature& feature : schema.features) {
    if (feature.kind == data::FeatureKind::kNumeric && arguments.knots)
      feature.knots = *arguments.knots;
    if (!data::has_vocabulary(feature.kind)) continue;
    if (arguments.value_bias && !data::is_whole_cell(feature.kind)) feature.bias = true;
    if (arguments.missing_policy) feature.missing = *arguments.missing_policy;
  }
}

TrainArguments::TrainArguments() {
  model.dim = 150;
  model.prior = Prior::kValue;
  sampler.noise_rows = 20;
  sampler.contexts.unit = samplers::Unit::kMember;
  sampler.contexts.all = 0;
  sampler.contexts.one = sampler.contexts.subset = 0.5;
  sampler.contexts.exact_values = 32;
  train.objective = trainers::Objective::kSoftmax;
  train.learning_rate = 0.04;
}

void finish(TrainArguments& arguments) {
  const auto share = [](double x) { return x >= 0 && x <= 1; };
  constexpr std::int64_t kMost = 65536;  // of what is multiplied into every tensor
  const auto within = [](std::int64_t x) { return x >= 1 && x <= kMost; };
  check(arguments.model.dim >= 1 && arguments.model.dim <= kMostDim, "--dim",
        fmt::format("1 to {}", kMostDim), arguments.model.dim);
  const std::int64_t epochs = arguments.epochs.value_or(1);
  check(epochs >= 1 && epochs <= trainers::kMostEpochs, "--epochs", "1 to 1000000", epochs);
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
  check(arguments.memory_bytes >= 0, "--memory", "0 bytes or more", arguments.memory_bytes);
  check(arguments.checkpoint_every >= 0, "--checkpoint-every", "0 seconds or more",
        arguments.checkpoint_every);
  samplers::ContextOptions& contexts = arguments.sampler.contexts;
  check(contexts.keep_probability > 0 && contexts.keep_probability <= 1, "--keep",
        "a number in (0, 1]", contexts.keep_probability);
  if (arguments.sampler.oversampler == samplers::Oversampler::kAll && !contexts.is_paper())
    throw UsageError(
        "--oversampler all: expected --unit group --context all beside it, received others");
  check(!arguments.knots || *arguments.knots == 0 ||
            (*arguments.knots >= data::kFewestKnots && *arguments.knots <= data::kMostKnots),
        "--knots", fmt::format("0, or {} to {}", data::kFewestKnots, data::kMostKnots),
        arguments.knots.value_or(0));
  check(contexts.cap >= 1, "--context-cap", "1 or more", contexts.cap);
  check(contexts.exact_values >= 0 && contexts.exact_values <= 1024, "--exact-values", "0 to 1024",
        contexts.exact_values);
  const bool softmax = arguments.train.objective == trainers::Objective::kSoftmax;
  if (!softmax) contexts.exact_values = 0;
  contexts.accidental_hits = !softmax;
  arguments.model.seed = arguments.seed;
  arguments.sampler.seed = arguments.seed;
  arguments.train.seed = arguments.seed;
  arguments.train.threads =
      arguments.threads > 0 ? arguments.threads : trainers::kernels::available_cores();
  arguments.read.threads = arguments.train.threads;
  arguments.inference.threads = arguments.train.threads;
  if (!arguments.valid.empty()) arguments.valid_share = 0;
  constexpr double kShareToStopOn = 0.1;
  if (!arguments.stop_on.empty() && arguments.valid.empty() && arguments.valid_share == 0)
    arguments.valid_share = kShareToStopOn;
  arguments.choose_epochs = arguments.valid_share > 0 || !arguments.valid.empty();
}

nlohmann::json context_shares(const samplers::ContextOptions& contexts) {
  return {{"all", contexts.all},
          {"keep", contexts.keep},
          {"one", contexts.one},
          {"subset", contexts.subset}};
}

nlohmann::json result_options(const TrainArguments& arguments) {
  const samplers::ContextOptions& contexts = arguments.sampler.contexts;
  const bool two_step = arguments.sampler.oversampler == samplers::Oversampler::kTwoStep;
  return {{"dim", arguments.model.dim},
          {"prior", to_string(arguments.model.prior)},
          {"value-bias", arguments.value_bias},
          {"missing-values", arguments.missing_policy ? data::to_string(*arguments.missing_policy)
                                                      : std::string_view("schema")},
          {"knots", arguments.knots.value_or(-1)},
          {"unit", contexts.unit == samplers::Unit::kGroup ? "group" : "member"},
          {"context",
           arguments.contexts_by_table ? nlohmann::json("by table") : context_shares(contexts)},
          {"keep", contexts.keep_probability},
          {"context-cap", contexts.cap},
          {"same-bag", contexts.same_bag},
          {"shared-noise", contexts.shared_noise},
          {"exact-values", contexts.exact_values},
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
          {"epochs", arguments.epochs ? nlohmann::json(*arguments.epochs) : nlohmann::json("auto")},
          {"batch", arguments.train.batch},
          {"first-batch", arguments.train.first_batch},
          {"schedule", trainers::to_string(arguments.train.schedule)},
          {"warmup", arguments.train.warmup},
          {"weight-decay", arguments.train.weight_decay},
          {"engine", trainers::to_string(arguments.train.engine)},
          {"async", arguments.train.async},
          {"patience", arguments.train.patience},
          {"stop-on", arguments.stop_on},
          {"valid-share", arguments.valid_share},
          {"valid", !arguments.valid.empty()},
          {"reader", arguments.reader},
          {"answers", reading::to_string(arguments.answers)},
          {"memory", arguments.memory_bytes},
          {"refit", arguments.refit}};
}

}  // namespace feat2vec::apps
