#include "feat2vec/reading/summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "feat2vec/error.h"
#include "feat2vec/printable.h"

namespace feat2vec::reading {
namespace {

constexpr std::int64_t kFewQuestions = 50;

/// "cast", "cast and year", "cast, year and 3 more".
std::string listed(const std::vector<std::string>& names) {
  const auto shown = [&](std::size_t i) { return printable(names[i], kShownBytes); };
  if (names.size() == 1) return shown(0);
  if (names.size() == 2) return shown(0) + " and " + shown(1);
  return fmt::format("{}, {} and {} more", shown(0), shown(1), names.size() - 2);
}

std::string question(const Evaluation& evaluation) {
  const std::string target = printable(evaluation.target, kShownBytes);
  if (evaluation.given.size() == 1 && evaluation.given[0] == evaluation.target)
    return fmt::format("{} from the others of its row", target);
  return evaluation.given.empty() ? target
                                  : fmt::format("{} from {}", target, listed(evaluation.given));
}

/// Mean place from 1.
double place(const RankMetrics& metrics, std::int64_t candidates) {
  return metrics.mpr * static_cast<double>(candidates) + 1;
}

std::string against_popularity(double ours, double theirs, std::int64_t candidates) {
  const double ratio = theirs / ours;
  std::string verdict = fmt::format("{:.1f}x nearer the top than popularity", ratio);
  if (ratio < 1.05) verdict = "about as near the top as popularity";
  if (ratio < 0.95) verdict = "further from the top than popularity";
  return fmt::format("{} (mean place {:.1f} against {:.1f} of {})", verdict, ours, theirs,
                     candidates);
}

std::string against_counts(double ours, double theirs, std::string_view name,
                           std::int64_t questions) {
  const double variance = ours * (1 - ours) + theirs * (1 - theirs);
  const double error = std::sqrt(variance / static_cast<double>(questions));
  const double gap = std::abs(ours - theirs);
  std::string how = ours > theirs ? "more often than" : "less often than";
  if (gap <= 2 * error) how = "slightly " + how;
  if (gap <= error) how = "about as often as";
  const std::string which = name == "counts" ? "" : fmt::format("{}: ", name);
  return fmt::format("the right one first in {:.1f} % of {} rows, {} by plain counts ({}{:.1f} %)",
                     100 * ours, questions, how, which, 100 * theirs);
}

}  // namespace

std::string summarise(const Evaluation& evaluation, std::string_view readout) {
  const RankMetrics* ours = evaluation.find(readout);
  if (ours == nullptr)
    throw Error("summary", fmt::format("an evaluation of \"{}\"", readout), "none");
  if (evaluation.questions == 0) return question(evaluation) + ": no row to ask about";
  std::string text = question(evaluation) + ": ";
  const double mean_place = place(*ours, evaluation.candidates);
  const RankMetrics* popularity = evaluation.find("popularity");
  text += popularity == nullptr
              ? fmt::format("mean place {:.1f} of {}", mean_place, evaluation.candidates)
              : against_popularity(mean_place, place(*popularity, evaluation.candidates),
                                   evaluation.candidates);
  const RankMetrics* best = nullptr;
  std::string best_name;
  for (const char* name : {"counts", "pmi"}) {
    const RankMetrics* found = evaluation.find(name);
    if (found == nullptr || (best != nullptr && found->hits1 <= best->hits1)) continue;
    best = found;
    best_name = name;
  }
  if (best != nullptr)
    text += "; " + against_counts(ours->hits1, best->hits1, best_name, evaluation.questions);
  if (evaluation.questions < kFewQuestions)
    text += fmt::format("; {} rows say little", evaluation.questions);
  return text;
}

}  // namespace feat2vec::reading
