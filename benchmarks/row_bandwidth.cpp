// The limit that memory sets to a trainer of embeddings: for each example, read and write one number in
// every line of the rows that a step of it touches (F + K of them), asked for eight examples ahead, and
// compute nothing. Into the second level of the cache, as the kernels ask; --near: into the first, which
// has places for fewer lines on their way.
//
//   bench_row_bandwidth TABLE.ids [--dim 16] [--noise 5] [--near]

#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

#include "benchmarks/cpu_seconds.h"
#include "benchmarks/ids_table.h"
#include "feat2vec/huge_pages.h"
#include "feat2vec/prefetch.h"

namespace {

using namespace feat2vec;

/// Rows that each example touches: those of a row, and `noise` of one column from other rows.
PageVector<std::int32_t> touched_rows(const benchmarks::IdsTable& table, std::int64_t noise) {
  const std::int64_t rows = table.dataset.rows();
  const std::size_t columns = table.values.size();
  std::vector<const std::int32_t*> ids;
  std::vector<std::int32_t> first{0};
  for (std::size_t c = 0; c < columns; ++c) {
    ids.push_back(table.dataset.column(c).ids.const_data_ptr<std::int32_t>());
    first.push_back(first.back() + static_cast<std::int32_t>(table.values[c]));
  }
  std::mt19937_64 random(1);
  PageVector<std::int32_t> touched;
  for (std::int64_t i = 0; i < rows; ++i) {
    const std::uint64_t row = random() % static_cast<std::uint64_t>(rows);
    for (std::size_t c = 0; c < columns; ++c) touched.push_back(first[c] + ids[c][row]);
    const std::size_t column = random() % columns;
    for (std::int64_t j = 0; j < noise; ++j)
      touched.push_back(first[column] + ids[column][random() % static_cast<std::uint64_t>(rows)]);
  }
  return touched;
}

void prefetch_near(const void* address) { __builtin_prefetch(address, 1); }

/// CPU-seconds of a pass over the rows touched; `ask(address)` prefetches.
template <class Ask>
double pass(const PageVector<std::int32_t>& touched, std::size_t per_example, float* weights,
            float* state, std::size_t stride, Ask ask) {
  constexpr std::size_t kAhead = 8;
  constexpr std::size_t kLine = 16;
  const double start = benchmarks::cpu_seconds();
  for (std::size_t i = 0; i + (kAhead * per_example) < touched.size(); ++i) {
    const auto next = static_cast<std::size_t>(touched[i + (kAhead * per_example)]);
    for (std::size_t at = 0; at < stride; at += kLine) ask(weights + (next * stride) + at);
    ask(state + next);
    const auto row = static_cast<std::size_t>(touched[i]);
    for (std::size_t at = 0; at < stride; at += kLine) weights[(row * stride) + at] += 1e-9F;
    state[row] += 1e-9F;
  }
  return benchmarks::cpu_seconds() - start;
}

}  // namespace

int main(int argc, char** argv) {
  std::string path;
  std::size_t dim = 16;
  std::int64_t noise = 5;
  bool near = false;
  CLI::App app("Memory limit");
  app.add_option("table", path)->required();
  app.add_option("--dim", dim);
  app.add_option("--noise", noise);
  app.add_flag("--near", near);
  CLI11_PARSE(app, argc, argv);
  const benchmarks::IdsTable table = benchmarks::read_ids(path);
  const PageVector<std::int32_t> touched = touched_rows(table, noise);
  std::size_t values = 0;
  for (const std::int64_t count : table.values) values += static_cast<std::size_t>(count);
  const std::size_t stride = (dim + 15) / 16 * 16;
  PageVector<float> weights(values * stride);
  PageVector<float> state(values);
  const std::size_t per_example = table.values.size() + static_cast<std::size_t>(noise);
  std::vector<double> seconds;
  const auto pass_with = [&](auto ask) {
    return pass(touched, per_example, weights.data(), state.data(), stride, ask);
  };
  for (int repeat = 0; repeat < 3; ++repeat)
    seconds.push_back(near ? pass_with(prefetch_near) : pass_with(prefetch));
  std::sort(seconds.begin(), seconds.end());
  const auto rows = static_cast<double>(table.dataset.rows());
  std::printf("%s\n",
              nlohmann::json{{"rows_per_cpu_s", {rows / seconds[1]}}, {"cpu_s", {seconds[1]}}}
                  .dump()
                  .c_str());
}
