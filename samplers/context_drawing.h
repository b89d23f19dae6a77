#pragma once

// How ContextSampler draws: a template, so that who needs draws in another form than ContextDraw is told
// them as they are made.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "samplers/context_sampler.h"

namespace feat2vec::samplers {

/// Draws for one target after the other. `Out` has the functions of ContextDraw that begin, add and end.
template <class Out>
class ContextDrawing {
 public:
  /// Both must outlive it.
  ContextDrawing(const ContextSampler& sampler, Out& out)
      : sampler_(sampler), options_(sampler.options_), targets_(sampler.targets_), out_(out) {}

  void draw(std::int64_t target, Philox random) {
    target_ = target;
    random_ = random;
    row_ = targets_.row(target);
    group_ = targets_.group(target);
    choose_noise();
    targets_.collect_others(target, others_);
    chosen_ = 0;
    const double point = random_.uniform();
    const double pairs = options_.all + options_.keep;
    if (point < pairs || point >= pairs + options_.one)
      draw_sum(point);
    else
      draw_pairs();
  }

 private:
  /// Whether noise is single values, and of which feature the candidates are.
  void choose_noise() {
    values_ = nullptr;
    if (options_.unit == Unit::kGroup) return;
    own_ = targets_.value(target_);
    if (own_.value < 0) return;
    values_ = sampler_.value_noise(own_.feature);
    if (values_ != nullptr) values_->prefetch_value(own_.value);
  }

  void draw_sum(double point) {
    const double scale = choose_sum(point);
    draw_values(1);
    begin_example(0);
    out_.begin_sum(scale);
    for (std::size_t i = 0; i < chosen_; ++i) add_context(others_[i]);
    out_.end_context();
    out_.end_example();
  }

  void draw_pairs() {
    choose(options_.cap);
    draw_values(options_.shared_noise ? 1 : chosen_);
    for (std::size_t i = 0; i < chosen_; ++i) {
      if (i == 0 || !options_.shared_noise) begin_example(i);
      out_.begin_sum(1);
      add_context(others_[i]);
      out_.end_context();
      if (i + 1 == chosen_ || !options_.shared_noise) out_.end_example();
    }
  }

  /// Moves `count` random ones of the others to the front.
  void choose(std::int64_t count) {
    const std::size_t size = others_.size();
    chosen_ = std::min(size, static_cast<std::size_t>(count));
    if (chosen_ == size) return;
    for (std::size_t i = 0; i < chosen_; ++i)
      std::swap(others_[i], others_[i + random_.below(static_cast<std::uint32_t>(size - i))]);
  }

  /// Chooses the values of a context that is a sum; returns its factor.
  double choose_sum(double point) {
    const std::size_t size = others_.size();
    if (point < options_.all) {
      choose(kMostSummed);
      return 1;
    }
    if (point < options_.all + options_.keep) {
      for (std::size_t i = 0; i < size; ++i)
        if (random_.uniform() < options_.keep_probability)
          std::swap(others_[chosen_++], others_[i]);
      chosen_ = std::min(chosen_, static_cast<std::size_t>(kMostSummed));
      if (chosen_ == 0) choose(1);
      return 1;
    }
    const std::size_t most = std::min(size, static_cast<std::size_t>(kMostSummed));
    choose(1 + random_.below(static_cast<std::uint32_t>(most)));
    return 1 / std::sqrt(static_cast<double>(chosen_));
  }

  void add_context(const Item& item) {
    if (item.value < 0)
      out_.add_cell(Part::From::kObserved, item.feature, row_);
    else
      out_.add_value(item.feature, item.value);
  }

  /// Whether there are so few candidates that none is drawn.
  bool all_are_candidates() const {
    if (values_ != nullptr) return sampler_.is_whole(values_->size());
    return options_.unit == Unit::kGroup && sampler_.is_whole(entity_noise().size());
  }
  const NoiseDistribution& entity_noise() const { return sampler_.noise().distribution(group_); }
  std::size_t noise_rows() const {
    return static_cast<std::size_t>(sampler_.rows_.options().noise_rows);
  }

  /// Draws the values that are noise of so many examples.
  void draw_values(std::size_t examples) {
    if (values_ == nullptr || all_are_candidates()) return;
    drawn_.resize(examples * noise_rows());
    values_->draw(random_, drawn_);
  }

  /// Begins example `number` of the target and adds its candidates.
  void begin_example(std::size_t number) {
    const bool whole = all_are_candidates();
    out_.begin_example(row_, group_, whole);
    if (values_ == nullptr)
      add_entities(whole);
    else if (whole)
      add_all_values();
    else
      add_values(std::span(drawn_).subspan(number * noise_rows(), noise_rows()));
  }

  void add_values(std::span<DrawnValue> noise) {
    add_candidate(own_.value);
    auto end = noise.end();
    if (!options_.accidental_hits)
      end = std::remove_if(noise.begin(), end,
                           [this](const DrawnValue& drawn) { return drawn.value == own_.value; });
    out_.add_candidates(own_.feature, {noise.begin(), end});
  }

  void add_all_values() {
    add_candidate(own_.value);
    for (std::int32_t value = 0; value < values_->size(); ++value)
      if (value != own_.value) add_candidate(value);
  }

  void add_candidate(std::int32_t value) {
    const DrawnValue candidate{value, values_->log_prob(value)};
    out_.add_candidates(own_.feature, {&candidate, 1});
  }

  /// Candidates that are cells of donor rows: of all features of the group, or of one.
  void add_entities(bool whole) {
    const NoiseDistribution& noise = entity_noise();
    const Entities& entities = sampler_.noise().entities(group_);
    const std::int32_t own = sampler_.rows_.entities().at(row_, group_);
    const auto add = [&](std::int64_t entity) {
      if (entity == own && !(options_.accidental_hits && !whole)) return;
      add_cells(Part::From::kSupply, entities.donor(entity), noise.log_prob(entity));
    };
    add_cells(Part::From::kObserved, row_, noise.log_prob(own));
    const auto others = whole ? noise.size() : static_cast<std::int64_t>(noise_rows());
    for (std::int64_t k = 0; k < others; ++k) add(whole ? k : noise.draw(random_));
  }

  /// Adds a candidate.
  void add_cells(Part::From from, std::int64_t row, double log_prob) {
    out_.begin_sum(1);
    if (options_.unit == Unit::kMember) {
      out_.add_cell(from, own_.feature, row);
    } else {
      for (const std::size_t feature : sampler_.noise().entities(group_).features())
        out_.add_cell(from, static_cast<std::int32_t>(feature), row);
    }
    out_.end_candidate(log_prob);
  }

  const ContextSampler& sampler_;
  const ContextOptions& options_;
  const ContextTargets& targets_;
  Out& out_;

  // Of the target that is drawn for.
  std::int64_t target_ = 0;
  std::int64_t row_ = 0;
  std::int32_t group_ = 0;
  Philox random_{0, 0, 0};
  Item own_;                            ///< unit member: the target
  const ValueNoise* values_ = nullptr;  ///< null: its noise are entities of the sampling group
  std::vector<Item> others_;            ///< those chosen come first
  std::size_t chosen_ = 0;
  std::vector<DrawnValue> drawn_;  ///< K of each example
};

template <class Out>
void ContextSampler::draw_into(const std::int64_t* targets, std::int64_t count, std::uint32_t epoch,
                               Out& out) const {
  constexpr std::int64_t kAhead = 4;  // targets between the steps of a read
  const auto ahead = [&](std::int64_t i, auto ask) {
    if (i < count) ask(targets[i]);
  };
  ContextDrawing<Out> drawing(*this, out);
  for (std::int64_t i = -3 * kAhead; i < count; ++i) {
    ahead(i + (3 * kAhead), [&](std::int64_t target) { targets_.prefetch_target(target); });
    if (i >= -2 * kAhead)
      ahead(i + (2 * kAhead), [&](std::int64_t target) { targets_.prefetch_row(target); });
    if (i >= -kAhead)
      ahead(i + kAhead, [&](std::int64_t target) { targets_.prefetch_items(target); });
    if (i >= 0)
      drawing.draw(targets[i],
                   Philox(rows_.options().seed, epoch, static_cast<std::uint64_t>(targets[i])));
  }
}

}  // namespace feat2vec::samplers
