// What the steps of the engines cost by themselves, with Google Benchmark.

#include <benchmark/benchmark.h>

#include <random>
#include <vector>

#include "samplers/philox.h"
#include "samplers/row_order.h"
#include "trainers/kernels/kernels.h"
#include "trainers/kernels/radix_sort.h"

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

}  // namespace

BENCHMARK_MAIN();
