#include "feat2vec/tables/column_stats.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "feat2vec/numbers.h"
#include "feat2vec/tables/members.h"
#include "feat2vec/tables/numeric_cells.h"

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
  stats.texts = &column.values();
  stats.counts = column.counts();
  std::int64_t bytes = 0;
  std::int64_t words = 0;
  for (std::int32_t code = 0; code < stats.texts->size(); ++code) {
    const std::string_view text = (*stats.texts)[code];
    std::int64_t& count = stats.counts[static_cast<std::size_t>(code)];
    if (is_missing_text(text, missing_words)) count = 0;
    if (count == 0) continue;
    if (stats.examples.size() < kExamples) stats.examples.push_back(text);
    ++stats.distinct;
    stats.present += count;
    bytes += count * static_cast<std::int64_t>(text.size());
    words += count * word_count(text);
  }
  stats.missing = stats.rows - stats.present;
  if (stats.present == 0) return;
  stats.mean_length = static_cast<double>(bytes) / static_cast<double>(stats.present);
  stats.mean_words = static_cast<double>(words) / static_cast<double>(stats.present);
}

/// What the different numbers of a column have in common.
void collect_numbers(std::vector<double> numbers, ColumnStats& stats) {
  constexpr double kNearlyAll = 0.95;
  if (numbers.empty()) return;
  std::sort(numbers.begin(), numbers.end());
  numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
  std::map<std::size_t, double> with_digits;
  stats.whole = stats.half_steps = true;
  for (const double value : numbers) {
    stats.whole = stats.whole && value == std::floor(value);
    stats.half_steps = stats.half_steps && 2 * value == std::floor(2 * value);
    ++with_digits[integer_digits(value)];
  }
  stats.low = numbers.front();
  stats.high = numbers.back();
  stats.distinct_numbers = static_cast<std::int64_t>(numbers.size());
  for (const auto& [digits, count] : with_digits) {
    if (count >= kNearlyAll * static_cast<double>(numbers.size())) stats.digits = digits;
  }
}

/// The notation of the column where it is not the plain one.
void look_for_notation(ColumnStats& stats, std::span<const std::string> missing_words) {
  std::vector<std::string_view> texts;
  const auto add = [&](std::string_view text, std::int64_t /*count*/) {
    if (read_number(text, Notation(), missing_words).kind != NumberKind::kMissing)
      texts.push_back(text);
    return texts.empty();
  };
  stats.for_each_until(add);
  const FoundNotation of_one = find_notation(texts);
  if (!of_one.notation && of_one.doubt.empty()) return;  // a list of all would be for nothing
  texts.clear();
  stats.for_each(add);
  FoundNotation found = find_notation(std::move(texts));
  if (found.notation) stats.notation = *found.notation;
  stats.doubt = std::move(found.doubt);
}

/// The numbers of the different texts in the column's notation, counted; nothing when some text is no
/// number.
std::optional<std::vector<double>> numbers_in(ColumnStats& stats,
                                              std::span<const std::string> missing_words) {
  std::vector<double> numbers;
  bool all = true;
  stats.numbers = 0;
  stats.codes = false;
  stats.for_each_until([&](std::string_view text, std::int64_t count) {
    const Number number = read_number(text, stats.notation, missing_words);
    all = number.kind != NumberKind::kWord && number.kind != NumberKind::kInfinite;
    if (!all) return false;
    stats.codes = stats.codes || has_leading_zero(text);
    if (number.kind != NumberKind::kNumber) return true;
    stats.numbers += count;
    numbers.push_back(number.value);
    return true;
  });
  return all ? std::optional(std::move(numbers)) : std::nullopt;
}

void read_number_texts(ColumnStats& stats, std::span<const std::string> missing_words) {
  std::optional<std::vector<double>> numbers = numbers_in(stats, missing_words);
  if (!numbers) {
    look_for_notation(stats, missing_words);
    if (stats.notation != Notation()) numbers = numbers_in(stats, missing_words);
  }
  if (!numbers) return;
  collect_numbers(std::move(*numbers), stats);
  stats.numeric = stats.numbers > 0;
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
  read_number_texts(stats, missing_words);
  return stats;
}

}  // namespace feat2vec::tables
