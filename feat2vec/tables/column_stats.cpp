#include "feat2vec/tables/column_stats.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <unordered_set>

#include "feat2vec/numbers.h"
#include "feat2vec/tables/members.h"

namespace feat2vec::tables {
namespace {

std::int64_t word_count(std::string_view text) {
  std::int64_t words = 0;
  bool inside = false;
  for (const char c : text) {
    const bool blank = c == ' ' || c == '\t' || c == '\n' || c == '\r';
    words += !blank && !inside ? 1 : 0;
    inside = !blank;
  }
  return words;
}

/// Digits before the point; 1 for what is below one.
std::size_t integer_digits(double value) {
  const double size = std::abs(value);
  return size < 1 ? 1 : static_cast<std::size_t>(std::floor(std::log10(size))) + 1;
}

void collect_texts(const TextColumn& column, std::span<const std::string> missing_words,
                   ColumnStats& stats) {
  constexpr std::size_t kExamples = 3;
  std::int64_t bytes = 0;
  std::int64_t words = 0;
  for (std::int64_t row = 0; row < column.rows(); ++row) {
    const std::string_view text = column.text(row);
    if (is_missing_text(text, missing_words)) continue;
    ++stats.present;
    if (stats.values[text]++ == 0 && stats.examples.size() < kExamples) {
      stats.examples.push_back(text);
    }
    bytes += static_cast<std::int64_t>(text.size());
    words += word_count(text);
  }
  stats.missing = stats.rows - stats.present;
  if (stats.present == 0) return;
  stats.mean_length = static_cast<double>(bytes) / static_cast<double>(stats.present);
  stats.mean_words = static_cast<double>(words) / static_cast<double>(stats.present);
}

/// Numbers are looked at once a distinct text.
void collect_numbers(ColumnStats& stats) {
  constexpr double kNearlyAll = 0.95;
  std::unordered_set<double> distinct;
  std::map<std::size_t, double> with_digits;
  bool words = false;
  stats.whole = stats.half_steps = true;
  for (const auto& [text, count] : stats.values) {
    const Number number = parse_number(text);
    words = words || number.kind == NumberKind::kWord || number.kind == NumberKind::kInfinite;
    stats.codes = stats.codes || has_leading_zero(text);
    if (number.kind != NumberKind::kNumber) continue;
    const double value = number.value;
    stats.low = distinct.empty() ? value : std::min(stats.low, value);
    stats.high = distinct.empty() ? value : std::max(stats.high, value);
    stats.whole = stats.whole && value == std::floor(value);
    stats.half_steps = stats.half_steps && 2 * value == std::floor(2 * value);
    stats.numbers += count;
    if (distinct.insert(value).second) ++with_digits[integer_digits(value)];
  }
  stats.distinct_numbers = static_cast<std::int64_t>(distinct.size());
  for (const auto& [digits, count] : with_digits) {
    if (count >= kNearlyAll * static_cast<double>(distinct.size())) stats.digits = digits;
  }
  stats.numeric = !words && stats.numbers > 0;
  if (stats.numeric) stats.missing = stats.rows - stats.numbers;  // with the words for missing
}

}  // namespace

ColumnStats column_stats(const TextColumn& column, std::span<const std::string> missing_words) {
  ColumnStats stats;
  stats.rows = column.rows();
  if (column.is_list()) {
    for (std::int64_t row = 0; row < column.rows(); ++row) {
      stats.missing += column.is_missing(row) ? 1 : 0;
    }
    stats.present = stats.rows - stats.missing;
    return stats;
  }
  collect_texts(column, missing_words, stats);
  collect_numbers(stats);
  return stats;
}

}  // namespace feat2vec::tables
