// Trains one engine on a table of ids and prints what it cost, one JSON object: CPU-seconds of each
// epoch (user and system, all threads) and of the validation after it, seconds of the epoch on the clock,
// its loss before each step, and the validation loss. A row is an example of the engine: with --members
// a target.
//
//   bench_train_engines TABLE.ids [--engine fused|async|autograd] [--device cuda] [--dim 16] …

#include <ATen/Parallel.h>
#include <ATen/ops/arange.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "benchmarks/cpu_seconds.h"
#include "benchmarks/ids_table.h"
#include "feat2vec/nn/feat2vec.h"
#include "samplers/implicit_sampler.h"
#include "trainers/engine.h"

namespace {

using namespace feat2vec;

struct Arguments {
  std::string table;
  std::string engine = "fused";
  std::string device = "cpu";
  std::string prior = "group";
  bool members = false;
  std::string pairs = "none";
  std::int64_t dim = 16;
  std::int64_t epochs = 3;
  std::int64_t rows = 0;
  std::int64_t validation_rows = 0;
  int threads = 1;
  std::int64_t batch = 1024;
  std::int64_t first_batch = 64;
  samplers::NoiseOptions noise;
};

Arguments parse(int argc, char** argv) {
  Arguments a;
  CLI::App app("Costs of one engine");
  app.add_option("table", a.table)->required();
  app.add_option("--engine", a.engine)->check(CLI::IsMember({"fused", "async", "autograd"}));
  app.add_option("--device", a.device)->check(CLI::IsMember({"cpu", "cuda"}));
  app.add_option("--prior", a.prior)->check(CLI::IsMember({"none", "group", "value"}));
  app.add_flag("--members", a.members,
               "Members in sums and pairs, softmax: what `feat2vec train` does by default");
  app.add_option("--pairs", a.pairs,
                 "Each value against each other one, as Skip-gram; with noise of its own for each "
                 "pair, or shared by those of a target")
      ->check(CLI::IsMember({"none", "own", "shared"}))
      ->excludes("--members");
  app.add_option("--dim", a.dim);
  app.add_option("--epochs", a.epochs);
  app.add_option("--rows", a.rows, "Use the first rows only; 0: all");
  app.add_option("--validation-rows", a.validation_rows, "Hold out that many rows at the end");
  app.add_option("--threads", a.threads);
  app.add_option("--batch", a.batch);
  app.add_option("--first-batch", a.first_batch);
  app.add_option("--alpha2", a.noise.alpha2);
  app.add_option("--count-bias", a.noise.count_bias);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    std::exit(app.exit(error));
  }
  return a;
}

trainers::TrainOptions options_of(const Arguments& a) {
  trainers::TrainOptions options;
  options.epochs = a.epochs;
  options.batch = a.batch;
  options.first_batch = a.first_batch;
  options.threads = a.threads;
  options.async = a.engine == "async";
  if (a.members) options.objective = trainers::Objective::kSoftmax;
  options.engine =
      a.engine == "autograd" ? trainers::EngineKind::kAutograd : trainers::EngineKind::kFused;
  return options;
}

Prior prior_of(const Arguments& a) {
  if (a.prior == "none") return Prior::kNone;
  return a.prior == "value" ? Prior::kValue : Prior::kGroup;
}

samplers::SamplerOptions sampler_options_of(const Arguments& a) {
  samplers::SamplerOptions options;
  if (a.pairs != "none") {
    options.contexts.unit = samplers::Unit::kMember;
    options.contexts.all = 0;
    options.contexts.one = 1;
    options.contexts.shared_noise = a.pairs == "shared";
  }
  if (!a.members) return options;
  options.noise_rows = 20;
  options.contexts.unit = samplers::Unit::kMember;
  options.contexts.all = 0;
  options.contexts.one = options.contexts.subset = 0.5;
  options.contexts.exact_values = 32;
  options.contexts.accidental_hits = false;
  return options;
}

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

int main(int argc, char** argv) {
  const Arguments a = parse(argc, argv);
  at::set_num_threads(1);
  const double start = benchmarks::cpu_seconds();
  const benchmarks::IdsTable table = benchmarks::read_ids(a.table, a.rows);
  const std::int64_t all = table.dataset.rows();
  const std::int64_t training_rows = all - a.validation_rows;
  const c10::Device device(a.device);
  const data::Dataset training =
      table.dataset.select(at::arange(training_rows, at::kLong)).to(device);
  Feat2Vec model(ModelOptions{.dim = a.dim, .prior = prior_of(a)}, table.specs);
  model->to(device);
  const auto noise = std::make_shared<samplers::NoiseTables>(training, table.schema, a.noise);
  const samplers::GroupChooser chooser(model->parameter_counts(), 0.5);
  const auto sampler =
      std::make_shared<samplers::ImplicitSampler>(training, noise, chooser, sampler_options_of(a));
  std::shared_ptr<samplers::ImplicitSampler> validation;
  if (a.validation_rows > 0)
    validation = std::make_shared<samplers::ImplicitSampler>(
        table.dataset.select(at::arange(training_rows, all, at::kLong)).to(device), noise, chooser,
        sampler_options_of(a));
  const auto engine = trainers::make_engine(model, sampler, options_of(a));
  if (model->options().prior == Prior::kGroup) model->set_group_offsets(engine->group_offsets());
  const auto examples = static_cast<double>(engine->examples());
  nlohmann::json result{{"engine", engine->description()},
                        {"rows", engine->examples()},
                        {"setup_cpu_s", benchmarks::cpu_seconds() - start}};
  for (std::int64_t epoch = 0; epoch < a.epochs; ++epoch) {
    trainers::LossSum loss(noise->groups());
    const double before = benchmarks::cpu_seconds();
    const auto start_of_epoch = std::chrono::steady_clock::now();
    for (std::int64_t row = 0; row < engine->examples();) {
      const trainers::StepResult step = engine->step(static_cast<std::uint32_t>(epoch), row);
      row += step.examples;
      loss += step.loss;
    }
    if (device.is_cuda())
      model->parameters().front().flatten()[0].item();  // waits for its last step
    const double seconds = seconds_since(start_of_epoch);
    const double cpu_seconds = benchmarks::cpu_seconds() - before;
    result["s"].push_back(seconds);
    result["rows_per_s"].push_back(examples / seconds);
    result["cpu_s"].push_back(cpu_seconds);
    result["rows_per_cpu_s"].push_back(examples / cpu_seconds);
    result["loss"].push_back(loss.sum / examples);
    if (!validation) continue;
    const double loss_of_validation = engine->evaluate(validation).sum;
    result["validation"].push_back(loss_of_validation / static_cast<double>(a.validation_rows));
    result["validation_cpu_s"].push_back(benchmarks::cpu_seconds() - before - cpu_seconds);
  }
  std::printf("%s\n", result.dump().c_str());
}
