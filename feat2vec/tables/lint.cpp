#include "feat2vec/tables/lint.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <numeric>
#include <string_view>
#include <utility>

#include "feat2vec/printable.h"
#include "feat2vec/tables/bag_evidence.h"
#include "feat2vec/tables/column_stats.h"
#include "feat2vec/tables/members.h"
#include "feat2vec/tables/table.h"

namespace feat2vec::tables {
namespace {

constexpr std::size_t kShownNames = 3;

using Counts = std::map<std::string_view, std::int64_t>;

/// Lower case (ASCII), blanks around it left out and runs of blanks inside it one.
std::string folded(std::string_view text) {
  std::string out;
  for (const char c : trimmed(text)) {
    const bool blank = c == ' ' || c == '\t';
    if (blank && out.ends_with(' ')) continue;
    out += blank ? ' ' : c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return out;
}

bool looks_missing(const std::string& folded_value) {
  constexpr std::array<std::string_view, 12> kWords = {
      "na", "n/a", "nan", "null", "none", "nil", "?", "-", "unknown", "missing", "(null)", "#n/a"};
  return std::find(kWords.begin(), kWords.end(), folded_value) != kWords.end();
}

Counts count_values(const TextColumn& column) {
  Counts counts;
  if (column.is_list()) {
    const std::vector<std::int64_t> members = column.counts();
    for (std::int32_t code = 0; code < column.values().size(); ++code) {
      for_each_member(column.values()[code], {}, {}, [&](std::string_view member) {
        counts[member] += members[static_cast<std::size_t>(code)];
      });
    }
    return counts;
  }
  const ColumnStats stats = column_stats(column, {});
  if (stats.numeric) return counts;
  const auto bag = find_bag(stats, {});
  stats.for_each([&](std::string_view text, std::int64_t rows) {
    if (!bag) {
      counts[text] += rows;
      return;
    }
    for_each_member(text, bag->separator, {},
                    [&](std::string_view member) { counts[member] += rows; });
  });
  return counts;
}

Note make_note(Note::Kind kind, const std::string& column,
               std::vector<std::pair<std::string_view, std::int64_t>> values) {
  std::stable_sort(values.begin(), values.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  Note note;
  note.kind = kind;
  note.column = column;
  for (const auto& [value, count] : values) {
    note.values.emplace_back(value);
    note.counts.push_back(count);
  }
  return note;
}

/// The notes of one kind, the most frequent first, cut to `limit`.
void append_cut(std::vector<Note>& notes, std::vector<Note> found, std::int64_t limit) {
  const auto total = [](const Note& note) {
    return std::accumulate(note.counts.begin(), note.counts.end(), std::int64_t{0});
  };
  std::stable_sort(found.begin(), found.end(),
                   [&](const Note& a, const Note& b) { return total(a) > total(b); });
  const auto kept = std::min(limit, static_cast<std::int64_t>(found.size()));
  std::move(found.begin(), found.begin() + kept, std::back_inserter(notes));
}

}  // namespace

std::string Note::text() const {
  if (kind == Kind::kNames) {
    std::string names;
    for (std::size_t i = 0; i < std::min(values.size(), kShownNames); ++i)
      names += (i == 0 ? "" : ", ") + in_quotes(values[i]);
    if (values.size() > kShownNames) names += ", …";
    return "columns hold their own names as values: " + names +
           "; is the header line a row too, or is there none (--header)?";
  }
  std::string list;
  for (std::size_t i = 0; i < values.size(); ++i) {
    list += (i == 0 ? "" : ", ") + in_quotes(values[i]) + " (" + std::to_string(counts[i]) + ")";
  }
  const std::string where = "column " + in_quotes(column) + ": ";
  return kind == Kind::kTwins
             ? where + "values that differ only by case or blanks: " + list
             : where + "a value that looks like missing: " + list + "; train --missing makes it so";
}

std::optional<Note> note_on_names(const Table& table) {
  Note note;
  note.kind = Note::Kind::kNames;
  for (std::size_t i = 0; i < table.width(); ++i) {
    const TextColumn& column = table.column(i);
    const TextDictionary& texts = column.values();
    for (std::int32_t code = 0; code < texts.size(); ++code)
      if (texts[code] == column.name()) {
        note.values.push_back(column.name());
        note.counts.push_back(column.counts()[static_cast<std::size_t>(code)]);
      }
  }
  const bool many = note.values.size() > 1 && 2 * note.values.size() >= table.width();
  return many ? std::optional(std::move(note)) : std::nullopt;
}

std::vector<Note> lint(const Table& table, std::int64_t limit) {
  std::vector<Note> notes;
  if (auto names = note_on_names(table)) notes.push_back(std::move(*names));
  for (std::size_t i = 0; i < table.width(); ++i) {
    const TextColumn& column = table.column(i);
    std::map<std::string, std::vector<std::pair<std::string_view, std::int64_t>>> groups;
    const Counts counts = count_values(column);
    for (const auto& [value, count] : counts) {
      if (!value.empty()) groups[folded(value)].emplace_back(value, count);
    }
    std::vector<Note> twins;
    std::vector<Note> missing;
    for (const auto& [key, values] : groups) {
      if (values.size() > 1) {
        twins.push_back(make_note(Note::Kind::kTwins, column.name(), values));
      }
      if (looks_missing(key)) {
        missing.push_back(make_note(Note::Kind::kMissing, column.name(), values));
      }
    }
    append_cut(notes, std::move(twins), limit);
    append_cut(notes, std::move(missing), limit);
  }
  return notes;
}

}  // namespace feat2vec::tables
