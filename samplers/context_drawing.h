#pragma once

// How ContextSampler draws: a template, so that who needs draws in another form than ContextDraw is told
// them as they are made.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "samplers/context_sampler.h"

namespace feat2vec::samplers {

/// What is drawn for one target, before it is told: all that takes random words.
struct TargetPlan {
  std::int64_t row = 0;
  std::int32_t group = 0;
  Item own;                            ///< unit member: the target
  const ValueNoise* values = nullptr;  ///< null: its noise are entities of the sampling group
  bool whole = false;                  ///< there are so few candidates that none is drawn
  bool pairs = false;                  ///< each chosen one is a context, not their sum
  double scale = 1;                    ///< of the sum
  std::vector<Item> others;            ///< those chosen come first
  std::size_t chosen = 0;
  std::vector<ValueNoise::Pick> picks;  ///< K of each example, where noise are values
  std::vector<std::int64_t> entities;   ///< else
};

/// Draws for one target after the other. `Out` has the functions of ContextDraw that begin, add and end,
/// `Random` those of TargetWords.
template <class Out, class Random>
class ContextDrawing {
 public:
  /// All must outlive it.
  ContextDrawing(const ContextSampler& sampler, Random& random, Out& out)
      : sampler_(sampler),
        options_(sampler.options_),
        targets_(sampler.targets_),
        noise_rows_(static_cast<std::size_t>(sampler.rows_.options().noise_rows)),
        random_(random),
        out_(out) {}

  /// Draws for a target, and asks memory for the noise that are values. The words of the target begin where
  /// `Random` is.
  void plan(std::int64_t target, TargetPlan& plan) {
    plan.row = targets_.row(target);
    plan.group = targets_.group(target);
    choose_noise(target, plan);
    targets_.collect_others(target, plan.others);
    plan.chosen = 0;
    const double point = random_.uniform();
    const double pairs = options_.all + options_.keep;
    plan.pairs = point >= pairs && point < pairs + options_.one;
    if (plan.pairs)
      choose(options_.cap, plan);
    else
      choose_sum(point, plan);
    draw_noise(plan);
  }

  /// Tells the examples of a target.
  void tell(const TargetPlan& plan) {
    for (std::size_t i = 0; i < examples_of(plan); ++i) {
      out_.begin_example(plan.row, plan.group, plan.whole);
      if (plan.values != nullptr)
        add_values(plan, i);
      else
        add_entities(plan, i);
      if (!plan.pairs)
        add_sum(plan);
      else if (options_.shared_noise)
        for (std::size_t other = 0; other < plan.chosen; ++other)
          add_single(plan.row, plan.others[other]);
      else
        add_single(plan.row, plan.others[i]);
      out_.end_example();
    }
  }

 private:
  /// Whether noise is single values, and of which feature the candidates are.
  void choose_noise(std::int64_t target, TargetPlan& plan) const {
    plan.values = nullptr;
    if (options_.unit == Unit::kMember) {
      plan.own = targets_.value(target);
      if (plan.own.value >= 0) plan.values = sampler_.value_noise(plan.own.feature);
    }
    if (plan.values != nullptr) {
      plan.values->prefetch_value(plan.own.value);
      plan.whole = sampler_.is_whole(plan.values->size());
    } else {
      plan.whole = options_.unit == Unit::kGroup && sampler_.is_whole(entity_noise(plan).size());
    }
  }

  /// Moves `count` random ones of the others to the front.
  void choose(std::int64_t count, TargetPlan& plan) {
    std::vector<Item>& others = plan.others;
    const std::size_t size = others.size();
    plan.chosen = std::min(size, static_cast<std::size_t>(count));
    if (plan.chosen == size) return;
    for (std::size_t i = 0; i < plan.chosen; ++i)
      std::swap(others[i], others[i + random_.below(static_cast<std::uint32_t>(size - i))]);
  }

  /// Chooses the values of a context that is a sum, and its factor.
  void choose_sum(double point, TargetPlan& plan) {
    const std::size_t size = plan.others.size();
    constexpr auto kMost = static_cast<std::size_t>(kMostSummed);
    plan.scale = 1;
    if (point < options_.all) return choose(kMostSummed, plan);
    if (point < options_.all + options_.keep) {
      for (std::size_t i = 0; i < size; ++i)
        if (random_.uniform() < options_.keep_probability)
          std::swap(plan.others[plan.chosen++], plan.others[i]);
      plan.chosen = std::min(plan.chosen, kMost);
      if (plan.chosen == 0) choose(1, plan);
      return;
    }
    choose(1 + random_.below(static_cast<std::uint32_t>(std::min(size, kMost))), plan);
    plan.scale = 1 / std::sqrt(static_cast<double>(plan.chosen));
  }

  /// Those whose candidates are told; pairs that share their noise are one.
  std::size_t examples_of(const TargetPlan& plan) const {
    return plan.pairs && !options_.shared_noise ? plan.chosen : 1;
  }

  void draw_noise(TargetPlan& plan) {
    if (plan.whole) return;
    const std::size_t count = examples_of(plan) * noise_rows_;
    if (plan.values != nullptr) {
      plan.picks.resize(count);
      plan.values->pick(random_, plan.picks);
    } else {
      plan.entities.resize(count);
      for (std::int64_t& entity : plan.entities) entity = entity_noise(plan).draw(random_);
    }
  }

  /// The candidates of an example: the target, and values that are noise.
  void add_values(const TargetPlan& plan, std::size_t example) {
    const ValueNoise& noise = *plan.values;
    const std::int32_t own = plan.own.value;
    add_value(plan, {own, noise.log_prob(own)});
    if (plan.whole) {
      for (std::int32_t value = 0; value < noise.size(); ++value)
        if (value != own) add_value(plan, {value, noise.log_prob(value)});
    } else {
      const ValueNoise::Pick* picks = plan.picks.data() + (example * noise_rows_);
      for (std::size_t k = 0; k < noise_rows_; ++k) {
        const DrawnValue drawn = noise.drawn(picks[k]);
        if (drawn.value != own || options_.accidental_hits) add_value(plan, drawn);
      }
    }
  }

  /// Adds a candidate that is a single value.
  void add_value(const TargetPlan& plan, DrawnValue drawn) {
    out_.begin_sum(1);
    out_.add_value(plan.own.feature, drawn.value);
    out_.end_candidate(static_cast<double>(drawn.log_prob));
  }

  const NoiseDistribution& entity_noise(const TargetPlan& plan) const {
    return sampler_.noise().distribution(plan.group);
  }

  /// Candidates that are cells of donor rows: of all features of the group, or of one.
  void add_entities(const TargetPlan& plan, std::size_t example) {
    const NoiseDistribution& noise = entity_noise(plan);
    const Entities& entities = sampler_.noise().entities(plan.group);
    const std::int32_t own = sampler_.rows_.entities().at(plan.row, plan.group);
    const auto add = [&](std::int64_t entity) {
      if (entity == own && !(options_.accidental_hits && !plan.whole)) return;
      add_cells(plan, Part::From::kSupply, entities.donor(entity), noise.log_prob(entity));
    };
    add_cells(plan, Part::From::kObserved, plan.row, noise.log_prob(own));
    if (plan.whole) {
      for (std::int64_t entity = 0; entity < noise.size(); ++entity) add(entity);
    } else {
      for (std::size_t k = 0; k < noise_rows_; ++k) add(plan.entities[(example * noise_rows_) + k]);
    }
  }

  /// Adds a candidate that is cells.
  void add_cells(const TargetPlan& plan, Part::From from, std::int64_t row, double log_prob) {
    out_.begin_sum(1);
    if (options_.unit == Unit::kMember) {
      out_.add_cell(from, plan.own.feature, row);
    } else {
      for (const std::size_t feature : sampler_.noise().entities(plan.group).features())
        out_.add_cell(from, static_cast<std::int32_t>(feature), row);
    }
    out_.end_candidate(log_prob);
  }

  void add_sum(const TargetPlan& plan) {
    out_.begin_sum(plan.scale);
    for (std::size_t i = 0; i < plan.chosen; ++i) add_to_sum(plan.row, plan.others[i]);
    out_.end_context();
  }
  void add_single(std::int64_t row, const Item& item) {
    out_.begin_sum(1);
    add_to_sum(row, item);
    out_.end_context();
  }
  void add_to_sum(std::int64_t row, const Item& item) {
    if (item.value < 0)
      out_.add_cell(Part::From::kObserved, item.feature, row);
    else
      out_.add_value(item.feature, item.value);
  }

  const ContextSampler& sampler_;
  const ContextOptions& options_;
  const ContextTargets& targets_;
  std::size_t noise_rows_;
  Random& random_;
  Out& out_;
};

template <class Random, class Out>
void ContextSampler::draw_into(const std::int64_t* targets, std::int64_t count, Random& random,
                               Out& out) const {
  constexpr std::int64_t kAhead = 4;    // targets between the steps of a read
  constexpr std::int64_t kPlanned = 2;  // targets between the plan of one and its telling
  const auto ahead = [&](std::int64_t i, auto ask) {
    if (i >= 0 && i < count) ask(targets[i]);
  };
  ContextDrawing<Out, Random> drawing(*this, random, out);
  std::array<TargetPlan, kPlanned + 1> plans;
  const auto plan_of = [&](std::int64_t i) -> TargetPlan& {
    return plans[static_cast<std::size_t>(i) % plans.size()];
  };
  for (std::int64_t i = -3 * kAhead; i < count + kPlanned; ++i) {
    ahead(i + (3 * kAhead), [&](std::int64_t target) { targets_.prefetch_target(target); });
    ahead(i + (2 * kAhead), [&](std::int64_t target) { targets_.prefetch_row(target); });
    ahead(i + kAhead, [&](std::int64_t target) { targets_.prefetch_items(target); });
    ahead(i, [&](std::int64_t target) {
      random.begin(target);
      drawing.plan(target, plan_of(i));
    });
    if (i >= kPlanned) drawing.tell(plan_of(i - kPlanned));
  }
}

}  // namespace feat2vec::samplers
