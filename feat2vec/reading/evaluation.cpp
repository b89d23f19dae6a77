#include "feat2vec/reading/evaluation.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <atomic>
#include <iterator>
#include <nlohmann/json.hpp>

namespace feat2vec::reading {
namespace {

/// What does not take part in the ranking of a question.
std::vector<std::int32_t> excluded(const Question& question, const Answers* answered) {
  if (answered == nullptr) return question.right_too;
  std::vector<std::int32_t> all;
  const auto& others = answered->find(question.query);
  std::set_union(question.right_too.begin(), question.right_too.end(), others.begin(), others.end(),
                 std::back_inserter(all));
  std::erase(all, question.answer);
  return all;
}

std::vector<Rank> ranks_of(const NamedReadout& named, std::int32_t target, std::size_t candidates,
                           const std::vector<Question>& questions,
                           const EvaluationOptions& options) {
  std::vector<Rank> ranks(questions.size());
  std::atomic<std::size_t> done = 0;
  at::parallel_for(
      0, static_cast<std::int64_t>(questions.size()), 1, [&](std::int64_t begin, std::int64_t end) {
        std::vector<double> scores(candidates);
        for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i) {
          named.readout->scores(target, questions[i].query, scores);
          ranks[i] = rank_of(scores, questions[i].answer, excluded(questions[i], options.answered));
          ++done;
          if (options.on_progress && at::get_thread_num() == 0)
            options.on_progress(named.name, done, questions.size());
        }
      });
  return ranks;
}

nlohmann::json to_json(const RankMetrics& metrics) {
  return {{"mpr", metrics.mpr},
          {"median_rank", metrics.median_rank},
          {"mrr", metrics.mrr},
          {"hits1", metrics.hits1},
          {"hits10", metrics.hits10}};
}

}  // namespace

const RankMetrics* Evaluation::find(std::string_view name) const {
  for (const auto& [known, metrics] : readouts) {
    if (known == name) return &metrics;
  }
  return nullptr;
}

Evaluation evaluate(const Values& values, const std::vector<NamedReadout>& readouts,
                    const data::Dataset& rows, const Task& task, const EvaluationOptions& options) {
  const FeatureValues& target = values.target(task.target);
  const Questions questions = ask(values, rows, task, options.seed, options.answers);
  Evaluation result{.target = target.name,
                    .given = {},
                    .questions = static_cast<std::int64_t>(questions.answerable.size()),
                    .candidates = target.candidates(),
                    .unseen_targets = questions.unseen_targets};
  for (const std::int32_t f : task.given) result.given.push_back(values.feature(f).name);
  for (const NamedReadout& named : readouts) {
    const std::vector<Rank> ranks =
        ranks_of(named, task.target, static_cast<std::size_t>(target.candidates()),
                 questions.answerable, options);
    result.readouts.emplace_back(named.name, rank_metrics(ranks, target.candidates()));
  }
  return result;
}

nlohmann::json to_json(const std::vector<Evaluation>& evaluations) {
  nlohmann::json list = nlohmann::json::array();
  for (const Evaluation& evaluation : evaluations) {
    nlohmann::json readouts = nlohmann::json::object();
    for (const auto& [name, metrics] : evaluation.readouts) readouts[name] = to_json(metrics);
    list.push_back({{"target", evaluation.target},
                    {"given", evaluation.given},
                    {"n", evaluation.questions},
                    {"candidates", evaluation.candidates},
                    {"unseen_targets", evaluation.unseen_targets},
                    {"readouts", std::move(readouts)}});
  }
  return list;
}

}  // namespace feat2vec::reading
