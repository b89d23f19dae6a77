#include "feat2vec/tables/judge.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

#include "feat2vec/printable.h"
#include "feat2vec/tables/bag_evidence.h"
#include "feat2vec/tables/dates.h"
#include "feat2vec/tables/members.h"
#include "feat2vec/words.h"

namespace feat2vec::tables {
namespace {

constexpr std::int64_t kFewNumbers = 20;  ///< up to so many different ones are categories
constexpr double kIdShare = 0.9;          ///< of the cells, that differ in a column of ids
constexpr double kLongWords = 8;
constexpr double kLongBytes = 60;
constexpr std::string_view kIsText = "a text: long, and most differ (--text learns its words)";

/// A kind with its reason; what a rule has to say.
struct Verdict {
  Decision decision = Decision::kDropped;
  std::string why;
};

bool ends_with_word(std::string_view name, std::string_view lower, std::string_view capital,
                    std::string_view upper) {
  if (name == lower || name.ends_with(capital)) return true;
  if (name.ends_with(upper)) {
    return name.size() == upper.size() || name[name.size() - upper.size() - 1] < 'A' ||
           name[name.size() - upper.size() - 1] > 'Z';
  }
  if (!name.ends_with(lower)) return false;
  const char before = name[name.size() - lower.size() - 1];
  return before == '_' || before == ' ' || before == '-' || before == '.';
}

/// Numbers nearly all as long as a book's or a telephone's number; milliseconds since 1970 are left
/// out, they are times.
bool are_long_codes(const ColumnStats& stats) {
  constexpr std::size_t kCodeDigits = 12;
  const bool milliseconds = stats.low > 0.9e12 && stats.high < 2.1e12;
  return stats.whole && stats.digits >= kCodeDigits && !milliseconds;
}

bool all_differ(const ColumnStats& stats) { return stats.distinct_numbers == stats.rows; }

/// 0, 1, 2, … or 1, 2, 3, … in any order.
bool counts_rows(const ColumnStats& stats) {
  return all_differ(stats) && stats.whole && (stats.low == 0 || stats.low == 1) &&
         stats.high - stats.low + 1 == static_cast<double>(stats.rows);
}

Verdict judge_numbers(std::string_view name, const ColumnStats& stats) {
  const bool unique =
      static_cast<double>(stats.distinct_numbers) > kIdShare * static_cast<double>(stats.numbers);
  const bool repeats = stats.numbers >= 2 * stats.distinct_numbers;
  if (counts_rows(stats) && stats.rows > 2)
    return {Decision::kDropped, "an id: it counts the rows"};
  if (stats.whole && is_id_name(name)) {
    if (unique) return {Decision::kDropped, "an id: nearly every number differs"};
    return {Decision::kCategorical, "numbers that name something, by the column's name"};
  }
  if (unique && are_long_codes(stats) && stats.rows > 2) {
    return {Decision::kDropped, "an id: long codes, nearly every one differs"};
  }
  if (stats.half_steps && stats.distinct_numbers <= kFewNumbers && repeats) {
    return {Decision::kCategorical, "few different numbers"};
  }
  return {Decision::kNumeric, "numbers"};
}

/// Nearly all texts are dates; looked at no further than it takes to tell.
bool are_dates(const ColumnStats& stats) {
  constexpr double kDateShare = 0.95;
  const double allowed = static_cast<double>(stats.distinct) * (1 - kDateShare);
  std::int64_t others = 0;
  stats.for_each_until([&](std::string_view text, std::int64_t /*rows*/) {
    if (!is_date(text)) ++others;
    return static_cast<double>(others) <= allowed;
  });
  return static_cast<double>(others) <= allowed;
}

Verdict judge_texts(const ColumnStats& stats) {
  if (are_dates(stats)) {
    if (stats.present >= 2 * stats.distinct) return {Decision::kCategorical, "dates that repeat"};
    return {Decision::kDropped, "dates that hardly repeat"};
  }
  const bool is_long = stats.mean_words > kLongWords || stats.mean_length > kLongBytes;
  if (is_long && stats.distinct_share() > 0.5) {
    return {Decision::kDropped, std::string(kIsText)};
  }
  if (stats.distinct_share() > kIdShare) {
    return {Decision::kDropped, "an id: nearly every value differs"};
  }
  return {Decision::kCategorical, "values that repeat"};
}

ColumnDecision as_list_bag(const TextColumn& column, ColumnDecision decision,
                           std::span<const std::string> missing_words) {
  TextDictionary members;
  for (std::int32_t code = 0; code < column.values().size(); ++code) {
    for_each_member(column.values()[code], {}, missing_words,
                    [&](std::string_view member) { members.add(member); });
  }
  for (std::int32_t i = 0; i < std::min(members.size(), 3); ++i) {
    decision.examples.push_back(printable(members[i], kShownBytes));
  }
  decision.decision = Decision::kBag;
  decision.why = "lists";
  decision.distinct = members.size();
  return decision;
}

/// A column that may not be dropped is learned as what it would be if its values repeated.
Verdict kept(const ColumnStats& stats, Verdict verdict) {
  if (verdict.decision != Decision::kDropped) return verdict;
  if (verdict.why == kIsText) return {Decision::kText, "named, a text: long, and most differ"};
  const bool numbers = stats.numeric && !stats.codes && stats.distinct_numbers > kFewNumbers;
  return {
      numbers && !verdict.why.starts_with("an id") ? Decision::kNumeric : Decision::kCategorical,
      "named, though it looks like " + verdict.why};
}

}  // namespace

std::int64_t distinct_words(const TextColumn& column) {
  TextDictionary words;
  for (std::int32_t code = 0; code < column.values().size(); ++code)
    for (const std::string& word : words_of(column.values()[code])) words.add(word);
  return words.size();
}

bool is_id_name(std::string_view name) { return ends_with_word(name, "id", "Id", "ID"); }

/// Texts of whole numbers of three digits between commas: baskets of them, for of numbers with such marks
/// some would begin with fewer digits.
bool are_threes(const ColumnStats& stats) {
  bool all = true;
  stats.for_each_until([&](std::string_view text, std::int64_t /*count*/) {
    for (std::size_t i = 0; i < text.size() && all; ++i)
      all = i % 4 == 3 ? text[i] == ',' : text[i] >= '0' && text[i] <= '9';
    all = all && text.size() % 4 == 3;
    return all;
  });
  return all;
}

/// How the column is split, if it is a bag.
std::optional<BagEvidence> bag_in(const ColumnStats& stats,
                                  std::span<const std::string> missing_words) {
  const bool are_numbers =
      stats.numeric && !stats.codes && !(stats.notation != Notation() && are_threes(stats));
  if (are_numbers || are_dates(stats)) return std::nullopt;
  return find_bag(stats, missing_words);
}

ColumnDecision describe(const TextColumn& column, const ColumnStats& stats) {
  ColumnDecision decision;
  decision.column = column.name();
  decision.distinct = stats.distinct;
  decision.written = stats.notation.example();
  decision.missing_share =
      stats.rows == 0 ? 0 : static_cast<double>(stats.missing) / static_cast<double>(stats.rows);
  for (const std::string_view example : stats.examples) {
    decision.examples.push_back(printable(example, kShownBytes));
  }
  return decision;
}

ColumnDecision judge_column(const TextColumn& column, const ColumnStats& stats, bool keep,
                            std::span<const std::string> missing_words) {
  ColumnDecision decision = describe(column, stats);
  Verdict verdict;
  if (stats.present == 0) {
    verdict = {Decision::kDropped, "nothing: every cell is missing"};
  } else if (column.is_list()) {
    return as_list_bag(column, std::move(decision), missing_words);
  } else if (stats.distinct == 1 && stats.missing == 0) {
    verdict = {Decision::kDropped, "a constant: every cell is the same"};
  } else if (const auto bag = bag_in(stats, missing_words)) {
    decision.separator = bag->separator;
    decision.written.clear();
    decision.distinct = bag->distinct;
    verdict = {Decision::kBag, "cells hold several values that recur"};
  } else if (stats.numeric && !stats.codes) {
    verdict = judge_numbers(column.name(), stats);
  } else {
    verdict = judge_texts(stats);
  }
  if (keep) verdict = kept(stats, std::move(verdict));
  if (verdict.decision == Decision::kText) decision.distinct = distinct_words(column);
  decision.decision = verdict.decision;
  decision.why = std::move(verdict.why);
  if (verdict.decision == Decision::kNumeric && !decision.written.empty())
    decision.why += " written like " + decision.written;
  if (!stats.doubt.empty())
    decision.why += "; " + stats.doubt + ", which \"written\" in a schema can tell";
  return decision;
}

}  // namespace feat2vec::tables
