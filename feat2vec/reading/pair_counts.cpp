#include "feat2vec/reading/pair_counts.h"

#include <algorithm>
#include <cstddef>

namespace feat2vec::reading {
namespace {

/// For each id the rows that hold it: the inverse of RowIds.
RowIds rows_of_ids(const RowIds& rows, std::int64_t size) {
  RowIds inverse;
  inverse.offsets.assign(static_cast<std::size_t>(size) + 1, 0);
  for (const std::int32_t id : rows.ids) ++inverse.offsets[static_cast<std::size_t>(id) + 1];
  for (std::size_t i = 1; i < inverse.offsets.size(); ++i) {
    inverse.offsets[i] += inverse.offsets[i - 1];
  }
  inverse.ids.resize(rows.ids.size());
  std::vector<std::int64_t> next(inverse.offsets.begin(), inverse.offsets.end() - 1);
  for (std::int64_t row = 0; row < rows.rows(); ++row) {
    const auto r = static_cast<std::size_t>(row);
    for (auto i = rows.offsets[r]; i < rows.offsets[r + 1]; ++i) {
      const auto id = static_cast<std::size_t>(rows.ids[static_cast<std::size_t>(i)]);
      inverse.ids[static_cast<std::size_t>(next[id]++)] = static_cast<std::int32_t>(row);
    }
  }
  return inverse;
}

/// Visits all pairs, context by context, targets ascending: visit(context, target, count). Tells of
/// every context.
template <typename Visit>
void visit_pairs(const RowIds& rows, const RowIds& holders, const std::vector<bool>& is_target,
                 const std::function<void()>& on_progress, const Visit& visit) {
  std::vector<std::int32_t> count(is_target.size());
  std::vector<std::int32_t> touched;
  for (std::size_t context = 0; context < is_target.size(); ++context) {
    if (on_progress) on_progress();
    touched.clear();
    for (auto h = holders.offsets[context]; h < holders.offsets[context + 1]; ++h) {
      const auto row = static_cast<std::size_t>(holders.ids[static_cast<std::size_t>(h)]);
      for (auto i = rows.offsets[row]; i < rows.offsets[row + 1]; ++i) {
        const std::int32_t id = rows.ids[static_cast<std::size_t>(i)];
        const auto target = static_cast<std::size_t>(id);
        if (target != context && is_target[target] && count[target]++ == 0) touched.push_back(id);
      }
    }
    std::sort(touched.begin(), touched.end());
    for (const std::int32_t id : touched) {
      visit(context, id, count[static_cast<std::size_t>(id)]);
      count[static_cast<std::size_t>(id)] = 0;
    }
  }
}

/// Pairs are kept above `count`, and the first `spare` of those equal to it.
struct Threshold {
  std::int32_t count = 0;
  std::int64_t spare = 0;
  std::int64_t kept = 0;
};

/// `pairs_with[n]` pairs have count n.
Threshold threshold_of(const std::vector<std::int64_t>& pairs_with, std::int64_t max_pairs) {
  Threshold threshold;
  for (auto n = static_cast<std::int32_t>(pairs_with.size()) - 1; n > 0; --n) {
    const std::int64_t pairs = pairs_with[static_cast<std::size_t>(n)];
    if (threshold.kept + pairs > max_pairs) {
      threshold.count = n;
      threshold.spare = std::max<std::int64_t>(0, max_pairs - threshold.kept);
      threshold.kept += threshold.spare;
      break;
    }
    threshold.kept += pairs;
  }
  return threshold;
}

}  // namespace

PairCounts count_pairs(const RowIds& rows, std::int64_t size, const std::vector<bool>& is_target,
                       std::int64_t max_pairs, const std::function<void()>& on_progress) {
  const RowIds holders = rows_of_ids(rows, size);
  std::vector<std::int64_t> pairs_with(static_cast<std::size_t>(rows.rows()) + 1);
  std::int64_t all = 0;
  visit_pairs(rows, holders, is_target, on_progress,
              [&](std::size_t, std::int32_t, std::int32_t count) {
                ++pairs_with[static_cast<std::size_t>(count)];
                ++all;
              });
  Threshold threshold = threshold_of(pairs_with, max_pairs);
  PairCounts pairs;
  pairs.dropped = all - threshold.kept;
  pairs.offsets.assign(static_cast<std::size_t>(size) + 1, 0);
  pairs.targets.reserve(static_cast<std::size_t>(threshold.kept));
  pairs.counts.reserve(static_cast<std::size_t>(threshold.kept));
  visit_pairs(rows, holders, is_target, on_progress,
              [&](std::size_t context, std::int32_t target, std::int32_t count) {
                if (count < threshold.count) return;
                if (count == threshold.count && threshold.spare-- <= 0) return;
                pairs.targets.push_back(target);
                pairs.counts.push_back(count);
                pairs.offsets[context + 1] = static_cast<std::int64_t>(pairs.targets.size());
              });
  for (std::size_t i = 1; i < pairs.offsets.size(); ++i) {
    pairs.offsets[i] = std::max(pairs.offsets[i], pairs.offsets[i - 1]);
  }
  return pairs;
}

}  // namespace feat2vec::reading
