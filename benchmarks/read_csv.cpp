// Reading a CSV file: to a code for each cell, which is what a dictionary-encoding reader does, and then
// to a dataset of ids ordered by count, with the kinds of the columns inferred on the way.
//
//   bench_read_csv TABLE.csv [--repeats 3]

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "benchmarks/cpu_seconds.h"
#include "feat2vec/tables/encoder.h"
#include "feat2vec/tables/infer.h"
#include "feat2vec/tables/read.h"

int main(int argc, char** argv) {
  using namespace feat2vec;
  CLI::App app("Reading a CSV file");
  std::string path;
  int repeats = 3;
  app.add_option("table", path)->required();
  app.add_option("--repeats", repeats);
  CLI11_PARSE(app, argc, argv);

  const double megabytes = static_cast<double>(std::filesystem::file_size(path)) / 1e6;
  std::vector<double> to_codes;
  std::vector<double> to_ids;
  for (int i = 0; i < repeats; ++i) {
    const double start = benchmarks::cpu_seconds();
    const tables::Table table = tables::read_table({path});
    to_codes.push_back(megabytes / (benchmarks::cpu_seconds() - start));
    const auto fitted = tables::fit_and_encode(table, tables::infer_schema(table).schema);
    to_ids.push_back(megabytes / (benchmarks::cpu_seconds() - start));
  }
  fmt::print("{}\n",
             nlohmann::json{{"mb_per_cpu_s", to_codes}, {"mb_per_cpu_s_ids", to_ids}}.dump());
}
