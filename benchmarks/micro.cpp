// What the steps of the engines cost by themselves, with Google Benchmark.

#include <ATen/ops/empty.h>
#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "feat2vec/tables/encoder.h"
#include "feat2vec/tables/infer.h"
#include "feat2vec/tables/read.h"
#include "samplers/philox.h"
#include "samplers/row_order.h"
#include "trainers/encoded_cells.h"
#include "trainers/fused_model.h"
#include "trainers/kernels/aligned_buffer.h"
#include "trainers/kernels/fused_trainer.h"
#include "trainers/kernels/kernels.h"
#include "trainers/kernels/radix_sort.h"
#include "trainers/row_state.h"
#include "trainers/sampler_draws.h"

namespace {

using namespace feat2vec;
namespace kernels = trainers::kernels;

/// Words of one example with five noise rows.
void draw_words(benchmark::State& state) {
  std::uint64_t row = 0;
  for (auto _ : state) {
    samplers::Philox random(1, 0, row++);
    std::uint32_t sum = 0;
    for (int word = 0; word < 12; ++word) sum += random.next();
    benchmark::DoNotOptimize(sum);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(draw_words);

/// The same for eight examples at once.
void draw_words_of_eight(benchmark::State& state) {
  const auto& kernel = kernels::kernels_for<float>(kernels::best_target());
  std::vector<std::int64_t> rows{0, 1, 2, 3, 4, 5, 6, 7};
  std::vector<std::uint32_t> words(3 * 4 * 8);
  for (auto _ : state) {
    kernel.philox_eight(1, 0, rows.data(), 3, words.data());
    benchmark::DoNotOptimize(words.data());
    ++rows[0];
  }
  state.SetItemsProcessed(state.iterations() * 8);
}
BENCHMARK(draw_words_of_eight);

void row_order(benchmark::State& state) {
  const samplers::RowOrder order(2'000'000, 1, 0);
  std::vector<std::int64_t> rows(1024);
  std::int64_t first = 0;
  for (auto _ : state) {
    order.rows_at(first, 1024, rows.data());
    benchmark::DoNotOptimize(rows.data());
    first = (first + 1024) % (order.rows() - 1024);
  }
  state.SetItemsProcessed(state.iterations() * 1024);
}
BENCHMARK(row_order);

/// The entries of a batch of 1024 rows with 15 occurrences each.
void sort_entries(benchmark::State& state) {
  const std::int64_t rows = state.range(0);
  std::mt19937_64 random(1);
  std::vector<std::uint64_t> source(1024 * 15);
  for (std::uint64_t& entry : source) entry = (random() % static_cast<std::uint64_t>(rows)) << 32U;
  std::vector<std::uint64_t> entries(source.size());
  std::vector<std::uint64_t> scratch(source.size());
  for (auto _ : state) {
    entries = source;
    kernels::radix_sort(entries.data(), scratch.data(), static_cast<std::int64_t>(entries.size()),
                        kernels::bits_below(rows));
    benchmark::DoNotOptimize(entries.data());
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(source.size()));
}
BENCHMARK(sort_entries)->Arg(2000)->Arg(200'000)->Arg(20'000'000);

/// A table of 200,000 rows and ten columns, in which value v of a column of n is about as frequent as
/// 1 / (v + 1), with a model of 16 dimensions and all that a fused trainer needs.
struct Plain {
  Plain()
      : dataset(make_dataset()),
        model(ModelOptions{.dim = 16}, make_specs()),
        sampler(dataset,
                std::make_shared<samplers::NoiseTables>(dataset, make_schema(),
                                                        samplers::NoiseOptions{}),
                samplers::GroupChooser(model->parameter_counts(), 0.5), samplers::SamplerOptions{}),
        fused(*model, sampler.noise().group_of_feature(), trainers::Objective::kNce, 5),
        cells(dataset, *model, model->row_table(), fused.features(), true),
        draws(sampler, fused.view(), cells.view(), cells.view(), kernels::best_target()),
        state(model->row_table(), trainers::OptimizerKind::kRowAdagrad),
        trainer(fused.view(), true, kernels::best_target(), 1) {
    state.attach(fused.view().weights, fused.view().scalars);
    rows.observed = cells.view();
    rows.supply = cells.view();
    rows.draws = &draws;
    rows.noise_rows = 5;
    rule.rate = 0.05F;
    rule.epsilon = 1e-8F;
    order.resize(kRows);
    samplers::RowOrder(kRows, 1, 0).rows_at(0, kRows, order.data());
  }

  /// The next `count` rows.
  const std::int64_t* next(std::int64_t count) {
    at = at + (2 * count) > kRows ? 0 : at + count;
    return order.data() + at;
  }

  static constexpr std::int64_t kRows = 200'000;
  static constexpr std::int64_t kValues[] = {60'000, 50'000, 40'000, 30'000, 20'000,
                                             8'000,  1'000,  200,    50,     10};

  data::Dataset dataset;
  Feat2Vec model;
  samplers::ImplicitSampler sampler;
  trainers::FusedModel<float> fused;
  trainers::EncodedCells<float> cells;
  trainers::PlainDraws<float> draws;
  trainers::RowState state;
  kernels::FusedTrainer<float> trainer;
  kernels::Rows<float> rows;
  kernels::RuleView<float> rule;
  std::vector<std::int64_t> order;
  std::int64_t at = 0;

 private:
  static data::Schema make_schema() {
    data::Schema schema;
    for (const std::int64_t values : kValues) {
      data::Feature feature;
      feature.name = "c" + std::to_string(values);
      feature.columns = {feature.name};
      schema.features.push_back(feature);
    }
    return schema;
  }
  static std::vector<nn::FeatureSpec> make_specs() {
    std::vector<nn::FeatureSpec> specs;
    for (const std::int64_t values : kValues)
      specs.push_back(nn::FeatureSpec::categorical("c" + std::to_string(values), values));
    return specs;
  }
  static data::Dataset make_dataset() {
    std::mt19937_64 random(1);
    std::vector<data::Column> columns;
    for (const std::int64_t values : kValues) {
      at::Tensor ids = at::empty({kRows}, at::kInt);
      auto* id = ids.mutable_data_ptr<std::int32_t>();
      for (std::int64_t r = 0; r < kRows; ++r) {
        const double u = std::uniform_real_distribution<double>()(random);
        id[r] = static_cast<std::int32_t>(std::pow(static_cast<double>(values), u) - 1);
      }
      columns.push_back(data::Column::categorical(ids));
    }
    return data::Dataset(std::move(columns));
  }
};

Plain& plain() {
  static Plain shared;
  return shared;
}

void draw_block(benchmark::State& state) {
  constexpr std::int32_t kBlock = 256;
  std::vector<std::int32_t> groups(kBlock);
  std::vector<std::int32_t> ids((kBlock * 15) + 3);
  std::vector<float> log_noise((kBlock * 6) + 7);
  const kernels::DrawBuffers out{groups.data(), nullptr, log_noise.data(), ids.data()};
  for (auto _ : state) plain().draws.draw(plain().next(kBlock), kBlock, 0, out);
  state.SetItemsProcessed(state.iterations() * kBlock);
}
BENCHMARK(draw_block);

void forward(benchmark::State& state) {
  constexpr std::int64_t kBlock = 8192;
  for (auto _ : state) plain().trainer.evaluate(plain().rows, plain().next(kBlock), kBlock, 0);
  state.SetItemsProcessed(state.iterations() * kBlock);
}
BENCHMARK(forward);

/// Batches that are drawn and have been scored, each with its gradient: what `score` and `update` take in
/// turn, so that their rows come from all of the table.
struct Batch {
  static constexpr std::int32_t kCount = 1024;
  static constexpr std::int32_t kNoise = 5;

  Batch() : block{plain().fused.view()} {
    const std::int64_t features = block.model.features;
    const std::int64_t occurrences = kCount * (features + kNoise);
    plain().draws.draw(plain().next(kCount), kCount, 0,
                       {groups.reserve(kCount), nullptr, log_noise.reserve((kCount * 6) + 7),
                        ids.reserve(occurrences + 3)});
    block.noise_rows = kNoise;
    block.count = kCount;
    block.ids = ids.data();
    block.log_noise = log_noise.data();
    block.groups = groups.data();
    block.scratch = scratch.reserve(kernel.plain_scratch_size(block.model, kNoise));
    block.losses = losses.reserve(kCount);
    gradient.residual_stride = kernel.residual_count(kNoise);
    gradient.contexts = contexts.reserve(std::int64_t{2} * kCount * block.model.stride);
    gradient.residuals = residuals.reserve(std::int64_t{kCount} * gradient.residual_stride);
    gradient.entries = entries.reserve(occurrences);
    score();
    kernels::AlignedBuffer<std::uint64_t> room(occurrences);
    sorted.assign(gradient.entries, gradient.entries + occurrences);
    kernels::radix_sort(sorted.data(), room.data(), occurrences,
                        kernels::bits_below(block.model.rows));
  }

  void score() { kernel.plain_score(block, &gradient); }
  void update() {
    kernel.plain_update(block.model, plain().rule, sorted.data(),
                        static_cast<std::int64_t>(sorted.size()), gradient, block.scratch);
  }

  const kernels::Kernels<float>& kernel = kernels::kernels_for<float>(kernels::best_target());
  kernels::AlignedBuffer<std::int32_t> groups;
  kernels::AlignedBuffer<std::int32_t> ids;
  kernels::AlignedBuffer<float> log_noise;
  kernels::AlignedBuffer<float> scratch;
  kernels::AlignedBuffer<kernels::ExampleLoss> losses;
  kernels::AlignedBuffer<float> contexts;
  kernels::AlignedBuffer<float> residuals;
  kernels::AlignedBuffer<std::uint64_t> entries;
  std::vector<std::uint64_t> sorted;
  kernels::PlainBlock<float> block;
  kernels::PlainGradient<float> gradient;
};

Batch& next_batch() {
  static std::vector<Batch> batches(32);
  static std::size_t at = 0;
  return batches[at++ % batches.size()];
}

void score(benchmark::State& state) {
  for (auto _ : state) next_batch().score();
  state.SetItemsProcessed(state.iterations() * Batch::kCount);
}
BENCHMARK(score);

/// Of a batch that was just scored, as in a step: its rows and its gradient are near.
void update(benchmark::State& state) {
  for (auto _ : state) {
    state.PauseTiming();
    Batch& batch = next_batch();
    batch.score();
    state.ResumeTiming();
    batch.update();
  }
  state.SetItemsProcessed(state.iterations() * Batch::kCount);
}
BENCHMARK(update);

void exact_step(benchmark::State& state) {
  constexpr std::int32_t kBatch = 1024;
  for (auto _ : state)
    plain().trainer.exact_step(plain().rows, plain().next(kBatch), kBatch, 0, plain().rule);
  state.SetItemsProcessed(state.iterations() * kBatch);
}
BENCHMARK(exact_step);

void hogwild_steps(benchmark::State& state) {
  constexpr std::int64_t kBlock = 8192;
  for (auto _ : state)
    plain().trainer.async_steps(plain().rows, plain().next(kBlock), kBlock, 0, plain().rule);
  state.SetItemsProcessed(state.iterations() * kBlock);
}
BENCHMARK(hogwild_steps);

/// A CSV file of 50,000 rows and four columns, to a dataset.
void csv_to_ids(benchmark::State& state) {
  const std::filesystem::path path =
      std::filesystem::temp_directory_path() / fmt::format("feat2vec-{}.csv", getpid());
  {
    std::ofstream file(path);
    file << "a,b,c,d\n";
    std::mt19937_64 random(1);
    for (int row = 0; row < 50'000; ++row)
      file << fmt::format("v{},v{},v{},v{}\n", random() % 20'000, random() % 1'000, random() % 50,
                          random() % 5);
  }
  for (auto _ : state) {
    const tables::Table table = tables::read_table({path.string()});
    benchmark::DoNotOptimize(tables::fit_and_encode(table, tables::infer_schema(table).schema));
  }
  state.SetBytesProcessed(state.iterations() *
                          static_cast<std::int64_t>(std::filesystem::file_size(path)));
  std::filesystem::remove(path);
}
BENCHMARK(csv_to_ids);

}  // namespace

BENCHMARK_MAIN();
