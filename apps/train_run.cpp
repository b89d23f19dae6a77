#include "apps/train_run.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "apps/checkpoint_writer.h"
#include "apps/command.h"
#include "apps/console.h"
#include "apps/default_epochs.h"
#include "apps/held_out_rows.h"
#include "apps/signals.h"
#include "apps/status_line.h"
#include "apps/stop_on.h"
#include "apps/train_data.h"
#include "apps/train_reader.h"
#include "apps/train_stage.h"
#include "feat2vec/error.h"
#include "feat2vec/printable.h"
#include "feat2vec/storage/atomic_file.h"
#include "feat2vec/storage/model_file.h"
#include "trainers/evaluate.h"

namespace feat2vec::apps {
namespace {

void say(const TrainArguments& arguments, std::string_view text) {
  if (arguments.quiet) return;
  print_error(fmt::format("{}\n", text));
}

void check_output(const TrainArguments& arguments) {
  storage::check_writable(arguments.out);
  storage::remove_leftovers(checkpoint_path(arguments.out));
  std::vector<std::string> inputs = arguments.data;
  inputs.push_back(arguments.valid);
  inputs.push_back(arguments.schema);
  for (const std::string& input : inputs) {
    std::error_code ignored;
    if (!input.empty() && std::filesystem::equivalent(input, arguments.out, ignored))
      throw Error(
          fmt::format("{}: expected an output that is not an input too, received the input {}",
                      arguments.out, input));
  }
}

void check_device(const TrainArguments& arguments) {
  if (arguments.device == "cuda" && !at::hasCUDA())
    throw Error("--device cuda: expected a CUDA device, received none");
}

/// The checkpoint to go on from. Throws Error when there is none, or when an option that changes
/// results differs, naming each.
Resumable load_resumable(const TrainArguments& arguments) {
  const std::string path = checkpoint_path(arguments.out);
  if (!std::filesystem::exists(path))
    throw Error(fmt::format("{}: expected a checkpoint to resume from, received none", path));
  Resumable found{storage::load_checkpoint(path), {}};
  found.position = run_position_from_json(found.checkpoint.position, path);
  const nlohmann::json& then = found.position.options;
  const nlohmann::json now = result_options(arguments);
  std::vector<std::string> differing;
  for (const auto& [name, value] : now.items())
    if (then.value(name, nlohmann::json()) != value)
      differing.push_back(fmt::format("--{} {} (now {})", name,
                                      then.value(name, nlohmann::json()).dump(), value.dump()));
  if (!differing.empty())
    throw Error(fmt::format("{}: expected the options of the checkpoint, received other {}", path,
                            fmt::join(differing, ", ")));
  return found;
}

/// Runs the stages of one command.
class Run {
 public:
  explicit Run(TrainArguments arguments)
      : arguments_(std::move(arguments)), fits_reader_(arguments_.reader) {}

  int operator()() {
    if (arguments_.resume) resumed_ = load_resumable(arguments_);
    std::optional<TrainTable> table = read_train_table(arguments_);
    apply(arguments_, table->schema);
    if (!arguments_.stop_on.empty()) check_stop_feature(arguments_.stop_on, table->schema);
    set_contexts_for(*table, arguments_);
    say(arguments_, fmt::format("{}: {}\n{}", table->table.source_name(),
                                counted(table->table.rows(), "row"), table->description));
    if (caught_signal() != 0) return 128 + caught_signal();
    if (resumed_ && resumed_->position.stage == "final") {
      const RunPosition position = resumed_->position;
      return final_stage(std::move(table), position.epochs, position.selection);
    }
    if (fits_reader_ && !arguments_.choose_epochs) {
      fits_reader_ = hold_out(*table, arguments_.seed, arguments_.train.threads);
      if (!fits_reader_) say(arguments_, "too few rows to fit a reader on");
    }
    return first_stage(std::move(table));
  }

 private:
  /// The rows to train on first, and those to validate on.
  TrainData encode_first(const TrainTable& table) const {
    const int threads = arguments_.train.threads;
    if (table.valid_rows.empty()) return encode(table.schema, table.table, table.valid, threads);
    return encode(table.schema, table.table.select_rows(table.training_rows),
                  table.table.select_rows(table.valid_rows), threads);
  }

  std::int64_t most_epochs(const TrainData& data) const {
    if (arguments_.epochs) return *arguments_.epochs;
    const Observed found = observed(data.encoder.schema(), data.encoder.vocabularies());
    const std::int64_t epochs = default_epochs(found);
    say(arguments_, fmt::format("{} epochs: {} values to learn from", epochs, found.times));
    return epochs;
  }

  /// Lets go of the table as soon as it is not needed any more.
  int first_stage(std::optional<TrainTable> table) {
    const TrainData data = encode_first(*table);
    const bool refit = !table->valid_rows.empty() && arguments_.refit;
    const std::int64_t rows = table->table.rows();
    if (!refit) table.reset();
    const std::int64_t most = most_epochs(data);
    nlohmann::json found = nlohmann::json::object();
    StageResult result = run_stage(arguments_, {refit ? "select" : "only", most, {}}, data,
                                   take_resumed(), [&](StageResult& trained) {
                                     if (fits_reader_) fit_reader(trained.model, data, found);
                                   });
    if (const int code = finish_stage(result); code != kDone || !refit) return code;
    const std::int64_t epochs = arguments_.choose_epochs ? result.training.best_epoch : most;
    if (epochs == 0)
      throw Error(
          fmt::format("expected validation rows with values that training knows, received "
                      "none; {} was trained without them",
                      arguments_.out));
    say(arguments_,
        arguments_.choose_epochs
            ? fmt::format("best after epoch {}; training on all {} rows for as long", epochs, rows)
            : fmt::format("training on all {} rows", rows));
    for (const char* key : {"best_epoch", "stop_on", "validation"})
      if (result.model.provenance.contains(key)) found[key] = result.model.provenance[key];
    return final_stage(std::move(table), epochs, found);
  }

  /// Fits the reader on the rows that were held out and says how well it answers.
  void fit_reader(Model& model, const TrainData& data, nlohmann::json& found) const {
    say(arguments_, fmt::format("fitting the reader on {} that were kept apart",
                                counted(data.questions->rows(), "row")));
    StatusLine line;
    const FittedAnswers answers =
        add_fitted_reader(model, arguments_, data.training, *data.questions, showing_on(line));
    line.clear();
    found["reader"] = reading::to_json(answers.reader);
    found["answers"] = answers.summary;
    const bool first = arguments_.answers == reading::BagAnswer::kFirst;
    say(arguments_, fmt::format("on these rows{}, the reader ranks\n{}",
                                first ? ", of a bag its first member" : "", answers.summary));
  }

  /// Shows on `line` what the reader is at, and ends it where a signal was caught.
  std::function<void(std::string_view)> showing_on(StatusLine& line) const {
    const bool shown = arguments_.progress == Progress::kBar && !arguments_.quiet;
    return [&line, shown](std::string_view at) {
      if (caught_signal() != 0) throw Interrupted();
      if (shown && line.is_due())
        line.draw(fmt::format("fitting the reader: {}", printable(at, kShownBytes)));
    };
  }

  int final_stage(std::optional<TrainTable> table, std::int64_t epochs,
                  const nlohmann::json& found) {
    const TrainData data =
        encode(table->schema, table->table, std::nullopt, arguments_.train.threads);
    table.reset();
    const auto add_fitted = [&](StageResult& trained) {
      if (!found.contains("reader")) return;
      StatusLine line;
      add_reader(trained.model, arguments_, data.training,
                 reading::fitted_reader_from_json(found["reader"]), showing_on(line));
      trained.model.provenance["selection"].erase("reader");  // it is in the model itself
    };
    return finish_stage(
        run_stage(arguments_, {"final", epochs, found}, data, take_resumed(), add_fitted));
  }

  /// The checkpoint is for the first stage that runs.
  std::optional<Resumable> take_resumed() { return std::exchange(resumed_, std::nullopt); }

  /// Writes the model and says how training ended. The model of a first stage is complete, so it stays
  /// when the second one does not get to its end; nothing is written when nothing was learned.
  int finish_stage(const StageResult& result) {
    const bool interrupted = result.training.outcome == trainers::Outcome::kInterrupted;
    const bool diverged = result.training.outcome == trainers::Outcome::kDiverged;
    const bool second = result.model.provenance.contains("selection");
    const bool nothing = result.training.epochs == 0 && (diverged || result.training.steps == 0);
    const bool keep = (interrupted || diverged) && (second || nothing);
    if (!keep) storage::save_model(arguments_.out, result.model);
    if (diverged)
      throw Error(fmt::format("training stopped: {}; {} {}", result.training.message,
                              arguments_.out,
                              keep ? "was left as it was" : "has the last good weights"));
    if (interrupted) {
      if (!nothing || second)
        say(arguments_, fmt::format("interrupted: {} is usable; --resume goes on", arguments_.out));
      return 128 + caught_signal();
    }
    std::error_code ignored;
    std::filesystem::remove(checkpoint_path(arguments_.out), ignored);
    return kDone;
  }

  TrainArguments arguments_;
  bool fits_reader_;
  std::optional<Resumable> resumed_;
};

}  // namespace

int run_train(TrainArguments arguments) {
  check_output(arguments);
  check_device(arguments);
  at::set_num_threads(1);  // of torch: sums in one order, whatever --threads says
  catch_signals();
  const std::string out = arguments.out;
  const bool quiet = arguments.quiet;
  const int code = Run(std::move(arguments))();
  if (code == kDone && !quiet) print_error(fmt::format("wrote {}\n", out));
  return code;
}

}  // namespace feat2vec::apps
