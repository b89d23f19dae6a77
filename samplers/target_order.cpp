#include "samplers/target_order.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "feat2vec/error.h"
#include "samplers/philox.h"

namespace feat2vec::samplers {
namespace {

/// Where a row's targets start among the passes, and the order of its targets.
struct RowPlan {
  std::uint32_t first_pass;
  std::uint32_t first_target;
};

RowPlan plan_of(std::uint64_t seed, std::uint32_t epoch, std::int64_t row, std::int64_t targets) {
  constexpr std::uint64_t kOfTargets = 0x7461726765747321;  // apart from the streams of the draws
  Philox random(seed ^ kOfTargets, epoch, static_cast<std::uint64_t>(row));
  const std::uint32_t pass = random.below(static_cast<std::uint32_t>(TargetOrder::kPasses));
  return {pass, random.below(static_cast<std::uint32_t>(targets))};
}

}  // namespace

TargetOrder::TargetOrder(std::span<const std::int64_t> begin, std::uint64_t seed,
                         std::uint32_t epoch)
    : pass_begin_(static_cast<std::size_t>(kPasses) + 1) {
  const auto rows = static_cast<std::int64_t>(begin.size()) - 1;
  if (begin.back() >= std::numeric_limits<std::int32_t>::max())
    throw Error("TargetOrder", "fewer than 2^31 - 1 targets", fmt::format("{}", begin.back()));
  by_pass_.resize(static_cast<std::size_t>(begin.back()));
  // A counting sort by pass: the j-th target of n is due a share j/n of the epoch after the row's start.
  const auto each = [&](const auto& put) {
    for (std::int64_t row = 0; row < rows; ++row) {
      const std::int64_t first = begin[static_cast<std::size_t>(row)];
      const std::int64_t count = begin[static_cast<std::size_t>(row) + 1] - first;
      if (count == 0) continue;
      const RowPlan plan = plan_of(seed, epoch, row, count);
      for (std::int64_t j = 0; j < count; ++j)
        put((plan.first_pass + (j * kPasses / count)) % kPasses,
            first + ((plan.first_target + j) % count));
    }
  };
  each([this](std::int64_t pass, std::int64_t) {
    ++pass_begin_[static_cast<std::size_t>(pass) + 1];
  });
  for (std::size_t pass = 0; pass < static_cast<std::size_t>(kPasses); ++pass) {
    const std::int64_t size = pass_begin_[pass + 1];
    shuffles_.emplace_back(size, seed ^ ((pass + 1) << 40U), epoch);
    pass_begin_[pass + 1] += pass_begin_[pass];
  }
  std::vector<std::int64_t> next(pass_begin_.begin(), pass_begin_.end() - 1);
  each([&](std::int64_t pass, std::int64_t target) {
    by_pass_[static_cast<std::size_t>(next[static_cast<std::size_t>(pass)]++)] =
        static_cast<std::int32_t>(target);
  });
}

void TargetOrder::targets_at(std::int64_t first, std::int64_t count, std::int64_t* targets) const {
  auto pass = static_cast<std::size_t>(
      std::upper_bound(pass_begin_.begin(), pass_begin_.end(), first) - pass_begin_.begin() - 1);
  for (std::int64_t done = 0; done < count;) {
    const std::int64_t start = first + done - pass_begin_[pass];
    const std::int64_t here =
        std::min(count - done, pass_begin_[pass + 1] - pass_begin_[pass] - start);
    shuffles_[pass].rows_at(start, here, targets + done);
    for (std::int64_t i = done; i < done + here; ++i)
      targets[i] = by_pass_[static_cast<std::size_t>(pass_begin_[pass] + targets[i])];
    done += here;
    ++pass;
  }
}

}  // namespace feat2vec::samplers
