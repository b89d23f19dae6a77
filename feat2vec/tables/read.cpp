#include "feat2vec/tables/read.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <utility>

#include "feat2vec/error.h"
#include "feat2vec/printable.h"
#include "feat2vec/tables/columnar.h"
#include "feat2vec/tables/delimited.h"
#include "feat2vec/tables/input.h"
#include "feat2vec/tables/json.h"
#include "feat2vec/tables/parsed_file.h"

namespace feat2vec::tables {
namespace {

/// First member or text of a cell that is not clean UTF-8, or an empty view.
std::string_view unclean_text(const TextColumn& column, std::int64_t row) {
  if (!column.is_list()) {
    return is_clean_utf8(column.text(row)) ? std::string_view() : column.text(row);
  }
  for (std::int64_t i = column.first_member(row); i < column.first_member(row + 1); ++i) {
    if (!is_clean_utf8(column.member(i))) return column.member(i);
  }
  return {};
}

/// Message about the first unclean cell of a row, or an empty one.
std::string complaint_about(const ParsedFile& file, std::int64_t row) {
  for (const TextColumn& column : file.columns) {
    const std::string_view text = unclean_text(column, row);
    if (text.empty()) continue;
    return shown_path(file.source.name) + ":row " + std::to_string(row + 1) + " (" +
           printable(column.name(), kShownBytes) +
           "): expected UTF-8 text without NUL bytes, received " + in_quotes(text);
  }
  return {};
}

bool has_unclean_text(const TextColumn& column) {
  for (std::int32_t code = 0; code < column.values().size(); ++code) {
    if (!is_clean_utf8(column.values()[code])) return true;
  }
  return false;
}

/// Typed files are checked once they are read; delimited text was checked before it was split.
void check_cells(ParsedFile& file, bool skip_bad_rows) {
  if (std::none_of(file.columns.begin(), file.columns.end(), has_unclean_text)) return;
  std::vector<std::int64_t> good;
  for (std::int64_t row = 0; row < file.source.rows; ++row) {
    const std::string complaint = complaint_about(file, row);
    if (complaint.empty()) {
      good.push_back(row);
      continue;
    }
    if (!skip_bad_rows) throw Error(complaint);
    if (file.bad_rows.count++ == 0) file.bad_rows.first = complaint;
  }
  for (TextColumn& column : file.columns) {
    TextColumn kept(column.name(), column.is_list());
    for (const std::int64_t row : good) kept.append_row(column, row);
    column = std::move(kept);
  }
  file.source.rows = static_cast<std::int64_t>(good.size());
}

void check_names(const ParsedFile& file) {
  std::vector<std::string> names = file.source.fields;
  std::sort(names.begin(), names.end());
  const auto twice = std::adjacent_find(names.begin(), names.end());
  const std::string where = shown_path(file.source.name);
  for (const std::string& name : names) {
    if (is_clean_utf8(name)) continue;
    throw Error(where + ": expected column names in UTF-8 without NUL bytes, received " +
                in_quotes(name));
  }
  if (twice != names.end()) {
    throw Error(where + ": expected column names that differ, received " + in_quotes(*twice) +
                " twice");
  }
  if (!names.empty() && names.front().empty()) {
    throw Error(where + ": expected a name for every column, received an empty one");
  }
}

ParsedFile parse_file(const std::string& path, const ReadOptions& options) {
  Input input(path);
  if (input.kind() == InputKind::kDelimited) {
    return read_delimited(input, options.header, options.skip_bad_rows, options.threads);
  }
  ParsedFile file =
      input.kind() == InputKind::kJson ? read_json(input) : read_columnar(input, options.threads);
  check_names(file);
  check_cells(file, options.skip_bad_rows);
  if (file.source.rows == 0) {
    throw Error(shown_path(input.name()) + ": expected rows, received none");
  }
  return file;
}

bool is_all_missing(const TextColumn& column) {
  for (std::int32_t code = 0; code < column.values().size(); ++code) {
    if (!column.values()[code].empty()) return false;
  }
  return true;
}

/// `column`, as texts or as lists; only a column without values can change between the two.
TextColumn with_shape(TextColumn column, bool is_list, const std::string& file) {
  if (column.is_list() == is_list) return column;
  if (!is_all_missing(column)) {
    throw Error(file + " (" + printable(column.name(), kShownBytes) + "): expected " +
                (is_list ? "lists, as in the files before, received single values"
                         : "single values, as in the files before, received lists"));
  }
  TextColumn empty(column.name(), is_list);
  for (std::int64_t row = 0; row < column.rows(); ++row) empty.append_missing();
  return empty;
}

void append_column(TextColumn& column, TextColumn more, const std::string& file) {
  if (column.is_list() != more.is_list() && is_all_missing(column)) {
    column = with_shape(std::move(column), more.is_list(), file);
  }
  more = with_shape(std::move(more), column.is_list(), file);
  column.append_rows(more);
}

void check_same_columns(const ParsedFile& first, const ParsedFile& file) {
  const auto& known = first.source.fields;
  const auto& names = file.source.fields;
  const std::string where = shown_path(file.source.name);
  const std::string reference = shown_path(first.source.name);
  for (const std::string& name : known) {
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      throw Error(fmt::format("{}: expected the columns of {}, received none called {}", where,
                              reference, in_quotes(name)));
    }
  }
  for (const std::string& name : names) {
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      throw Error(fmt::format("{}: expected the columns of {}, received a further one, {}", where,
                              reference, in_quotes(name)));
    }
  }
}

void append_file(ParsedFile& all, ParsedFile file) {
  const std::string where = shown_path(file.source.name);
  for (TextColumn& column : all.columns) {
    const auto same =
        std::find_if(file.columns.begin(), file.columns.end(),
                     [&](const auto& other) { return other.name() == column.name(); });
    append_column(column, std::move(*same), where);
  }
  if (all.bad_rows.count == 0) all.bad_rows.first = file.bad_rows.first;
  all.bad_rows.count += file.bad_rows.count;
}

}  // namespace

Table read_table(const std::vector<std::string>& paths, const ReadOptions& options) {
  if (paths.empty()) throw Error("read_table", "at least one file", "none");
  ParsedFile all = parse_file(paths.front(), options);
  std::vector<Source> sources{all.source};
  for (std::size_t i = 1; i < paths.size(); ++i) {
    ParsedFile file = parse_file(paths[i], options);
    check_same_columns(all, file);
    sources.push_back(file.source);
    append_file(all, std::move(file));
  }
  for (TextColumn& column : all.columns) column.finish();
  Table table(std::move(all.columns), std::move(sources), std::move(all.bad_rows));
  return options.columns.empty() ? table : table.select_columns(options.columns);
}

}  // namespace feat2vec::tables
