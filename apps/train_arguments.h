#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "feat2vec/nn/feat2vec.h"
#include "feat2vec/reading/bag_answer.h"
#include "feat2vec/tables/infer.h"
#include "feat2vec/tables/read.h"
#include "samplers/implicit_sampler.h"
#include "samplers/noise_tables.h"
#include "trainers/options.h"

namespace feat2vec::apps {

/// How training is shown.
enum class Progress { kBar, kJson, kNone };

/// All that `feat2vec train` is told.
struct TrainArguments {
  /// The defaults: see docs/quality.md for where they come from.
  TrainArguments();

  // These change results.
  std::vector<std::string> data;
  tables::ReadOptions read;
  std::string schema;  ///< path; empty: infer
  tables::InferenceOptions inference;
  std::string valid;  ///< path of validation rows; empty: a share of the data
  double valid_share = 0;
  /// Fit a reader on a tenth of the rows, or on the validation rows, then train on all rows.
  bool reader = true;
  reading::BagAnswer answers = reading::BagAnswer::kRandom;  ///< that the reader is fitted on
  std::int64_t memory_bytes = std::int64_t{256} << 20U;      ///< of the reader's counts; 0: none
  bool choose_epochs = true;  ///< by the loss of the validation rows, or by `stop_on`
  std::string stop_on;        ///< METRIC:FEATURE; empty: the loss
  bool refit = true;  ///< after a validation share: train again on all rows for the best epochs
  std::optional<std::int64_t> epochs;  ///< empty: `default_epochs` of the table
  std::uint64_t seed = 1;
  ModelOptions model;
  bool value_bias = true;  ///< a learned bias for every value
  /// What an empty cell means in features with a vocabulary, in place of what the schema says.
  std::optional<data::MissingPolicy> missing_policy = data::MissingPolicy::kLeaveOut;
  std::optional<std::int64_t> knots;  ///< of columns of numbers, in place of what the schema says
  double alpha1 = 0.25;
  samplers::NoiseOptions noise;
  samplers::SamplerOptions sampler;
  /// Without --context: the shares of contexts are those for the table, see `set_contexts_for`.
  /// A checkpoint then says so in place of the shares, for it is compared before the table is read.
  bool contexts_by_table = true;
  trainers::TrainOptions train;

  // These do not.
  std::string out = "model.f2v";
  std::string device = "cpu";
  bool cache = false;             ///< keep what was read of the data beside it
  int threads = 0;                ///< 0: the cores this process may use
  double checkpoint_every = 600;  ///< seconds; 0: none
  bool resume = false;
  Progress progress = Progress::kBar;
  bool quiet = false;
};

/// The names that `apply_preset` takes.
const std::vector<std::string>& preset_names();

/// Sets the options that `name` stands for: `default`; `best`, slower; `paper`, the published model, sampler and loss with an
/// optimiser that learns from small tables too; `seed`, the worked example of the original with its Adam, and epochs chosen by
/// the loss of a tenth of the rows.
void apply_preset(TrainArguments& arguments, std::string_view name);

/// Sets the shares of contexts from a text such as `one`, or `subset:0.5,one:0.5`. Throws UsageError.
void set_contexts(TrainArguments& arguments, std::string_view text);

/// Shares of contexts as JSON, by kind.
nlohmann::json context_shares(const samplers::ContextOptions& contexts);

/// What the options say of the features of a schema.
void apply(const TrainArguments& arguments, data::Schema& schema);

/// Gives `seed` to the model, the sampler and the row order, and checks every number. Throws
/// UsageError that names the flag.
void finish(TrainArguments& arguments);

/// The options that change results, by flag, as a checkpoint and a model keep them.
nlohmann::json result_options(const TrainArguments& arguments);

}  // namespace feat2vec::apps
