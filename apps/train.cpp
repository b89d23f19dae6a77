#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "apps/choices.h"
#include "apps/command.h"
#include "apps/console.h"
#include "apps/stop_on.h"
#include "apps/train_arguments.h"
#include "apps/train_data_flags.h"
#include "apps/train_run.h"

namespace feat2vec::apps {
namespace {

void add_preset(CLI::App* command, TrainArguments& a) {
  command
      ->add_option_function<std::string>(
          "--preset", [&a](const std::string& name) { apply_preset(a, name); },
          "default (where none is named) | best | paper | seed: options to start from; other flags "
          "override them. best: "
          "slower; paper: the published "
          "model, sampler and loss; seed: the original's worked example")
      ->check(one_of(preset_names()));
}

void add_model_options(CLI::App* command, TrainArguments& a) {
  command->add_option("--dim", a.model.dim, "Length of the vectors")->capture_default_str();
  add_choice<Prior>(command, "--prior", a.model.prior,
                    {{"value", Prior::kValue}, {"group", Prior::kGroup}, {"none", Prior::kNone}},
                    "what is known of a value beforehand: its log probability as noise, a learned "
                    "offset of its group, or the original's single number");
  command->add_flag("--value-bias,!--no-value-bias", a.value_bias, "Learn a bias for every value");
  command
      ->add_option_function<std::string>(
          "--missing-values",
          [&a](const std::string& word) {
            a.missing_policy =
                word == "vector" ? data::MissingPolicy::kVector : data::MissingPolicy::kLeaveOut;
          },
          "vector | leave_out: what empty cells of categories and bags mean, whatever the schema "
          "says")
      ->check(one_of({"vector", "leave_out"}));
  command->add_option(
      "--knots", a.knots,
      "Vectors at so many quantiles of each column of numbers, and between them; 0: "
      "all numbers of a column lie on one line (default: what the schema says, where it is "
      "inferred "
      "16, but 0 for columns that share a vector)");
  command->add_option("--noise", a.sampler.noise_rows, "Noise rows for each observed row (k)")
      ->capture_default_str();
  command
      ->add_option("--alpha1", a.alpha1, "Exponent of the parameter counts when a group is drawn")
      ->capture_default_str();
  command->add_option("--alpha2", a.noise.alpha2, "Exponent of the counts when a value is drawn")
      ->capture_default_str();
  command->add_option("--count-bias", a.noise.count_bias, "Added to every count")
      ->capture_default_str();
  add_choice<samplers::Oversampler>(
      command, "--oversampler", a.sampler.oversampler,
      {{"twostep", samplers::Oversampler::kTwoStep}, {"all", samplers::Oversampler::kAll}},
      "one group of a noise row is replaced, or all");
  add_choice<trainers::Objective>(
      command, "--objective", a.train.objective,
      {{"nce", trainers::Objective::kNce},
       {"ns", trainers::Objective::kNegativeSampling},
       {"softmax", trainers::Objective::kSoftmax}},
      "noise-contrastive estimation, negative sampling, or sampled softmax");
}

void add_context_options(CLI::App* command, TrainArguments& a) {
  samplers::ContextOptions& contexts = a.sampler.contexts;
  add_choice<samplers::Unit>(
      command, "--unit", contexts.unit,
      {{"group", samplers::Unit::kGroup}, {"member", samplers::Unit::kMember}},
      "what noise replaces: the whole value of a group, or one value");
  command->add_option_function<std::string>(
      "--context", [&a](const std::string& text) { set_contexts(a, text); },
      "What of its row a value is scored against: all (of the row), keep (each with --keep), one "
      "(each other value alone), subset (a random one), or shares of these (default "
      "subset:0.5,one:0.5; where each column has one of few values a row, subset:0.5,all:0.5)");
  command->add_option("--keep", contexts.keep_probability, "Of --context keep")
      ->capture_default_str();
  command
      ->add_option("--context-cap", contexts.cap,
                   "Values that a value is scored against alone, at most")
      ->capture_default_str();
  command->add_flag("--same-bag,!--no-same-bag", contexts.same_bag,
                    "Members of one bag are scored against each other");
  command->add_flag("--shared-noise,!--no-shared-noise", contexts.shared_noise,
                    "The contexts of a value share its noise");
  command
      ->add_option("--exact-values", contexts.exact_values,
                   "With softmax: features of up to so many values are scored whole")
      ->capture_default_str();
}

void add_training_options(CLI::App* command, TrainArguments& a) {
  command->add_option("--epochs", a.epochs,
                      "Passes over the rows, at most (default: 20, or fewer, at least 5, where a "
                      "table has over 10 million values to learn from and few different ones)");
  command
      ->add_option("--batch", a.train.batch,
                   "Observed rows a step, at most: training starts with --first-batch")
      ->capture_default_str();
  command
      ->add_option("--first-batch", a.train.first_batch,
                   "Rows of the first steps; they grow with the rows seen, up to --batch")
      ->capture_default_str();
  command->add_option("--lr", a.train.learning_rate, "Learning rate")->capture_default_str();
  add_choice<trainers::OptimizerKind>(command, "--optimizer", a.train.optimizer,
                                      {{"row-adagrad", trainers::OptimizerKind::kRowAdagrad},
                                       {"adagrad", trainers::OptimizerKind::kAdagrad},
                                       {"lazy-adam", trainers::OptimizerKind::kLazyAdam},
                                       {"adam", trainers::OptimizerKind::kAdam},
                                       {"sgd", trainers::OptimizerKind::kSgd}},
                                      "update rule");
  add_choice<trainers::Schedule>(command, "--schedule", a.train.schedule,
                                 {{"constant", trainers::Schedule::kConstant},
                                  {"linear", trainers::Schedule::kLinear},
                                  {"cosine", trainers::Schedule::kCosine}},
                                 "of the learning rate");
  command
      ->add_option("--warmup", a.train.warmup,
                   "Share of training in which the learning rate rises from 0")
      ->capture_default_str();
  command
      ->add_option("--weight-decay", a.train.weight_decay,
                   "Pull towards 0 of the vectors that a step touches")
      ->capture_default_str();
  command->add_flag("--async", a.train.async,
                    "Step after each row, threads beside each other: faster, not reproducible with "
                    "more than one thread");
  command->add_option_function<std::string>(
      "--stop-on",
      [&a](const std::string& text) {
        constexpr std::int64_t kPatience = 5;
        check_stop_metric(text);
        a.stop_on = text;
        a.train.patience = kPatience;  // --patience, added next, overrides it
      },
      "METRIC:FEATURE, such as mrr:director (also mpr, hits1, hits10): choose the number of epochs "
      "by "
      "how well the feature is found again in validation rows, a tenth unless said otherwise, "
      "instead "
      "of by their loss; --patience is 5 then");
  command
      ->add_option(
          "--patience", a.train.patience,
          "Epochs without a better validation loss, or --stop-on, before stopping; 0: never")
      ->capture_default_str();
  command->add_option("--seed", a.seed, "Of weights, noise, row order and split")
      ->check(natural())
      ->capture_default_str();
}

void add_running_options(CLI::App* command, TrainArguments& a) {
  command->add_option("--out", a.out, "Model file to write")
      ->check(output_file())
      ->capture_default_str();
  command
      ->add_option("--device", a.device,
                   "cpu | cuda: through autograd, for what the kernels cannot do")
      ->check(one_of({"cpu", "cuda"}))
      ->capture_default_str();
  add_choice<trainers::EngineKind>(command, "--engine", a.train.engine,
                                   {{"auto", trainers::EngineKind::kAuto},
                                    {"fused", trainers::EngineKind::kFused},
                                    {"autograd", trainers::EngineKind::kAutograd}},
                                   "who makes the steps; auto: fused where it can");
  command->add_option("--threads", a.threads,
                      "Threads to train with, 0: all cores; results do not depend on it, but with "
                      "--async");
  const std::map<std::string, double> seconds{{"s", 1}, {"m", 60}, {"h", 3600}};
  command
      ->add_option("--checkpoint-every", a.checkpoint_every,
                   "Time between checkpoints, such as 30s, 10m (default) or 1h; 0: none")
      ->transform(amount(seconds, "10m"));
  command->add_flag("--resume", a.resume, "Go on from OUT.checkpoint");
  add_choice<Progress>(
      command, "--progress", a.progress,
      {{"bar", Progress::kBar}, {"json", Progress::kJson}, {"none", Progress::kNone}},
      "how training is shown; json writes one object a line to stdout");
  command->add_flag("--quiet", a.quiet, "Print nothing but warnings and errors");
}

/// Warns of flags that say nothing with the others, so that nobody waits for what they do.
void warn_of_idle_flags(const CLI::App& command, const TrainArguments& a) {
  const struct {
    const char* flag;
    bool idle;
    const char* without;
  } flags[] = {
      {"--keep", a.sampler.contexts.keep == 0, "keep in --context"},
      {"--exact-values", a.train.objective != trainers::Objective::kSoftmax, "--objective softmax"},
      {"--patience", !a.choose_epochs && a.train.patience > 0,
       "--valid, --valid-share or --stop-on"},
      {"--answers", !a.reader, "--reader"},
      {"--memory", !a.reader, "--reader"}};
  for (const auto& [flag, idle, without] : flags)
    if (idle && command.count(flag) > 0)
      warn(fmt::format("{} does nothing without {}", flag, without));
}

}  // namespace

void add_train(CLI::App& app, int& exit_code) {
  const auto arguments = std::make_shared<TrainArguments>();
  CLI::App* command =
      app.add_subcommand("train", "Learn vectors from a table and write a model file");
  add_preset(command, *arguments);  // first, for options take effect in the order they are added
  add_data_options(command, *arguments);
  add_model_options(command, *arguments);
  add_context_options(command, *arguments);
  add_training_options(command, *arguments);
  add_running_options(command, *arguments);
  command->footer(
      "The schema is inferred and printed; flags that name a column override what was inferred.\n"
      "Ctrl-C stops after the step, writes the model and OUT.checkpoint; --resume goes on from "
      "it.");
  command->callback([arguments, command, &exit_code] {
    finish(*arguments);
    warn_of_idle_flags(*command, *arguments);
    exit_code = run_train(*arguments);
  });
}

}  // namespace feat2vec::apps
