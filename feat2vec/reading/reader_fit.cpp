#include "feat2vec/reading/reader_fit.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <numeric>
#include <random>
#include <set>
#include <span>
#include <utility>

#include "feat2vec/error.h"
#include "feat2vec/reading/evidence.h"
#include "feat2vec/reading/fit_cases.h"
#include "feat2vec/reading/lbfgs.h"

namespace feat2vec::reading {
namespace {

/// Numbers of one batch of evidence, about: queries are looked at together while they fit.
constexpr std::int64_t kBatchNumbers = std::int64_t{1} << 23;

void check_options(const FitOptions& options) {
  const auto at_least = [](std::int64_t number, std::int64_t least, const char* name) {
    if (number < least) {
      throw Error("fit_reader", fmt::format("{} of {} or more", name, least),
                  fmt::format("{}", number));
    }
  };
  at_least(options.queries_per_row, 1, "queries_per_row");
  at_least(options.max_rows, 1, "max_rows");
  at_least(options.steps, 0, "steps");
  at_least(options.best, 0, "best");
  at_least(options.random, 1, "random");
  at_least(options.all_candidates, options.best + options.random + 1, "all_candidates");
}

/// `size` of 0 .. all - 1, drawn at random, ascending.
std::vector<std::int64_t> drawn_rows(std::int64_t all, std::int64_t size, std::uint64_t seed) {
  std::vector<std::int64_t> rows(static_cast<std::size_t>(all));
  std::iota(rows.begin(), rows.end(), 0);
  if (all <= size) return rows;
  std::mt19937_64 random(seed);
  for (std::size_t i = 0; i < static_cast<std::size_t>(size); ++i) {
    std::swap(rows[i], rows[i + random() % (rows.size() - i)]);
  }
  rows.resize(static_cast<std::size_t>(size));
  std::sort(rows.begin(), rows.end());
  return rows;
}

/// Fits one target.
class Fit {
 public:
  Fit(const Values& values, const Memory* memory, std::int32_t target, const FitOptions& options)
      : values_(values),
        memory_(memory),
        target_(target),
        options_(options),
        candidates_(values.target(target)),
        layout_(values.feature_count()),
        random_(options.seed) {}

  TargetWeights fit(const data::Dataset& held_out) {
    TargetWeights result;
    result.memory = memory_ != nullptr;
    result.weights = layout_.start();
    ask(held_out, result.report);
    if (cases_.empty()) return result;
    const LbfgsOptions search{.steps = options_.steps};
    std::vector<MixtureTerm> mixture;
    visit([&](const FitCase& one, const Evidence& found) { mixture.push_back(term(one, found)); });
    minimize(told(MixtureObjective(layout_, std::move(mixture), options_.penalty)), result.weights,
             search);
    std::vector<ScoreTerm> scores;
    visit([&](const FitCase& one, const Evidence& found) {
      scores.push_back(term(one, found, chosen(one, found, result.weights)));
    });
    const ScoreObjective objective(layout_, std::move(scores), options_.penalty);
    result.report.log_likelihood_before = objective.log_likelihood(result.weights);
    minimize(told(std::cref(objective)), result.weights, search);
    result.report.log_likelihood_after = objective.log_likelihood(result.weights);
    return result;
  }

 private:
  /// The candidates of a case that are looked at, the right one first.
  struct Chosen {
    std::vector<std::int32_t> candidates;
    std::vector<double> log_importance;
  };

  void ask(const data::Dataset& held_out, FitReport& report) {
    std::set<CaseForm> forms;
    report.answers = options_.answers;
    const CaseOptions asked{options_.queries_per_row, options_.seed, options_.answers};
    for (const std::int64_t row : drawn_rows(held_out.rows(), options_.max_rows, options_.seed)) {
      auto cases = cases_of_row(values_, held_out, row, target_, asked);
      if (!cases.empty()) ++report.rows;
      for (FitCase& one : cases) {
        forms.insert(one.form);
        cases_.push_back(std::move(one));
      }
    }
    report.queries = static_cast<std::int64_t>(cases_.size());
    for (const CaseForm form : forms) report.forms.emplace_back(to_string(form));
  }

  void tell() const {
    if (options_.on_progress) options_.on_progress(candidates_.name);
  }

  /// `objective` that tells of itself whenever it is asked.
  Objective told(Objective objective) const {
    return [this, objective = std::move(objective)](std::span<const double> x,
                                                    std::span<double> gradient) {
      tell();
      return objective(x, gradient);
    };
  }

  /// Shows the evidence of each case, in order, a batch at a time.
  template <typename Visit>
  void visit(const Visit& visit) const {
    const std::int64_t width = candidates_.candidates();
    for (std::size_t first = 0; first < cases_.size();) {
      tell();
      std::vector<Query> queries;
      std::int64_t numbers = 0;
      while (first + queries.size() < cases_.size() && numbers < kBatchNumbers) {
        queries.push_back(cases_[first + queries.size()].query);
        numbers += static_cast<std::int64_t>(queries.back().size()) * width;
      }
      const auto found = evidence(values_, memory_, target_, queries);
      for (std::size_t i = 0; i < found.size(); ++i) visit(cases_[first + i], found[i]);
      first += queries.size();
    }
  }

  std::vector<std::vector<std::size_t>> indices(const Evidence& found) const {
    std::vector<std::vector<std::size_t>> all;
    for (const Component& component : found.components) all.push_back(layout_.of(component));
    return all;
  }

  MixtureTerm term(const FitCase& one, const Evidence& found) const {
    MixtureTerm made{indices(found), {}, one.weight};
    const at::Tensor right = found.distributions.select(1, one.answer).to(at::kDouble);
    const auto* data = right.const_data_ptr<double>();
    made.right.assign(data, data + right.numel());
    return made;
  }

  Chosen chosen(const FitCase& one, const Evidence& found, const std::vector<double>& weights) {
    std::vector<bool> left(static_cast<std::size_t>(candidates_.candidates()), true);
    for (const std::int32_t value : one.also_right) left[static_cast<std::size_t>(value)] = false;
    for (const Known& known : one.query) {
      if (known.feature == target_) left[static_cast<std::size_t>(known.value)] = false;
    }
    left[static_cast<std::size_t>(one.answer)] = false;
    std::vector<std::int32_t> others;
    for (std::size_t t = 0; t < left.size(); ++t) {
      if (left[t]) others.push_back(static_cast<std::int32_t>(t));
    }
    Chosen made{{one.answer}, {0}};
    if (candidates_.candidates() <= options_.all_candidates) {
      made.candidates.insert(made.candidates.end(), others.begin(), others.end());
      made.log_importance.resize(made.candidates.size(), 0);
      return made;
    }
    add_best_and_random(made, others, mixture_of(layout_, weights, found));
    return made;
  }

  void add_best_and_random(Chosen& made, std::vector<std::int32_t>& others,
                           const at::Tensor& mixture) {
    const auto* a = mixture.const_data_ptr<float>();
    const std::size_t best = std::min(static_cast<std::size_t>(options_.best), others.size());
    std::nth_element(
        others.begin(), others.begin() + static_cast<std::ptrdiff_t>(best), others.end(),
        [&](std::int32_t x, std::int32_t y) { return a[x] != a[y] ? a[x] > a[y] : x < y; });
    const std::size_t rest = others.size() - best;
    const std::size_t drawn = std::min(static_cast<std::size_t>(options_.random), rest);
    std::sort(others.begin() + static_cast<std::ptrdiff_t>(best), others.end());
    for (std::size_t i = best; i < best + drawn; ++i) {
      std::swap(others[i], others[i + random_() % (others.size() - i)]);
    }
    others.resize(best + drawn);
    made.candidates.insert(made.candidates.end(), others.begin(), others.end());
    made.log_importance.resize(best + 1, 0);
    made.log_importance.resize(made.candidates.size(),
                               std::log(static_cast<double>(rest) / static_cast<double>(drawn)));
  }

  ScoreTerm term(const FitCase& one, const Evidence& found, Chosen chosen) const {
    ScoreTerm made;
    made.indices = indices(found);
    made.weight = one.weight;
    const auto gather = [&](std::vector<float>& to, const auto& number) {
      for (const std::int32_t t : chosen.candidates) {
        to.push_back(static_cast<float>(number[static_cast<std::size_t>(t)]));
      }
    };
    const auto gather_rows = [&](std::vector<float>& to, const at::Tensor& rows) {
      const auto* data = rows.const_data_ptr<float>();
      for (std::int64_t row = 0; row < rows.size(0); ++row) gather(to, data + row * rows.size(1));
    };
    gather_rows(made.distributions, found.distributions);
    made.linear = {layout_.bias(), layout_.prior()};
    gather(made.terms, candidates_.bias);
    gather(made.terms, candidates_.log_prior);
    if (found.leading.defined()) {
      made.linear.push_back(layout_.leading());
      gather(made.terms, found.leading.const_data_ptr<float>());
    }
    for (const std::int32_t feature : found.features) {
      made.linear.push_back(layout_.products() + static_cast<std::size_t>(feature));
    }
    gather_rows(made.terms, found.products);
    if (found.counts.defined()) {
      for (const std::int32_t feature : found.features) {
        made.linear.push_back(layout_.counts(static_cast<std::size_t>(feature)));
      }
      gather_rows(made.terms, found.counts);
    }
    made.log_importance = std::move(chosen.log_importance);
    return made;
  }

  const Values& values_;
  const Memory* memory_;
  std::int32_t target_;
  const FitOptions& options_;
  const FeatureValues& candidates_;
  WeightLayout layout_;
  std::mt19937_64 random_;
  std::vector<FitCase> cases_;
};

}  // namespace

TargetWeights fit_target(const Values& values, const Memory* memory, const data::Dataset& held_out,
                         std::int32_t target, const FitOptions& options) {
  check_options(options);
  if (memory != nullptr) memory->check(values);
  return Fit(values, memory, target, options).fit(held_out);
}

FittedReader fit_reader(const Values& values, const Memory* memory, const data::Dataset& held_out,
                        const FitOptions& options) {
  FittedReader reader;
  std::vector<std::int32_t> targets = options.targets;
  for (std::int32_t f = 0; f < values.feature_count(); ++f) {
    reader.features.push_back(values.feature(f).name);
    if (options.targets.empty() && values.feature(f).candidates() > 0) targets.push_back(f);
  }
  for (const std::int32_t target : targets) {
    reader.targets[target] = fit_target(values, memory, held_out, target, options);
  }
  return reader;
}

}  // namespace feat2vec::reading
