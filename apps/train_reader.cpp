#include "apps/train_reader.h"

#include <ATen/ops/arange.h>
#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "apps/readouts.h"
#include "feat2vec/reading/evaluation.h"
#include "feat2vec/reading/memory.h"
#include "feat2vec/reading/questions.h"
#include "feat2vec/reading/reader_fit.h"
#include "feat2vec/reading/stored_reader.h"
#include "feat2vec/reading/summary.h"
#include "feat2vec/reading/values.h"

namespace feat2vec::apps {
namespace {

std::optional<reading::Memory> counts_of(const reading::Values& values,
                                         const TrainArguments& arguments, const data::Dataset& rows,
                                         const std::function<void(std::string_view)>& on_progress) {
  if (arguments.memory_bytes == 0) return std::nullopt;
  reading::MemoryOptions options;
  options.max_bytes = arguments.memory_bytes;
  options.leading = arguments.answers == reading::BagAnswer::kFirst;
  options.seed = arguments.seed;
  options.on_progress = [&] { on_progress("counts"); };
  return reading::Memory(rows, values, options);
}

/// What a reader that was fitted on other rows, and plain counting, find in `rows`.
std::string summary_of(const reading::Values& values, const StoredKnowledge& known,
                       const data::Dataset& rows, reading::EvaluationOptions options,
                       const std::function<void(std::string_view)>& on_progress) {
  const Readouts readouts(values, known);
  std::string text;
  for (const reading::Task& task : reading::default_tasks(values)) {
    std::vector<reading::NamedReadout> asked;
    for (const char* name : {"popularity", "counts", "pmi", "reader"})
      if (readouts.lacking(name).empty()) asked.push_back({name, &readouts.get(name)});
    options.on_progress = [&](std::string_view, std::size_t, std::size_t) {
      on_progress(values.target(task.target).name);
    };
    const reading::Evaluation evaluation = reading::evaluate(values, asked, rows, task, options);
    if (evaluation.questions > 0) text += fmt::format("  {}\n", reading::summarise(evaluation));
  }
  return text;
}

}  // namespace

FittedAnswers add_fitted_reader(Model& model, const TrainArguments& arguments,
                                const data::Dataset& training, const data::Dataset& held_out,
                                const std::function<void(std::string_view)>& on_progress) {
  const reading::Values values(model, values_options(model));
  StoredKnowledge known{std::nullopt, counts_of(values, arguments, training, on_progress)};
  const reading::Memory* memory = known.memory ? &*known.memory : nullptr;
  reading::FitOptions options;
  options.seed = arguments.seed;
  options.answers = arguments.answers;
  options.on_progress = on_progress;
  // Few rows are asked more.
  constexpr std::int64_t kQueries = 2400;
  options.queries_per_row = std::clamp<std::int64_t>(
      kQueries / std::max<std::int64_t>(held_out.rows(), 1), options.queries_per_row, 12);
  // Every other row, for a table may be sorted.
  const auto half = [&](std::int64_t first) {
    return held_out.select(at::arange(first, held_out.rows(), 2, at::kLong));
  };
  known.reader = reading::fit_reader(values, memory, half(0), options);
  FittedAnswers answers;
  answers.summary = summary_of(values, known, half(1),
                               {.answers = arguments.answers, .seed = arguments.seed}, on_progress);
  answers.reader = reading::fit_reader(values, memory, held_out, options);
  model.reader = reading::stored_reader(answers.reader, memory);
  return answers;
}

void add_reader(Model& model, const TrainArguments& arguments, const data::Dataset& training,
                const reading::FittedReader& reader,
                const std::function<void(std::string_view)>& on_progress) {
  const reading::Values values(model, values_options(model));
  const std::optional<reading::Memory> memory = counts_of(values, arguments, training, on_progress);
  model.reader = reading::stored_reader(reader, memory ? &*memory : nullptr);
}

}  // namespace feat2vec::apps
