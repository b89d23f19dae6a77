#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "apps/choices.h"
#include "apps/command.h"
#include "apps/console.h"
#include "apps/model_rows.h"
#include "apps/read_flags.h"
#include "apps/readouts.h"
#include "apps/status_line.h"
#include "feat2vec/data/row_sketch.h"
#include "feat2vec/error.h"
#include "feat2vec/printable.h"
#include "feat2vec/reading/evaluation.h"
#include "feat2vec/reading/summary.h"
#include "feat2vec/storage/model_file.h"
#include "feat2vec/tables/read.h"

namespace feat2vec::apps {
namespace {

struct EvaluateArguments {
  std::string model;
  std::vector<std::string> data;
  std::vector<std::string> targets;
  std::vector<std::string> given;  ///< each a list of features, joined by commas
  std::vector<std::string> readouts;
  std::vector<std::string> train;
  tables::ReadOptions read;
  bool filter = false;
  reading::BagAnswer answers = reading::BagAnswer::kRandom;
  std::uint64_t seed = 1;
  bool json = false;
};

/// The features of a list joined by commas.
std::vector<std::int32_t> features_called(const reading::Values& values, const std::string& list) {
  std::vector<std::int32_t> features;
  for (std::size_t start = 0; start <= list.size();) {
    const std::size_t end = std::min(list.find(',', start), list.size());
    features.push_back(known_called(values, list.substr(start, end - start)));
    start = end + 1;
  }
  return features;
}

/// Every target with every set of known features; without sets, with all others.
std::vector<reading::Task> tasks_of(const EvaluateArguments& arguments,
                                    const reading::Values& values) {
  std::set<std::int32_t> wanted;
  for (const std::string& name : arguments.targets) wanted.insert(target_called(values, name));
  std::vector<reading::Task> tasks;
  for (const reading::Task& task : reading::default_tasks(values)) {
    if (!wanted.empty() && !wanted.contains(task.target)) continue;
    if (arguments.given.empty()) tasks.push_back(task);
    for (const std::string& list : arguments.given)
      tasks.push_back({task.target, features_called(values, list)});
  }
  return tasks;
}

/// The read-outs to ask the task through: those that were named, or all that can.
std::vector<reading::NamedReadout> chosen(const EvaluateArguments& arguments,
                                          const Readouts& readouts, std::int32_t target) {
  std::vector<reading::NamedReadout> found;
  const std::vector<std::string> names =
      arguments.readouts.empty() ? readouts.available(target) : arguments.readouts;
  found.reserve(names.size());
  for (const std::string& name : names) found.push_back({name, &readouts.get(name)});
  return found;
}

void print_text(const reading::Evaluation& evaluation) {
  std::vector<std::string> given;
  given.reserve(evaluation.given.size());
  for (const std::string& name : evaluation.given) given.push_back(printable(name, kShownBytes));
  fmt::print("{} given {}: {}, {}", printable(evaluation.target, kShownBytes),
             fmt::join(given, ", "), counted(evaluation.questions, "row"),
             counted(evaluation.candidates, "candidate"));
  if (evaluation.unseen_targets > 0)
    fmt::print("; {} left out, training never saw their answer",
               counted(evaluation.unseen_targets, "row"));
  fmt::print("\n  {:<12}{:>8}{:>9}{:>8}{:>10}{:>11}\n", "", "MPR %", "median", "MRR", "hits@1 %",
             "hits@10 %");
  for (const auto& [name, m] : evaluation.readouts)
    fmt::print("  {:<12}{:>8.2f}{:>9.1f}{:>8.4f}{:>10.2f}{:>11.2f}\n", name, 100 * m.mpr,
               m.median_rank, m.mrr, 100 * m.hits1, 100 * m.hits10);
}

void print_summary(const reading::Evaluation& evaluation, std::string_view best) {
  if (evaluation.find(best) != nullptr)
    fmt::print("  {}, {}\n", best, reading::summarise(evaluation, best));
  fmt::print("\n");
}

void say_what_is_lacking(const Readouts& readouts) {
  for (const std::string& name : Readouts::names()) {
    if (!readouts.lacking(name).empty())
      print_error(fmt::format("without {}: needs {}\n", name, readouts.lacking(name)));
  }
}

void say_what_the_reader_learned(const StoredKnowledge& stored, const reading::Values& values,
                                 const std::vector<reading::Task>& tasks,
                                 reading::BagAnswer answers) {
  for (const reading::Task& task : tasks) {
    if (!stored.reader || values.feature(task.target).kind != data::FeatureKind::kBag) continue;
    const auto found = stored.reader->targets.find(task.target);
    if (found == stored.reader->targets.end() || found->second.report.answers == answers) continue;
    const std::string_view learned = to_string(found->second.report.answers);
    print_error(fmt::format("the reader was fitted with --answers {}; asked with {}\n", learned,
                            to_string(answers)));
    return;
  }
}

/// Ranks of rows that the model has learned say nothing of others.
void warn_of_seen_rows(const Model& model, const data::Dataset& rows) {
  if (!model.seen) return;
  const data::SeenRows found = data::seen_rows(*model.seen, rows);
  if (!data::is_suspicious(*model.seen, found)) return;
  const bool all = found.looked_at == rows.rows();
  warn(fmt::format("{} of {} rows{} were seen in training: their ranks flatter", found.seen,
                   found.looked_at, all ? "" : " that were looked at"));
}

reading::Evaluation evaluate_task(const EvaluateArguments& arguments, const Readouts& readouts,
                                  const reading::Values& values, const reading::Task& task,
                                  const data::Dataset& rows,
                                  const std::optional<data::Dataset>& training) {
  std::optional<reading::Answers> answered;
  if (arguments.filter) answered.emplace(values, *training, task, arguments.answers);
  StatusLine line;
  const auto show = [&](std::string_view readout, std::size_t done, std::size_t questions) {
    if (line.is_due())
      line.draw(fmt::format("{} by {}: {} of {} rows",
                            printable(values.target(task.target).name, kShownBytes), readout, done,
                            questions));
  };
  return reading::evaluate(values, chosen(arguments, readouts, task.target), rows, task,
                           {.answers = arguments.answers,
                            .seed = arguments.seed,
                            .answered = answered ? &*answered : nullptr,
                            .on_progress = show});
}

void run_evaluate(const EvaluateArguments& arguments) {
  if (arguments.filter && arguments.train.empty())
    throw UsageError("--filter: expected --train beside it, received none");
  const Model model = storage::load_model(arguments.model);
  const reading::Values values(model, values_options(model));
  const std::vector<reading::Task> tasks = tasks_of(arguments, values);
  const data::Dataset rows = encode_rows(model, read_rows(arguments.data, arguments.read));
  warn_of_seen_rows(model, rows);
  std::optional<data::Dataset> training;
  StoredKnowledge stored(model, values, arguments.model);
  if (!arguments.train.empty()) {
    training = encode_rows(model, read_rows(arguments.train, arguments.read));
    if (!stored.memory) stored.memory.emplace(*training, values);
  }
  const Readouts readouts(values, stored);
  if (arguments.readouts.empty()) say_what_is_lacking(readouts);
  say_what_the_reader_learned(stored, values, tasks, arguments.answers);
  std::vector<reading::Evaluation> evaluations;
  for (const reading::Task& task : tasks) {
    evaluations.push_back(evaluate_task(arguments, readouts, values, task, rows, training));
    if (arguments.json) continue;
    print_text(evaluations.back());
    print_summary(evaluations.back(), readouts.best(task.target));
  }
  if (arguments.json) fmt::print("{}\n", reading::to_json(evaluations).dump());
}

}  // namespace

void add_evaluate(CLI::App& app, int& exit_code) {
  const auto a = std::make_shared<EvaluateArguments>();
  CLI::App* command = app.add_subcommand(
      "evaluate", "How well hidden cells of rows that were not trained on are found again");
  command->add_option("model", a->model, "Model file (.f2v)")->required();
  command->add_option("data", a->data, "Tables of rows that were not trained on")->required();
  command->add_option("--target", a->targets, "A feature to hide (default: each in turn)")
      ->allow_extra_args(false)
      ->take_all();
  command
      ->add_option("--given", a->given,
                   "Features that are known then, A,B,C; once for each set (default: all others). "
                   "With the target among them the other members of its bag are known")
      ->allow_extra_args(false)
      ->take_all();
  command
      ->add_option(
          "--readout", a->readouts,
          fmt::format("{} (default: all that there are)", fmt::join(Readouts::names(), " | ")))
      ->check(one_of(Readouts::names()))
      ->allow_extra_args(false)
      ->take_all();
  command
      ->add_option(
          "--train", a->train,
          "The table that the model was trained on, for --filter, and for counts and pmi where "
          "the model has not stored its counts")
      ->allow_extra_args(false)
      ->take_all();
  add_header_flag(command, a->read);
  add_bad_rows_flag(command, a->read);
  command->add_flag("--filter", a->filter,
                    "Do not rank answers that training rows give to the same question");
  add_choice<reading::BagAnswer>(
      command, "--answers", a->answers,
      {{"random", reading::BagAnswer::kRandom}, {"first", reading::BagAnswer::kFirst}},
      "which member of a bag is asked for: one drawn at random, or the first, the others being "
      "wrong");
  command->add_option("--seed", a->seed, "Of the members that are drawn from bags")
      ->check(natural())
      ->capture_default_str();
  command->add_flag("--json", a->json, "Print JSON instead of text");
  command->footer(
      "All values of the target are ranked, ties shared; of a bag one member is asked for, and "
      "the\n"
      "others do not take part, but with --answers first. MPR: mean rank / number of candidates,\n"
      "50 % by chance.\n"
      "docs/evaluation.md defines every number.");
  command->callback([a, &exit_code] {
    run_evaluate(*a);
    exit_code = kDone;
  });
}

}  // namespace feat2vec::apps
