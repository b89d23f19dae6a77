#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "feat2vec/huge_pages.h"
#include "feat2vec/prefetch.h"
#include "samplers/implicit_sampler.h"
#include "samplers/items.h"
#include "samplers/row_finder.h"

namespace feat2vec::samplers {

/// The targets of a table: every value of every row (unit member), or every sampling group of every row
/// (unit group), for which the row has a context. Immutable.
class ContextTargets {
 public:
  /// `rows` must outlive it. `meets` as of ContextSampler. Throws Error for another number of features,
  /// and for 2^31 rows or values.
  ContextTargets(const ImplicitSampler& rows, std::vector<std::uint8_t> meets);

  std::int64_t size() const { return begins().back(); }

  /// [rows + 1]: the first target of each row.
  std::span<const std::int64_t> begins() const {
    return begin_.empty() ? items_.begins() : std::span<const std::int64_t>(begin_);
  }

  std::int64_t row(std::int64_t target) const { return row_of_(begins(), target); }

  /// The sampling group of a target.
  std::int32_t group(std::int64_t target) const {
    return member_ ? group_of(items_.feature(own(target))) : own(target);
  }

  /// The value that is the target. REQUIRES: unit member.
  Item value(std::int64_t target) const { return items_[own(target)]; }

  /// Whether some target has several values that may be its context.
  bool have_choice() const { return have_choice_; }

  /// The values of the row that may be its context, into `others`.
  void collect_others(std::int64_t target, std::vector<Item>& others) const;

  /// Ask memory for what the functions above read of a target: first the one, some targets later the
  /// next, for each tells where the next is.
  void prefetch_target(std::int64_t target) const {
    row_of_.prefetch_hint(target);
    if (!own_.empty()) prefetch(own_.data() + target);
  }
  void prefetch_row(std::int64_t target) const { row_of_.prefetch_begin(begins(), target); }
  void prefetch_items(std::int64_t target) const { items_.prefetch_row(row(target)); }

 private:
  void add_groups(const ImplicitSampler& rows, const std::vector<std::uint8_t>& meets);
  void add_targets(const ImplicitSampler& rows);
  bool add(std::int64_t row, std::int64_t own, std::int64_t target);
  std::int32_t own(std::int64_t target) const {
    return own_.empty() ? static_cast<std::int32_t>(target)
                        : own_[static_cast<std::size_t>(target)];
  }
  std::int32_t group_of(std::int32_t feature) const {
    return static_cast<std::int32_t>(group_of_feature_[static_cast<std::size_t>(feature)]);
  }

  /// Calls `with(item)` for each item of the row that may be context of the item, or group, `own`, as
  /// long as it returns true.
  template <class With>
  void each_other(std::int64_t row, std::int32_t own, const With& with) const {
    const std::size_t line =
        member_ ? static_cast<std::size_t>(items_.feature(own)) : static_cast<std::size_t>(own);
    const std::uint8_t* meets = meets_.data() + (line * features_);
    for (std::int64_t i = items_.begin(row); i < items_.begin(row + 1); ++i) {
      const Item item = items_[i];
      if (meets[item.feature] != 0 && !(member_ && i == own) && !with(item)) return;
    }
  }

  bool member_;
  std::size_t features_;
  std::vector<std::int64_t> group_of_feature_;
  std::vector<std::uint8_t> meets_;  ///< [features or, in unit group, groups; features]
  Items items_;
  std::vector<std::int64_t> begin_;  ///< empty where every item is a target: it is the items' then
  RowFinder row_of_;                 ///< of a target
  /// [targets]: the item, or the sampling group; empty where it has the target's number, as when every
  /// item is one.
  PageVector<std::int32_t> own_;
  bool have_choice_ = false;
};

}  // namespace feat2vec::samplers
