#include <ATen/Parallel.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "apps/complete.h"
#include "apps/console.h"
#include "apps/model_rows.h"
#include "feat2vec/reading/known.h"
#include "feat2vec/reading/questions.h"
#include "feat2vec/storage/atomic_file.h"

namespace feat2vec::apps {
namespace {

/// A field of CSV, in quotes where it must be.
std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char byte : text) {
    if (byte == '"') quoted += '"';
    quoted += byte;
  }
  return quoted + "\"";
}

std::string csv_lines(std::int64_t row, const std::vector<Completion>& best) {
  std::string lines;
  for (std::size_t i = 0; i < best.size(); ++i) {
    const std::string probability =
        std::isnan(best[i].probability) ? "" : fmt::format("{:.6g}", best[i].probability);
    lines += fmt::format("{},{},{},{:.9g},{}\n", row + 1, i + 1, csv_field(best[i].value),
                         best[i].score, probability);
  }
  return lines;
}

}  // namespace

void complete_table(const CompleteArguments& arguments, const reading::Values& values,
                    const Readouts& readouts) {
  const Model& model = values.embeddings().model();
  const std::int32_t target = target_called(values, arguments.target);
  const std::string_view by = arguments.by.empty() ? readouts.best(target) : arguments.by;
  const reading::Readout& readout = readouts.get(by);
  const reading::FeatureValues& candidates = values.target(target);
  const data::Vocabulary& vocabulary = model.vocabularies[static_cast<std::size_t>(target)];
  const data::Dataset rows = encode_rows(model, read_rows(arguments.known, arguments.read));
  std::optional<storage::AtomicFile> file;
  if (!arguments.out.empty()) file.emplace(arguments.out);
  const auto write = [&](const std::string& lines) {
    if (file)
      file->write(lines);
    else
      fmt::print("{}", lines);
  };
  write("row,place,value,score,probability\n");
  const auto complete_row = [&](std::int64_t row, std::vector<double>& scores) -> std::string {
    const reading::Query query =
        reading::row_query(values, rows, row, {.features = {}, .without_feature = target});
    if (query.empty()) return {};
    readout.scores(target, query, scores);
    return csv_lines(
        row, best_values(candidates, vocabulary, scores, arguments.k, gives_probabilities(by)));
  };
  // Threads take rows: for the small operations within one they would mostly wait for each other.
  constexpr std::int64_t kBlock = 256;
  for (std::int64_t first = 0; first < rows.rows(); first += kBlock) {
    const std::int64_t end = std::min(first + kBlock, rows.rows());
    std::vector<std::string> lines(static_cast<std::size_t>(end - first));
    at::parallel_for(first, end, 1, [&](std::int64_t from, std::int64_t to) {
      std::vector<double> scores(static_cast<std::size_t>(candidates.candidates()));
      for (std::int64_t row = from; row < to; ++row)
        lines[static_cast<std::size_t>(row - first)] = complete_row(row, scores);
    });
    for (const std::string& some : lines) write(some);
  }
  if (file) file->commit();
}

}  // namespace feat2vec::apps
