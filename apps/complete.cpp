#include "apps/complete.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <memory>
#include <nlohmann/json.hpp>
#include <numeric>
#include <optional>
#include <set>
#include <utility>

#include "apps/choices.h"
#include "apps/command.h"
#include "apps/console.h"
#include "apps/model_rows.h"
#include "apps/read_flags.h"
#include "feat2vec/error.h"
#include "feat2vec/printable.h"
#include "feat2vec/reading/known.h"
#include "feat2vec/storage/atomic_file.h"
#include "feat2vec/storage/model_file.h"

namespace feat2vec::apps {
namespace {

bool names_a_table(const CompleteArguments& arguments) {
  return !arguments.known.empty() && arguments.known.front().find('=') == std::string::npos;
}

void check(const CompleteArguments& a) {
  if (a.k < 1) throw UsageError(fmt::format("-k: expected 1 or more, received {}", a.k));
  if (a.json && (!a.queries.empty() || names_a_table(a)))
    throw UsageError("--json: expected known values, received a table or --queries");
  const bool reads_a_table = names_a_table(a) || !a.train.empty();
  if (!a.read.header.empty() && !reads_a_table)
    throw UsageError("--header: expected a table, received none");
  if (a.read.skip_bad_rows && !reads_a_table)
    throw UsageError("--bad-rows: expected a table, received none");
  if (!a.task.empty() && a.queries.empty())
    throw UsageError("--task: expected --queries beside it, received none");
  if (!a.queries.empty()) {
    if (a.out.empty()) throw UsageError("--queries: expected --out beside it, received none");
    if (!a.target.empty() || !a.known.empty())
      throw UsageError("--queries: expected neither --target nor known values beside it");
  } else if (a.target.empty()) {
    throw UsageError("--target: expected the feature to complete, received none");
  } else if (a.known.empty()) {
    throw UsageError("expected what is known, feature=value, or a table, received none");
  } else if (!a.out.empty() && !names_a_table(a)) {
    throw UsageError("--out: expected a table or --queries, received known values");
  }
  if (a.out.empty()) return;
  storage::check_writable(a.out);
  std::vector<std::string> inputs{a.model, a.queries};
  inputs.insert(inputs.end(), a.known.begin(), a.known.end());
  inputs.insert(inputs.end(), a.train.begin(), a.train.end());
  for (const std::string& input : inputs) {
    std::error_code ignored;
    if (std::filesystem::equivalent(a.out, input, ignored))
      throw Error(
          fmt::format("{}: expected an output that is not an input too, received it", a.out));
  }
}

/// Probabilities of scores that are logarithms of them but for a constant.
std::vector<double> softmax(const std::vector<double>& scores) {
  const double highest = *std::max_element(scores.begin(), scores.end());
  std::vector<double> shares;
  shares.reserve(scores.size());
  for (const double score : scores) shares.push_back(std::exp(score - highest));
  const double sum = std::accumulate(shares.begin(), shares.end(), 0.0);
  for (double& share : shares) share /= sum;
  return shares;
}

void print_json(const std::string& feature, const std::vector<Completion>& best) {
  nlohmann::json list = nlohmann::json::array();
  for (const Completion& completion : best) {
    nlohmann::json entry{{"feature", feature},
                         {"value", completion.value},
                         {"score", completion.score},
                         {"count", completion.count}};
    if (!std::isnan(completion.probability)) entry["probability"] = completion.probability;
    list.push_back(std::move(entry));
  }
  fmt::print("{}\n", list.dump());
}

void print_text(const std::string& feature, const std::vector<Completion>& best) {
  for (const Completion& completion : best) {
    const bool probable = !std::isnan(completion.probability);
    fmt::print("{}  {}={}  ({})\n",
               probable ? fmt::format("{:6.2f} %", 100 * completion.probability)
                        : fmt::format("{:9.4f}", completion.score),
               printable(feature), printable(completion.value), counted(completion.count, "time"));
  }
}

/// The cell that is asked for is not known, and every other one holds one value, but a bag several.
void check_known(const reading::Values& values, std::int32_t target, const reading::Query& query) {
  std::set<std::pair<std::int32_t, std::int32_t>> seen;
  for (const reading::Known& known : query) {
    const reading::FeatureValues& feature = values.feature(known.feature);
    const bool bag = feature.kind == data::FeatureKind::kBag;
    if (known.feature == target && !bag)
      throw UsageError(
          fmt::format("--target {0}: expected values of other features, received one of \"{0}\"",
                      feature.name));
    if (!seen.emplace(known.feature, bag ? known.value : reading::kCell).second)
      throw UsageError(fmt::format("expected {} of \"{}\", received {}",
                                   bag ? "each value" : "one value", feature.name,
                                   bag ? "one twice" : "several"));
  }
}

void complete_one(const CompleteArguments& arguments, const reading::Values& values,
                  const Readouts& readouts) {
  const Model& model = values.embeddings().model();
  const std::int32_t target = target_called(values, arguments.target);
  const reading::NamedQuery named = reading::named_query(values, arguments.known);
  check_known(values, target, named.query);
  if (named.query.empty()) throw Error(named.unknown.front());
  for (const std::string& message : named.unknown) warn(fmt::format("{}; it is left out", message));
  for (const std::string& message : named.outside) warn(message);
  const std::string_view by = arguments.by.empty() ? readouts.best(target) : arguments.by;
  const reading::FeatureValues& candidates = values.target(target);
  std::vector<double> scores(static_cast<std::size_t>(candidates.candidates()));
  readouts.get(by).scores(target, named.query, scores);
  const auto best = best_values(candidates, model.vocabularies[static_cast<std::size_t>(target)],
                                scores, arguments.k, gives_probabilities(by));
  if (arguments.json) {
    print_json(arguments.target, best);
    return;
  }
  if (!gives_probabilities(by))
    print_error(fmt::format("scores of {}, no probabilities; the higher, the better\n", by));
  print_text(arguments.target, best);
}

void run_complete(const CompleteArguments& arguments) {
  check(arguments);
  const Model model = storage::load_model(arguments.model);
  const reading::Values values(model, values_options(model));
  if (arguments.queries.empty()) target_called(values, arguments.target);
  StoredKnowledge stored(model, values, arguments.model);
  if (!arguments.train.empty()) {
    if (stored.memory)
      warn("--train is not read: the model has the counts of its training rows");
    else
      stored.memory = count_rows(values, arguments.train, arguments.read);
  }
  const Readouts readouts(values, stored);
  if (!arguments.queries.empty())
    write_scores(arguments, values, readouts);
  else if (names_a_table(arguments))
    complete_table(arguments, values, readouts);
  else
    complete_one(arguments, values, readouts);
}

}  // namespace

std::vector<Completion> best_values(const reading::FeatureValues& target,
                                    const data::Vocabulary& vocabulary,
                                    const std::vector<double>& scores, std::int64_t k,
                                    bool probabilities) {
  std::vector<std::size_t> order(scores.size());
  std::iota(order.begin(), order.end(), 0);
  std::erase_if(order, [&](std::size_t t) { return scores[t] == reading::kNoAnswer; });
  const auto count = std::min<std::size_t>(static_cast<std::size_t>(k), order.size());
  std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(count), order.end(),
                    [&](std::size_t a, std::size_t b) {
                      return scores[a] != scores[b] ? scores[a] > scores[b] : a < b;
                    });
  const std::vector<double> shares = probabilities ? softmax(scores) : std::vector<double>();
  std::vector<Completion> best;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t t = order[i];
    best.push_back(
        {.value = std::string(vocabulary.value(static_cast<std::int64_t>(t))),
         .score = scores[t],
         .probability = probabilities ? shares[t] : std::numeric_limits<double>::quiet_NaN(),
         .count = target.counts[t]});
  }
  return best;
}

void add_complete(CLI::App& app, int& exit_code) {
  const auto a = std::make_shared<CompleteArguments>();
  CLI::App* command = app.add_subcommand("complete", "Rank the values that an empty cell may have");
  command->add_option("model", a->model, "Model file (.f2v)")->required();
  command->add_option("known", a->known,
                      "What is known of the row: feature=value, as often as needed; or a table, "
                      "each row of which is completed");
  command->add_option("--target", a->target, "Feature whose value is asked for");
  command->add_option("-k", a->k, "How many values")->capture_default_str();
  command
      ->add_option("--by", a->by,
                   fmt::format("{}: how values are ranked (default: the reader of the model, else "
                               "mixture)",
                               fmt::join(Readouts::names(), " | ")))
      ->check(one_of(Readouts::names()));
  command
      ->add_option(
          "--train", a->train,
          "The table that the model was trained on, for counts and pmi where the model has "
          "not stored its counts")
      ->allow_extra_args(false)
      ->take_all();
  add_header_flag(command, a->read);
  add_bad_rows_flag(command, a->read);
  command->add_option("--queries", a->queries, "File of questions (JSON) whose scores are wanted");
  command->add_option("--task", a->task, "Which task of --queries, where it has several");
  command
      ->add_option("--out", a->out,
                   "File to write: of --queries a NumPy array, of a table CSV (default: print)")
      ->check(output_file());
  command->add_flag("--json", a->json, "Print JSON instead of text");
  command->footer(
      "Prints probabilities where the read-out gives some, else scores; the higher, the better.\n"
      "A table is completed as CSV: row (of those that were read), place, value, score,\n"
      "probability; it needs the columns of training, whatever the cells of the target hold.\n"
      "Values that the row holds already are no answers. docs/evaluation.md tells what the\n"
      "read-outs are and what --queries holds.");
  command->callback([a, &exit_code] {
    run_complete(*a);
    exit_code = kDone;
  });
}

}  // namespace feat2vec::apps
