#include "feat2vec/tables/table.h"

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "feat2vec/error.h"
#include "feat2vec/printable.h"
#include "feat2vec/spelling.h"

namespace feat2vec::tables {
namespace {

Error lacking_column(const Table& table, std::string_view name) {
  return Error(table.source_name() + ": expected a column called " + in_quotes(name) +
               ", received a table without it" + did_you_mean_or_there_are(name, table.names()));
}

}  // namespace

Table::Table(std::vector<TextColumn> columns, std::vector<Source> sources, BadRows bad_rows)
    : sources_(std::move(sources)), bad_rows_(std::move(bad_rows)) {
  std::unordered_set<std::string> seen;
  for (TextColumn& column : columns) {
    if (!seen.insert(column.name()).second) {
      throw Error("Table", "column names that differ", in_quotes(column.name()) + " twice");
    }
    if (columns_.empty()) rows_ = column.rows();
    if (column.rows() != rows_) {
      throw Error("Table", std::to_string(rows_) + " rows in column " + in_quotes(column.name()),
                  std::to_string(column.rows()));
    }
    columns_.push_back(std::make_shared<const TextColumn>(std::move(column)));
  }
}

std::vector<std::string> Table::names() const {
  std::vector<std::string> names;
  names.reserve(columns_.size());
  for (const auto& column : columns_) names.push_back(column->name());
  return names;
}

std::optional<std::size_t> Table::find(std::string_view name) const {
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (columns_[i]->name() == name) return i;
  }
  return std::nullopt;
}

const TextColumn& Table::column(std::string_view name) const {
  const auto index = find(name);
  if (!index) throw lacking_column(*this, name);
  return *columns_[*index];
}

std::string Table::source_name() const {
  return sources_.empty() ? "table" : shown_path(sources_.front().name);
}

std::string Table::location(std::int64_t row, std::string_view column) const {
  std::int64_t local = origins_.empty() ? row : origins_.at(static_cast<std::size_t>(row));
  auto source = sources_.begin();
  while (source != sources_.end() && local >= source->rows) {
    local -= source->rows;
    ++source;
  }
  const std::string name = " (" + printable(column, kShownBytes) + ")";
  if (source == sources_.end()) return "table:row " + std::to_string(local + 1) + name;
  const std::string file = shown_path(source->name);
  if (source->lines.rows() == 0) return file + ":row " + std::to_string(local + 1) + name;
  const std::int64_t line = source->lines.line_of(local);
  const auto field = std::find(source->fields.begin(), source->fields.end(), column);
  return file + ":" + std::to_string(line) + ":" +
         std::to_string(field - source->fields.begin() + 1) + name;
}

Table Table::select_rows(std::span<const std::int64_t> rows) const {
  Table selected;
  selected.rows_ = static_cast<std::int64_t>(rows.size());
  selected.sources_ = sources_;
  selected.bad_rows_ = bad_rows_;
  for (const std::int64_t row : rows) {
    if (row < 0 || row >= rows_) {
      throw Error("Table::select_rows", "rows below " + std::to_string(rows_), std::to_string(row));
    }
    selected.origins_.push_back(origins_.empty() ? row : origins_[static_cast<std::size_t>(row)]);
  }
  for (const auto& column : columns_) {
    selected.columns_.push_back(std::make_shared<const TextColumn>(column->select(rows)));
  }
  return selected;
}

Table Table::select_columns(std::span<const std::string> names) const {
  check_columns(*this, names);
  Table selected = *this;
  selected.columns_.clear();
  for (const std::string& name : names) {
    if (selected.find(name)) throw Error("Table", "each column once", in_quotes(name) + " twice");
    selected.columns_.push_back(columns_[*find(name)]);
  }
  return selected;
}

void check_columns(const Table& table, std::span<const std::string> names) {
  for (const std::string& name : names) {
    if (!table.find(name)) throw lacking_column(table, name);
  }
}

}  // namespace feat2vec::tables
