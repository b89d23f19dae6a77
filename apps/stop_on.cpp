#include "apps/stop_on.h"

#include <ATen/ops/arange.h>
#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "apps/command.h"
#include "apps/readouts.h"
#include "feat2vec/error.h"
#include "feat2vec/reading/evaluation.h"
#include "feat2vec/reading/mixture.h"
#include "feat2vec/spelling.h"

namespace feat2vec::apps {
namespace {

constexpr std::int64_t kMostRows = 1000;  // more say little more

struct Metric {
  const char* name;
  double reading::RankMetrics::*number;
  bool higher_is_better;
};
constexpr Metric kMetrics[] = {{"mrr", &reading::RankMetrics::mrr, true},
                               {"mpr", &reading::RankMetrics::mpr, false},
                               {"hits1", &reading::RankMetrics::hits1, true},
                               {"hits10", &reading::RankMetrics::hits10, true}};

std::string metric_name(const std::string& stop_on) { return stop_on.substr(0, stop_on.find(':')); }

std::string feature_name(const std::string& stop_on) {
  return stop_on.substr(stop_on.find(':') + 1);
}

const Metric* find_metric(const std::string& name) {
  for (const Metric& metric : kMetrics)
    if (metric.name == name) return &metric;
  return nullptr;
}

data::Dataset spread_evenly(const data::Dataset& rows) {
  if (rows.rows() <= kMostRows) return rows;
  const at::Tensor places = at::arange(kMostRows, at::kLong);
  return rows.select((places * rows.rows()).floor_divide(kMostRows));
}

reading::Task task_about(const reading::Values& values, const std::string& feature) {
  for (reading::Task& task : reading::default_tasks(values))
    if (values.feature(task.target).name == feature) return std::move(task);
  throw Error("--stop-on", "a feature whose values can be ranked", "\"" + feature + "\"");
}

}  // namespace

void check_stop_metric(const std::string& stop_on) {
  const std::string name = metric_name(stop_on);
  if (find_metric(name) != nullptr && name.size() + 1 < stop_on.size()) return;
  std::vector<std::string> names;
  for (const Metric& metric : kMetrics) names.emplace_back(metric.name);
  throw UsageError(
      fmt::format("--stop-on: expected mrr, mpr, hits1 or hits10, a colon and a feature, "
                  "such as mrr:director, received \"{}\"{}",
                  stop_on, find_metric(name) != nullptr ? "" : did_you_mean(name, names)));
}

void check_stop_feature(const std::string& stop_on, const data::Schema& schema) {
  const std::string wanted = feature_name(stop_on);
  std::vector<std::string> names;
  for (const data::Feature& feature : schema.features)
    if (data::has_vocabulary(feature.kind) && !data::is_whole_cell(feature.kind) &&
        feature.embedding)
      names.push_back(feature.name);
  if (std::find(names.begin(), names.end(), wanted) != names.end()) return;
  throw UsageError(
      fmt::format("--stop-on: expected a feature whose values can be ranked, received \"{}\"{}",
                  wanted, did_you_mean_or_there_are(wanted, names)));
}

trainers::Measure stop_measure(const TrainArguments& arguments, const Model& model,
                               const data::Dataset& held_out) {
  const Metric& metric = *find_metric(metric_name(arguments.stop_on));
  const std::string feature = feature_name(arguments.stop_on);
  const reading::ValuesOptions reads{.prior_in_bias = arguments.model.prior == Prior::kValue,
                                     .alpha2 = arguments.noise.alpha2};
  const data::Dataset rows = spread_evenly(held_out);
  const auto evaluation = [rows, reads, feature, &model, answers = arguments.answers,
                           seed = arguments.seed] {
    const reading::Values values(model, reads);
    const reading::Mixture mixture(values, nullptr, {.sum = kSumInMixture});
    return reading::evaluate(values, {{"mixture", &mixture}}, rows, task_about(values, feature),
                             {.answers = answers, .seed = seed});
  };
  if (evaluation().questions == 0)
    throw Error(
        fmt::format("--stop-on {}: expected rows kept back that have a value of it that "
                    "training knows, and one of another feature, received none",
                    arguments.stop_on));
  return {.name = arguments.stop_on,
          .value = [evaluation, metric] { return evaluation().find("mixture")->*metric.number; },
          .higher_is_better = metric.higher_is_better};
}

}  // namespace feat2vec::apps
