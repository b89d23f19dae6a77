#include "apps/train_run.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>

#include "apps/checkpoint_writer.h"
#include "apps/command.h"
#include "apps/console.h"
#include "apps/held_out_rows.h"
#include "apps/signals.h"
#include "apps/train_data.h"
#include "apps/train_reader.h"
#include "apps/train_stage.h"
#include "feat2vec/error.h"
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
storage::Checkpoint load_resumable(const TrainArguments& arguments) {
  const std::string path = checkpoint_path(arguments.out);
  if (!std::filesystem::exists(path))
    throw Error(fmt::format("{}: expected a checkpoint to resume from, received none", path));
  storage::Checkpoint checkpoint = storage::load_checkpoint(path);
  const nlohmann::json then = checkpoint.position.value("options", nlohmann::json::object());
  const nlohmann::json now = result_options(arguments);
  std::vector<std::string> differing;
  for (const auto& [name, value] : now.items())
    if (then.value(name, nlohmann::json()) != value)
      differing.push_back(fmt::format("--{} {} (now {})", name,
                                      then.value(name, nlohmann::json()).dump(), value.dump()));
  if (!differing.empty())
    throw Error(fmt::format("{}: expected the options of the checkpoint, received other {}", path,
                            fmt::join(differing, ", ")));
  return checkpoint;
}

/// Runs the stages of one command.
class Run {
 public:
  explicit Run(TrainArguments arguments)
      : arguments_(std::move(arguments)), fits_reader_(arguments_.reader) {}

  int operator()() {
    if (arguments_.resume) checkpoint_ = load_resumable(arguments_);
    TrainTable table = read_train_table(arguments_);
    apply(arguments_, table.schema);
    hold_out(table);
    say(arguments_, fmt::format("{}: {} rows\n{}", table.table.source_name(), table.table.rows(),
                                table.description));
    if (caught_signal() != 0) return 128 + caught_signal();
    if (checkpoint_ && checkpoint_->position.value("stage", "") == "final")
      return final_stage(table, checkpoint_->position.value("epochs", std::int64_t{0}),
                         checkpoint_->position.value("selection", nlohmann::json()));
    return first_stage(table);
  }

 private:
  /// Holds out rows for the reader alone; none where they would be too few to fit on.
  void hold_out(TrainTable& table) {
    constexpr std::int64_t kFewest = 300;
    constexpr std::int64_t kMost = 1000;  // more say little more
    constexpr double kShare = 0.1;
    if (!fits_reader_ || arguments_.choose_epochs) return;
    const std::int64_t rows = table.table.rows();
    const double share = std::min(kShare, static_cast<double>(kMost) / static_cast<double>(rows));
    if (static_cast<double>(rows) * share < static_cast<double>(kFewest)) {
      say(arguments_, fmt::format("no reader is fitted: that takes {} rows apart from those trained "
                                  "on, and a tenth is {}",
                                  kFewest, rows / 10));
      fits_reader_ = false;
      return;
    }
    const tables::Encoder encoder = tables::Encoder::fit(table.table, table.schema);
    table.valid_rows =
        held_out_rows(encoder.encode(table.table).dataset, share, arguments_.seed);
    for (std::int64_t row = 0, next = 0; row < rows; ++row) {
      const bool held = next < static_cast<std::int64_t>(table.valid_rows.size()) &&
                        table.valid_rows[static_cast<std::size_t>(next)] == row;
      if (held)
        ++next;
      else
        table.training_rows.push_back(row);
    }
  }

  int first_stage(const TrainTable& table) {
    std::optional<tables::Table> valid = table.valid;
    const bool shared = !table.valid_rows.empty();
    if (shared) valid = table.table.select_rows(table.valid_rows);
    const TrainData data = encode(
        table.schema, shared ? table.table.select_rows(table.training_rows) : table.table, valid);
    const bool refit = shared && arguments_.refit;
    StageResult result = run_stage(
        arguments_, {refit ? "select" : "only", arguments_.train.epochs, {}}, data, resumed());
    nlohmann::json found;
    if (fits_reader_ && result.training.outcome != trainers::Outcome::kInterrupted &&
        result.training.outcome != trainers::Outcome::kDiverged)
      add_reader(result, data, found);
    if (const int code = finish_stage(result); code != kDone || !refit) return code;
    const std::int64_t epochs =
        arguments_.choose_epochs ? result.training.best_epoch : arguments_.train.epochs;
    if (epochs == 0)
      throw Error(
          fmt::format("expected validation rows with values that training knows, received "
                      "none; {} was trained without them",
                      arguments_.out));
    say(arguments_, arguments_.choose_epochs
                        ? fmt::format("best after epoch {}; training on all {} rows for as long",
                                      epochs, table.table.rows())
                        : fmt::format("training on all {} rows", table.table.rows()));
    checkpoint_.reset();
    for (const char* key : {"best_epoch", "validation"})
      if (result.model.provenance.contains(key)) found[key] = result.model.provenance[key];
    return final_stage(table, epochs, found);
  }

  /// Fits the reader on the rows that were held out and says how well it answers.
  void add_reader(StageResult& result, const TrainData& data, nlohmann::json& found) {
    const FittedAnswers answers =
        fit_answers(result.model, arguments_, data.training, *data.validation);
    store_reader(result.model, arguments_, data.training, answers.reader);
    found["reader"] = reading::to_json(answers.reader);
    found["answers"] = answers.summary;
    say(arguments_, fmt::format("on rows that were kept apart, the reader ranks\n{}",
                                answers.summary));
  }

  int final_stage(const TrainTable& table, std::int64_t epochs, const nlohmann::json& found) {
    const TrainData data = encode(table.schema, table.table, std::nullopt);
    StageResult result = run_stage(arguments_, {"final", epochs, found}, data, resumed());
    if (found.contains("reader")) {
      store_reader(result.model, arguments_, data.training,
                   reading::fitted_reader_from_json(found["reader"]));
      result.model.provenance["selection"].erase("reader");  // it is in the model itself
    }
    return finish_stage(result);
  }

  const storage::Checkpoint* resumed() const { return checkpoint_ ? &*checkpoint_ : nullptr; }

  /// Writes the model and says how training ended. The model of a first stage is complete, so it stays
  /// when the second one does not get to its end; nothing is written when nothing was learned.
  int finish_stage(const StageResult& result) {
    const bool interrupted = result.training.outcome == trainers::Outcome::kInterrupted;
    const bool diverged = result.training.outcome == trainers::Outcome::kDiverged;
    const bool second = result.model.provenance.contains("selection");
    const bool nothing = diverged ? result.training.epochs == 0 : result.training.steps == 0;
    const bool keep = (interrupted || diverged) && (second || nothing);
    if (!keep) storage::save_model(arguments_.out, result.model);
    if (diverged)
      throw Error(fmt::format("training stopped: {}; {} {}", result.training.message,
                              arguments_.out,
                              keep ? "was left as it was" : "has the last good weights"));
    if (interrupted) {
      if (!nothing)
        say(arguments_, fmt::format("interrupted: {} is usable; --resume goes on", arguments_.out));
      return 128 + caught_signal();
    }
    std::error_code ignored;
    std::filesystem::remove(checkpoint_path(arguments_.out), ignored);
    return kDone;
  }

  TrainArguments arguments_;
  bool fits_reader_;
  std::optional<storage::Checkpoint> checkpoint_;
};

}  // namespace

int run_train(TrainArguments arguments) {
  finish(arguments);
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
