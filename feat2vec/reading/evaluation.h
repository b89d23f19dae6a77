#pragma once

#include <cstdint>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "feat2vec/data/dataset.h"
#include "feat2vec/reading/answers.h"
#include "feat2vec/reading/questions.h"
#include "feat2vec/reading/ranking.h"
#include "feat2vec/reading/readout.h"

namespace feat2vec::reading {

/// A read-out under the name that reports have for it.
struct NamedReadout {
  std::string name;
  const Readout* readout = nullptr;
};

struct EvaluationOptions {
  BagAnswer answers = BagAnswer::kRandom;
  std::uint64_t seed = 1;  ///< of the members that are drawn from bags
  /// Answers that training rows give to the same question do not take part in the ranking; null: they
  /// do. Made for the task that is evaluated.
  const Answers* answered = nullptr;
  /// Told now and then how many of the questions a read-out has answered so far, by the thread that
  /// evaluates; what it throws ends the evaluation. May be empty.
  std::function<void(std::string_view readout, std::size_t done, std::size_t questions)>
      on_progress{};
};

/// How well each read-out answers one task.
struct Evaluation {
  std::string target;
  std::vector<std::string> given;   ///< features that are known; `target` itself: other members
  std::int64_t questions = 0;       ///< rows that were asked about
  std::int64_t candidates = 0;      ///< values that were ranked for each
  std::int64_t unseen_targets = 0;  ///< rows left out, since training never saw the answer
  std::vector<std::pair<std::string, RankMetrics>> readouts{};

  /// The metrics of the read-out called `name`, or null.
  const RankMetrics* find(std::string_view name) const;
};

/// Asks `task` of each of `rows`, which training did not see, and ranks all values of the target by
/// each read-out. Other values of the target in the row that are right too do not take part. Questions
/// are shared among torch's threads; the result does not depend on their number.
Evaluation evaluate(const Values& values, const std::vector<NamedReadout>& readouts,
                    const data::Dataset& rows, const Task& task,
                    const EvaluationOptions& options = {});

/// The list that `feat2vec evaluate --json` prints, see docs/evaluation.md.
nlohmann::json to_json(const std::vector<Evaluation>& evaluations);

}  // namespace feat2vec::reading
