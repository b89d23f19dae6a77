#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "apps/choices.h"
#include "apps/command.h"
#include "apps/stop_on.h"
#include "apps/train_arguments.h"
#include "apps/train_run.h"

namespace feat2vec::apps {
namespace {

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::size_t start = 0;
  for (std::size_t end = 0; end != std::string::npos; start = end + 1) {
    end = text.find(separator, start);
    parts.push_back(text.substr(start, end - start));
  }
  return parts;
}

tables::BagColumn bag_column(const std::string& text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string::npos || colon + 1 == text.size()) return {text, std::nullopt};
  return {text.substr(0, colon), text.substr(colon + 1)};
}

/// Options that take a list take one word each time they are given, so that tables may follow them.
void add_data_options(CLI::App* command, TrainArguments& a) {
  command
      ->add_option("data", a.data, "Tables: CSV, TSV, Parquet, Arrow, JSON, .gz, .zst; - is stdin")
      ->required();
  command->add_option("--schema", a.schema, "Schema (JSON) instead of inferring one");
  command
      ->add_option("--header", a.read.header,
                   "Names of the columns, for text without a header line")
      ->delimiter(',')
      ->allow_extra_args(false);
  command->add_option("--columns", a.inference.columns, "Use these columns only")
      ->delimiter(',')
      ->allow_extra_args(false);
  command->add_option("--categorical", a.inference.categorical, "A column that is categorical")
      ->allow_extra_args(false)
      ->take_all();
  command
      ->add_option_function<std::vector<std::string>>(
          "--bag",
          [&a](const std::vector<std::string>& bags) {
            for (const std::string& bag : bags) a.inference.bags.push_back(bag_column(bag));
          },
          "A column that is a bag, COLUMN or COLUMN:SEPARATOR")
      ->allow_extra_args(false)
      ->take_all();
  command
      ->add_option_function<std::vector<std::string>>(
          "--numeric",
          [&a](const std::vector<std::string>& groups) {
            for (const std::string& group : groups)
              a.inference.numeric.push_back(split(group, ','));
          },
          "Columns of numbers that share one vector, A or A,B,C")
      ->allow_extra_args(false)
      ->take_all();
  command
      ->add_option(
          "--text", a.inference.text,
          "A column of text, whose words get vectors; without this long texts are left out")
      ->allow_extra_args(false)
      ->take_all();
  command
      ->add_option("--missing", a.inference.missing_words,
                   "A word that means missing in every column, besides the empty cell")
      ->allow_extra_args(false)
      ->take_all();
  command
      ->add_option_function<std::string>(
          "--bad-rows", [&a](const std::string& word) { a.read.skip_bad_rows = word == "skip"; },
          "error | skip: what to do with rows that cannot be read")
      ->check(one_of({"error", "skip"}));
  command->add_flag("--cache", a.cache,
                    "Keep the columns in DATA.f2v-cache, mapped into memory; the next run with the "
                    "same content need not read the text");
  auto* valid = command->add_option("--valid", a.valid, "Table of validation rows");
  command
      ->add_option("--valid-share", a.valid_share,
                   "Share of the rows kept to choose the number of epochs by their loss")
      ->capture_default_str()
      ->excludes(valid);
  command->add_flag(
      "--reader,!--no-reader", a.reader,
      "Fit what weighs the answers of `complete`, on rows kept from a first training, "
      "and say how good they are (default where there are 300 such rows)");
  add_choice<reading::BagAnswer>(
      command, "--answers", a.answers,
      {{"random", reading::BagAnswer::kRandom}, {"first", reading::BagAnswer::kFirst}},
      "which member of a bag the reader learns to find: any (default), or the first, where their "
      "order means something, as in a list of authors");
  const std::map<std::string, std::int64_t> bytes{
      {"b", 1}, {"k", 1 << 10}, {"m", 1 << 20}, {"g", 1 << 30}};
  command
      ->add_option("--memory", a.memory_bytes,
                   "Bytes for the counts that the reader has beside the vectors, such as 256m "
                   "(default); 0: none")
      ->transform(amount(bytes, "256m"));
  command->add_flag("--refit,!--no-refit", a.refit,
                    "Then train again on all rows for that many epochs (default)");
}

void add_preset(CLI::App* command, TrainArguments& a) {
  command
      ->add_option_function<std::string>(
          "--preset", [&a](const std::string& name) { apply_preset(a, name); },
          "default | best | paper | seed: options to start from; other flags override them. best: "
          "slower; paper: the published "
          "model, sampler and loss; seed: the original's worked example")
      ->check(one_of(preset_names()));
}

void add_model_options(CLI::App* command, TrainArguments& a) {
  command->add_option("--dim", a.model.dim, "Length of the vectors")->capture_default_str();
  add_choice<Prior>(command, "--prior", a.model.prior,
                    {{"group", Prior::kGroup}, {"none", Prior::kNone}, {"value", Prior::kValue}},
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
      "one group of a noise row is replaced (default), or all");
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
                                      "update rule (default row-adagrad)");
  add_choice<trainers::Schedule>(command, "--schedule", a.train.schedule,
                                 {{"constant", trainers::Schedule::kConstant},
                                  {"linear", trainers::Schedule::kLinear},
                                  {"cosine", trainers::Schedule::kCosine}},
                                 "of the learning rate (default constant)");
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
  command->add_option("--out", a.out, "Model file to write")->capture_default_str();
  command
      ->add_option("--device", a.device,
                   "cpu | cuda: through autograd, for what the kernels cannot do")
      ->check(one_of({"cpu", "cuda"}))
      ->capture_default_str();
  add_choice<trainers::EngineKind>(command, "--engine", a.train.engine,
                                   {{"auto", trainers::EngineKind::kAuto},
                                    {"fused", trainers::EngineKind::kFused},
                                    {"autograd", trainers::EngineKind::kAutograd}},
                                   "who makes the steps (default auto: fused where it can)");
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
  command->callback([arguments, &exit_code] { exit_code = run_train(*arguments); });
}

}  // namespace feat2vec::apps
