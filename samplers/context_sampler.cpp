#include "samplers/context_sampler.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "feat2vec/error.h"

namespace feat2vec::samplers {

/// What is known of one target while it is drawn for.
struct ContextSampler::Scratch {
  std::vector<Item> others;  ///< of its row; those chosen come first
  std::size_t chosen = 0;
};

ContextSampler::ContextSampler(const ImplicitSampler& rows, std::vector<std::uint8_t> meets)
    : rows_(rows),
      options_(rows.options().contexts),
      features_(rows.observed().columns().size()),
      meets_(std::move(meets)),
      items_(rows.observed()) {
  options_.validate();
  if (rows.options().oversampler == Oversampler::kAll)
    throw Error("ContextSampler", "noise that replaces one value or group", "all groups at once");
  if (meets_.size() != features_ * features_)
    throw Error("ContextSampler", fmt::format("{0} x {0} features that meet", features_),
                fmt::format("{}", meets_.size()));
  if (rows.observed().rows() >= std::numeric_limits<std::int32_t>::max())
    throw Error("ContextSampler", "fewer than 2^31 - 1 rows",
                fmt::format("{}", rows.observed().rows()));
  add_targets();
  add_members();
  if (targets() == 0)
    throw Error("ContextSampler", "a row with two values that meet", "none in any row");
}

/// The targets that can be given a context.
void ContextSampler::add_targets() {
  target_begin_.push_back(0);
  const auto add = [&](std::int64_t row, std::int64_t item) {
    const auto own = static_cast<std::int32_t>(item);
    for (std::int64_t i = items_.begin(row); i < items_.begin(row + 1); ++i) {
      if (!is_other(own, i)) continue;
      row_of_.push_back(static_cast<std::int32_t>(row));
      item_.push_back(own);
      return;
    }
  };
  if (items_.size() >= std::numeric_limits<std::int32_t>::max())
    throw Error("ContextSampler", "fewer than 2^31 - 1 values in all rows",
                fmt::format("{}", items_.size()));
  for (std::int64_t row = 0; row < items_.rows(); ++row) {
    if (options_.unit == Unit::kMember) {
      for (std::int64_t item = items_.begin(row); item < items_.begin(row + 1); ++item)
        if (group_of(items_[item].feature) >= 0) add(row, item);
    } else {
      for (std::int64_t group = 0; group < noise().groups(); ++group)
        if (rows_.present(row)[group] != 0) add(row, group);
    }
    target_begin_.push_back(targets());
  }
}

void ContextSampler::add_members() {
  members_.resize(features_);
  if (options_.unit == Unit::kGroup) return;
  const Items supply(noise().supply());
  for (std::size_t f = 0; f < features_; ++f) {
    const std::vector<std::int64_t> counts = supply.counts(f);
    if (counts.empty()) continue;
    members_[f].emplace(counts, noise().options().alpha2, noise().options().count_bias);
  }
}

bool ContextSampler::group_meets(std::int32_t group, std::int32_t feature) const {
  const auto& features = noise().entities(group).features();
  return group_of(feature) != group &&
         std::any_of(features.begin(), features.end(),
                     [&](std::size_t f) { return meets(static_cast<std::int32_t>(f), feature); });
}

std::int32_t ContextSampler::target_group(std::int64_t target) const {
  const std::int32_t item = item_[static_cast<std::size_t>(target)];
  return options_.unit == Unit::kMember ? group_of(items_[item].feature) : item;
}

bool ContextSampler::is_other(std::int32_t own, std::int64_t i) const {
  if (options_.unit == Unit::kGroup) return group_meets(own, items_[i].feature);
  return i != own && meets(items_[own].feature, items_[i].feature);
}

void ContextSampler::collect_others(std::int64_t target, Scratch& scratch) const {
  scratch.others.clear();
  scratch.chosen = 0;
  const std::int64_t row = row_of(target);
  const std::int32_t own = item_[static_cast<std::size_t>(target)];
  for (std::int64_t i = items_.begin(row); i < items_.begin(row + 1); ++i)
    if (is_other(own, i)) scratch.others.push_back(items_[i]);
}

/// Moves `count` random ones of the others to the front.
void ContextSampler::choose(std::int64_t count, Philox& random, Scratch& scratch) const {
  const std::size_t size = scratch.others.size();
  scratch.chosen = std::min(size, static_cast<std::size_t>(count));
  if (scratch.chosen == size) return;
  for (std::size_t i = 0; i < scratch.chosen; ++i)
    std::swap(scratch.others[i],
              scratch.others[i + random.below(static_cast<std::uint32_t>(size - i))]);
}

/// Chooses the values of a context that is a sum; returns its factor.
double ContextSampler::choose_sum(double point, Philox& random, Scratch& scratch) const {
  const std::size_t size = scratch.others.size();
  if (point < options_.all) {
    choose(kMostSummed, random, scratch);
    return 1;
  }
  if (point < options_.all + options_.keep) {
    for (std::size_t i = 0; i < size; ++i)
      if (random.uniform() < options_.keep_probability)
        std::swap(scratch.others[scratch.chosen++], scratch.others[i]);
    scratch.chosen = std::min(scratch.chosen, static_cast<std::size_t>(kMostSummed));
    if (scratch.chosen == 0) choose(1, random, scratch);
    return 1;
  }
  const std::size_t most = std::min(size, static_cast<std::size_t>(kMostSummed));
  choose(1 + random.below(static_cast<std::uint32_t>(most)), random, scratch);
  return 1 / std::sqrt(static_cast<double>(scratch.chosen));
}

void ContextSampler::draw(const std::int64_t* targets, std::int64_t count, std::uint32_t epoch,
                          ContextDraw& out) const {
  out.clear();
  Scratch scratch;
  for (std::int64_t i = 0; i < count; ++i)
    draw_target(targets[i],
                Philox(rows_.options().seed, epoch, static_cast<std::uint64_t>(targets[i])),
                scratch, out);
}

void ContextSampler::draw_target(std::int64_t target, Philox random, Scratch& scratch,
                                 ContextDraw& out) const {
  collect_others(target, scratch);
  const std::int64_t row = row_of(target);
  const auto add_part = [&](const Item& item) {
    out.parts.push_back(item.value < 0 ? Part{Part::From::kObserved, item.feature, row}
                                       : Part{Part::From::kValue, item.feature, item.value});
  };
  const double point = random.uniform();
  const double pairs = options_.all + options_.keep;
  if (point < pairs || point >= pairs + options_.one) {
    const double scale = choose_sum(point, random, scratch);
    begin_example(target, random, out);
    for (std::size_t i = 0; i < scratch.chosen; ++i) add_part(scratch.others[i]);
    out.end_context(scale);
    out.end_example();
    return;
  }
  choose(options_.cap, random, scratch);
  for (std::size_t i = 0; i < scratch.chosen; ++i) {
    if (i == 0 || !options_.shared_noise) begin_example(target, random, out);
    add_part(scratch.others[i]);
    out.end_context(1);
    if (i + 1 == scratch.chosen || !options_.shared_noise) out.end_example();
  }
}

/// Begins an example and adds its candidates.
void ContextSampler::begin_example(std::int64_t target, Philox& random, ContextDraw& out) const {
  const std::int64_t row = row_of(target);
  const std::int32_t group = target_group(target);
  const auto fits = [this](std::int64_t values) { return values <= options_.exact_values; };
  constexpr std::int32_t kAllFeatures = -1;
  if (options_.unit == Unit::kGroup) {
    out.begin_example(row, group, fits(noise().distribution(group).size()));
    add_entity_candidates(row, group, kAllFeatures, random, out);
    return;
  }
  const Item& own = items_[item_[static_cast<std::size_t>(target)]];
  const auto& members = members_[static_cast<std::size_t>(own.feature)];
  const bool whole = own.value >= 0 && members && fits(members->size());
  out.begin_example(row, group, whole);
  if (whole)
    add_all_values(own, out);
  else if (own.value >= 0 && members)
    add_value_candidates(own, random, out);
  else
    add_entity_candidates(row, group, own.feature, random, out);
}

void ContextSampler::add_value_candidates(const Item& own, Philox& random, ContextDraw& out) const {
  const NoiseDistribution& members = *members_[static_cast<std::size_t>(own.feature)];
  const auto add = [&](std::int64_t value, double log_prob) {
    out.parts.push_back({Part::From::kValue, own.feature, value});
    out.end_candidate(log_prob);
  };
  add(own.value, members.log_prob(own.value < members.size() ? own.value : -1));
  for (std::int64_t k = 0; k < rows_.options().noise_rows; ++k) {
    const std::int64_t drawn = members.draw(random);
    if (options_.accidental_hits || drawn != own.value) add(drawn, members.log_prob(drawn));
  }
}

void ContextSampler::add_all_values(const Item& own, ContextDraw& out) const {
  const NoiseDistribution& members = *members_[static_cast<std::size_t>(own.feature)];
  const auto add = [&](std::int64_t value) {
    out.parts.push_back({Part::From::kValue, own.feature, value});
    out.end_candidate(members.log_prob(value < members.size() ? value : -1));
  };
  add(own.value);
  for (std::int64_t value = 0; value < members.size(); ++value)
    if (value != own.value && std::isfinite(members.log_prob(value))) add(value);
}

void ContextSampler::add_cells(Part::From from, std::int64_t row, std::int32_t group,
                               std::int32_t feature, ContextDraw& out) const {
  if (feature >= 0) {
    out.parts.push_back({from, feature, row});
    return;
  }
  for (const std::size_t f : noise().entities(group).features())
    out.parts.push_back({from, static_cast<std::int32_t>(f), row});
}

/// Candidates that are cells of donor rows: of all features of the group, or of one.
void ContextSampler::add_entity_candidates(std::int64_t row, std::int32_t group,
                                           std::int32_t feature, Philox& random,
                                           ContextDraw& out) const {
  const NoiseDistribution& distribution = noise().distribution(group);
  const std::int32_t own = rows_.entity(row, group);
  const auto add = [&](std::int64_t entity) {
    add_cells(Part::From::kSupply, noise().entities(group).donor(entity), group, feature, out);
    out.end_candidate(distribution.log_prob(entity));
  };
  add_cells(Part::From::kObserved, row, group, feature, out);
  out.end_candidate(distribution.log_prob(own));
  if (out.whole.back() != 0) {
    for (std::int64_t entity = 0; entity < distribution.size(); ++entity)
      if (entity != own && std::isfinite(distribution.log_prob(entity))) add(entity);
    return;
  }
  for (std::int64_t k = 0; k < rows_.options().noise_rows; ++k) {
    const std::int64_t drawn = distribution.draw(random);
    if (options_.accidental_hits || drawn != own) add(drawn);
  }
}

std::vector<double> ContextSampler::mean_log_probs() const {
  std::vector<double> means = noise().mean_log_probs();
  for (std::size_t f = 0; f < features_; ++f)
    if (members_[f])
      means[static_cast<std::size_t>(group_of(static_cast<std::int32_t>(f)))] =
          members_[f]->mean_log_prob();
  return means;
}

}  // namespace feat2vec::samplers
