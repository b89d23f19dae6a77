// Trains one engine on a table of ids and prints what it cost, one JSON object: CPU-seconds of each
// epoch (user and system, all threads) and of the validation after it, its loss before each step, and the
// validation loss.
//
//   bench_train_engines TABLE.ids [--engine fused|async|autograd] [--dim 16] [--epochs 3] …

#include <ATen/Parallel.h>
#include <ATen/ops/arange.h>

#include <CLI/CLI.hpp>
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
  std::string prior = "group";
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
  app.add_option("--prior", a.prior)->check(CLI::IsMember({"none", "group"}));
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
  options.engine =
      a.engine == "autograd" ? trainers::EngineKind::kAutograd : trainers::EngineKind::kFused;
  return options;
}

}  // namespace

int main(int argc, char** argv) {
  const Arguments a = parse(argc, argv);
  at::set_num_threads(1);
  const double start = benchmarks::cpu_seconds();
  const benchmarks::IdsTable table = benchmarks::read_ids(a.table, a.rows);
  const std::int64_t all = table.dataset.rows();
  const std::int64_t training_rows = all - a.validation_rows;
  const data::Dataset training = table.dataset.select(at::arange(training_rows, at::kLong));
  ModelOptions model_options;
  model_options.dim = a.dim;
  model_options.prior = a.prior == "none" ? Prior::kNone : Prior::kGroup;
  Feat2Vec model(model_options, table.specs);
  const auto noise = std::make_shared<samplers::NoiseTables>(training, table.schema, a.noise);
  model->set_group_offsets(noise->mean_log_probs());
  const samplers::GroupChooser chooser(model->parameter_counts(), 0.5);
  const auto sampler = std::make_shared<samplers::ImplicitSampler>(training, noise, chooser,
                                                                   samplers::SamplerOptions{});
  std::shared_ptr<samplers::ImplicitSampler> validation;
  if (a.validation_rows > 0)
    validation = std::make_shared<samplers::ImplicitSampler>(
        table.dataset.select(at::arange(training_rows, all, at::kLong)), noise, chooser,
        samplers::SamplerOptions{});
  const auto engine = trainers::make_engine(model, sampler, options_of(a));
  nlohmann::json result{{"engine", engine->description()},
                        {"rows", training_rows},
                        {"setup_cpu_s", benchmarks::cpu_seconds() - start}};
  for (std::int64_t epoch = 0; epoch < a.epochs; ++epoch) {
    trainers::LossSum loss(noise->groups());
    const double before = benchmarks::cpu_seconds();
    for (std::int64_t row = 0; row < engine->examples();) {
      const trainers::StepResult step = engine->step(static_cast<std::uint32_t>(epoch), row);
      row += step.examples;
      loss += step.loss;
    }
    const double seconds = benchmarks::cpu_seconds() - before;
    result["cpu_s"].push_back(seconds);
    result["rows_per_cpu_s"].push_back(static_cast<double>(training_rows) / seconds);
    result["loss"].push_back(loss.sum / static_cast<double>(training_rows));
    if (!validation) continue;
    const double loss_of_validation = engine->evaluate(validation).sum;
    result["validation"].push_back(loss_of_validation / static_cast<double>(a.validation_rows));
    result["validation_cpu_s"].push_back(benchmarks::cpu_seconds() - before - seconds);
  }
  std::printf("%s\n", result.dump().c_str());
}
