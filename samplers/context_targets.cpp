#include "samplers/context_targets.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

#include "feat2vec/error.h"

namespace feat2vec::samplers {
namespace {

void check_fits(std::int64_t count, const char* what) {
  if (count >= std::numeric_limits<std::int32_t>::max())
    throw Error("ContextSampler", fmt::format("fewer than 2^31 - 1 {}", what),
                fmt::format("{}", count));
}

}  // namespace

ContextTargets::ContextTargets(const ImplicitSampler& rows, std::vector<std::uint8_t> meets)
    : member_(rows.options().contexts.unit == Unit::kMember),
      features_(rows.observed().columns().size()),
      group_of_feature_(rows.noise().group_of_feature()),
      items_(rows.observed()) {
  if (meets.size() != features_ * features_)
    throw Error("ContextSampler", fmt::format("{0} x {0} features that meet", features_),
                fmt::format("{}", meets.size()));
  check_fits(rows.observed().rows(), "rows");
  check_fits(items_.size(), "values in all rows");
  if (member_)
    meets_ = std::move(meets);
  else
    add_groups(rows, meets);
  add_targets(rows);
}

/// A group meets the features that one of its own meets, but for those inside it.
void ContextTargets::add_groups(const ImplicitSampler& rows,
                                const std::vector<std::uint8_t>& meets) {
  const NoiseTables& noise = rows.noise();
  for (std::int64_t group = 0; group < noise.groups(); ++group) {
    const auto& inside = noise.entities(group).features();
    for (std::size_t feature = 0; feature < features_; ++feature)
      meets_.push_back(group_of_feature_[feature] != group &&
                       std::any_of(inside.begin(), inside.end(), [&](std::size_t own) {
                         return meets[(own * features_) + feature] != 0;
                       }));
  }
}

void ContextTargets::add_targets(const ImplicitSampler& rows) {
  begin_.reserve(static_cast<std::size_t>(items_.rows()) + 1);
  begin_.push_back(0);
  std::int64_t targets = 0;
  for (std::int64_t row = 0; row < items_.rows(); ++row) {
    if (member_) {
      for (std::int64_t item = items_.begin(row); item < items_.begin(row + 1); ++item)
        if (group_of(items_.feature(item)) >= 0 && add(row, item, targets)) ++targets;
    } else {
      for (std::int64_t group = 0; group < rows.noise().groups(); ++group)
        if (rows.entities().present(row, group) && add(row, group, targets)) ++targets;
    }
    begin_.push_back(targets);
  }
  if (member_ && targets == items_.size()) std::vector<std::int64_t>().swap(begin_);
  row_of_ = RowFinder(begins());
}

/// Adds what would be number `target`, if it has a context; returns whether.
bool ContextTargets::add(std::int64_t row, std::int64_t own, std::int64_t target) {
  int others = 0;  // of two it is known that they are several
  each_other(row, static_cast<std::int32_t>(own), [&](const Item&) { return ++others < 2; });
  if (others == 0) return false;
  have_choice_ = have_choice_ || others > 1;
  if (own_.empty() && own != target) {
    own_.resize(static_cast<std::size_t>(target));
    std::iota(own_.begin(), own_.end(), 0);
    own_.push_back(static_cast<std::int32_t>(own));
  } else if (!own_.empty()) {
    own_.push_back(static_cast<std::int32_t>(own));
  }
  return true;
}

void ContextTargets::collect_others(std::int64_t target, std::vector<Item>& others) const {
  others.clear();
  each_other(row(target), own(target), [&](const Item& item) {
    others.push_back(item);
    return true;
  });
}

}  // namespace feat2vec::samplers
