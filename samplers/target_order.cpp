#include "samplers/target_order.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
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

/// The passes that the targets of a row fall into, one after the other: j/n of the epoch for the j-th of n.
class Spread {
 public:
  Spread(std::int64_t first_pass, std::int64_t targets)
      : targets_(targets),
        pass_(first_pass),
        step_(TargetOrder::kPasses / targets),
        step_rest_(TargetOrder::kPasses % targets) {}

  std::int64_t pass() const { return pass_; }

  void next() {
    pass_ += step_;
    rest_ += step_rest_;
    if (rest_ >= targets_) {
      rest_ -= targets_;
      ++pass_;
    }
    if (pass_ >= TargetOrder::kPasses) pass_ -= TargetOrder::kPasses;
  }

 private:
  std::int64_t targets_;
  std::int64_t pass_;
  std::int64_t step_;
  std::int64_t step_rest_;
  std::int64_t rest_ = 0;  ///< of a pass, in parts of `targets_`
};

}  // namespace

TargetOrder::TargetOrder(std::span<const std::int64_t> begin, std::uint64_t seed,
                         std::uint32_t epoch)
    : begin_(begin),
      seed_(seed),
      epoch_(epoch),
      pass_begin_(static_cast<std::size_t>(kPasses) + 1) {
  if (targets() >= std::numeric_limits<std::int32_t>::max())
    throw Error("TargetOrder", "fewer than 2^31 - 1 targets", fmt::format("{}", targets()));
  each_target([this](std::int64_t pass, std::int64_t) {
    ++pass_begin_[static_cast<std::size_t>(pass) + 1];
  });
  for (std::size_t pass = 0; pass < static_cast<std::size_t>(kPasses); ++pass) {
    const std::int64_t size = pass_begin_[pass + 1];
    shuffles_.emplace_back(size, seed ^ ((pass + 1) << 40U), epoch);
    pass_begin_[pass + 1] += pass_begin_[pass];
  }
  std::int64_t most = 0;  // a vector that grows would be there twice
  for (std::size_t pass = 0; pass < static_cast<std::size_t>(kPasses); pass += kHeldPasses)
    most = std::max(most, pass_begin_[pass + kHeldPasses] - pass_begin_[pass]);
  held_.reserve(static_cast<std::size_t>(most));
}

/// Calls `put(pass, target)` for all targets, those of a row one after the other.
template <class Put>
void TargetOrder::each_target(const Put& put) const {
  for (std::size_t row = 0; row + 1 < begin_.size(); ++row) {
    const std::int64_t first = begin_[row];
    const std::int64_t end = begin_[row + 1];
    if (first == end) continue;
    const RowPlan plan = plan_of(seed_, epoch_, static_cast<std::int64_t>(row), end - first);
    Spread spread(plan.first_pass, end - first);
    for (std::int64_t target = first + plan.first_target; target < end; ++target, spread.next())
      put(spread.pass(), target);
    for (std::int64_t target = first; target < first + plan.first_target; ++target, spread.next())
      put(spread.pass(), target);
  }
}

/// Holds the targets of the passes about `pass`: a counting sort of those alone.
void TargetOrder::hold(std::int64_t pass) {
  const std::int64_t first = pass / kHeldPasses * kHeldPasses;
  if (first == first_held_) return;
  const auto* begin = pass_begin_.data() + first;
  held_.clear();
  held_.resize(static_cast<std::size_t>(begin[kHeldPasses] - begin[0]));
  std::array<std::int64_t, kHeldPasses> next{};
  for (std::size_t i = 0; i < next.size(); ++i) next[i] = begin[i] - begin[0];
  each_target([&](std::int64_t of, std::int64_t target) {
    const auto i = static_cast<std::size_t>(of - first);  // huge for those before
    if (i < next.size())
      held_[static_cast<std::size_t>(next[i]++)] = static_cast<std::int32_t>(target);
  });
  first_held_ = first;
}

void TargetOrder::targets_at(std::int64_t first, std::int64_t count, std::int64_t* targets) {
  auto pass = static_cast<std::size_t>(
      std::upper_bound(pass_begin_.begin(), pass_begin_.end(), first) - pass_begin_.begin() - 1);
  for (std::int64_t done = 0; done < count; ++pass) {
    if (pass_begin_[pass] == pass_begin_[pass + 1]) continue;
    const std::int64_t start = first + done - pass_begin_[pass];
    const std::int64_t here =
        std::min(count - done, pass_begin_[pass + 1] - pass_begin_[pass] - start);
    hold(static_cast<std::int64_t>(pass));
    shuffles_[pass].rows_at(start, here, targets + done);
    const std::int32_t* of_pass =
        held_.data() + (pass_begin_[pass] - pass_begin_[static_cast<std::size_t>(first_held_)]);
    for (std::int64_t i = done; i < done + here; ++i) targets[i] = of_pass[targets[i]];
    done += here;
  }
}

}  // namespace feat2vec::samplers
