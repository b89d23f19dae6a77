#include "feat2vec/tables/bag_evidence.h"

#include <algorithm>
#include <array>
#include <unordered_map>

#include "feat2vec/tables/members.h"

namespace feat2vec::tables {
namespace {

constexpr std::array<std::string_view, 3> kSeparators = {"|", ";", ","};
constexpr double kSplitShare = 0.03;  ///< of the cells, that have more than one member in a bag

/// One member over all distinct texts.
struct MemberUse {
  std::int64_t texts = 0;
  std::int64_t in_split_texts = 0;
  bool first = false;  ///< stands first in some split text
  bool later = false;  ///< stands behind another member in some text
};

double share(std::int64_t part, std::int64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

void note(MemberUse& use, bool is_split, bool is_first) {
  ++use.texts;
  if (!is_split) return;
  ++use.in_split_texts;
  use.first = use.first || is_first;
  use.later = use.later || !is_first;
}

}  // namespace

bool BagEvidence::is_bag() const {
  constexpr double kRecurringShare = 0.2;
  constexpr double kMixedShare = 0.1;
  constexpr double kSurelyRecurring = 0.8;  // then members may be longer than names and tags are
  constexpr double kLongestMember = 20;
  constexpr double kLongestSureMember = 40;
  const double longest = recurring_share >= kSurelyRecurring ? kLongestSureMember : kLongestMember;
  return split_share >= kSplitShare && recurring_share >= kRecurringShare &&
         mixed_share >= kMixedShare && mean_length <= longest && !same_count && distinct < tokens;
}

BagEvidence bag_evidence(const ColumnStats& stats, std::string_view separator,
                         std::span<const std::string> missing_words) {
  BagEvidence evidence;
  evidence.separator = separator;
  std::unordered_map<std::string_view, MemberUse> uses;
  std::vector<std::string_view> members;
  std::int64_t split_rows = 0;
  std::int64_t bytes = 0;
  std::size_t fewest = 0;
  std::size_t most = 0;
  stats.for_each([&](std::string_view text, std::int64_t rows) {
    members.clear();
    for_each_member(text, separator, missing_words,
                    [&](std::string_view member) { members.push_back(member); });
    const bool is_split = members.size() > 1;
    evidence.tokens += rows * static_cast<std::int64_t>(members.size());
    split_rows += is_split ? rows : 0;
    if (is_split) fewest = fewest == 0 ? members.size() : std::min(fewest, members.size());
    most = std::max(most, members.size());
    for (std::size_t i = 0; i < members.size(); ++i) note(uses[members[i]], is_split, i == 0);
  });
  std::int64_t in_split = 0;
  std::int64_t recurring = 0;
  std::int64_t recurring_members = 0;
  std::int64_t mixed = 0;
  for (const auto& [member, use] : uses) {
    bytes += static_cast<std::int64_t>(member.size());
    in_split += use.in_split_texts;
    if (use.texts < 2 || use.in_split_texts == 0) continue;
    recurring += use.in_split_texts;
    ++recurring_members;
    mixed += use.first && use.later ? 1 : 0;
  }
  evidence.distinct = static_cast<std::int64_t>(uses.size());
  evidence.split_share = share(split_rows, stats.present);
  evidence.mean_length = share(bytes, evidence.distinct);
  evidence.recurring_share = share(recurring, in_split);
  evidence.mixed_share = share(mixed, recurring_members);
  constexpr double kMostSplit = 0.95;
  evidence.same_count = fewest == most && evidence.split_share > kMostSplit;
  return evidence;
}

namespace {

/// Whether the separator, one byte, occurs in so many cells that they can be bags.
bool may_split(const ColumnStats& stats, char separator) {
  const std::string_view bytes = stats.texts->bytes();
  const auto offsets = stats.texts->offsets();
  std::int64_t rows = 0;
  std::size_t code = 0;
  for (std::size_t found = bytes.find(separator); found != std::string_view::npos;
       found = bytes.find(separator, offsets[code])) {
    while (offsets[code + 1] <= found) ++code;
    rows += stats.counts[code++];
  }
  return share(rows, stats.present) >= kSplitShare;
}

}  // namespace

std::optional<BagEvidence> find_bag(const ColumnStats& stats,
                                    std::span<const std::string> missing_words) {
  std::optional<BagEvidence> best;
  for (const std::string_view separator : kSeparators) {
    if (!may_split(stats, separator.front())) continue;
    BagEvidence evidence = bag_evidence(stats, separator, missing_words);
    if (!evidence.is_bag() || (best && best->split_share >= evidence.split_share)) continue;
    best = std::move(evidence);
  }
  return best;
}

std::string likely_separator(const ColumnStats& stats, std::span<const std::string> missing_words) {
  std::string likely;
  double most = 0;
  for (const std::string_view separator : kSeparators) {
    const double split = bag_evidence(stats, separator, missing_words).split_share;
    if (split <= most) continue;
    most = split;
    likely = separator;
  }
  return likely;
}

}  // namespace feat2vec::tables
