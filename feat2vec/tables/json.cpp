#include "feat2vec/tables/json.h"

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "feat2vec/error.h"
#include "feat2vec/printable.h"

namespace feat2vec::tables {
namespace {

/// The cells of one key: those that are there, and the rows that they belong to.
struct SparseColumn {
  TextColumn cells;
  std::vector<std::int64_t> rows;
};

TextColumn as_lists(const TextColumn& column) {
  TextColumn lists(column.name(), /*is_list=*/true);
  for (std::int64_t row = 0; row < column.rows(); ++row) {
    const std::string_view text = column.text(row);
    lists.append_list({&text, 1});
  }
  return lists;
}

/// All `rows` cells of a column, missing where the key was absent.
TextColumn dense(SparseColumn column, std::int64_t rows) {
  if (column.cells.rows() == rows) return std::move(column.cells);
  TextColumn all(column.cells.name(), column.cells.is_list());
  for (std::size_t i = 0; i < column.rows.size(); ++i) {
    while (all.rows() < column.rows[i]) all.append_missing();
    all.append_row(column.cells, static_cast<std::int64_t>(i));
  }
  while (all.rows() < rows) all.append_missing();
  return all;
}

/// Takes the events of one object after another and appends their values to columns.
class RowBuilder : public nlohmann::json_sax<nlohmann::json> {
 public:
  const std::string& problem() const { return problem_; }
  std::int64_t rows() const { return rows_; }
  std::vector<SparseColumn> take_columns() { return std::move(columns_); }

  bool null() override { return depth_ > 1 || end_cell(); }
  bool boolean(bool value) override { return add(value ? "true" : "false"); }
  bool number_integer(std::int64_t value) override { return add(std::to_string(value)); }
  bool number_unsigned(std::uint64_t value) override { return add(std::to_string(value)); }
  bool number_float(double /*value*/, const std::string& text) override { return add(text); }
  bool string(std::string& value) override { return add(std::move(value)); }
  bool binary(nlohmann::json::binary_t& /*value*/) override { return fail("text"); }

  bool start_object(std::size_t /*elements*/) override {
    return depth_++ == 0 || fail("a value or a list, received an object in " + in_quotes(name()));
  }
  bool key(std::string& name) override {
    constexpr std::size_t kMostColumns = 10'000;
    const auto [found, is_new] = indices_.emplace(name, columns_.size());
    if (is_new && columns_.size() == kMostColumns) {
      return fail("at most " + std::to_string(kMostColumns) + " keys in all objects, received " +
                  in_quotes(name) + " too");
    }
    if (is_new) columns_.push_back({TextColumn(name), {}});
    column_ = found->second;
    const auto& rows = columns_[column_].rows;
    if (!rows.empty() && rows.back() == rows_) {
      return fail("each key once in an object, received " + in_quotes(name) + " twice");
    }
    return true;
  }
  bool end_object() override {
    ++rows_;
    return --depth_ == 0;
  }
  bool start_array(std::size_t /*elements*/) override {
    if (depth_++ != 1)
      return fail("a list of values, received a list in a list in " + in_quotes(name()));
    TextColumn& cells = columns_[column_].cells;
    if (!cells.is_list()) cells = as_lists(cells);
    return true;
  }
  bool end_array() override { return --depth_ == 1 && end_cell(); }
  bool parse_error(std::size_t /*position*/, const std::string& /*token*/,
                   const nlohmann::json::exception& error) override {
    return fail("a JSON object, received " + in_quotes(error.what(), 200));
  }

 private:
  std::string name() const {
    return columns_.empty() ? std::string() : columns_[column_].cells.name();
  }
  bool fail(const std::string& problem) {
    problem_ = problem;
    return false;
  }
  bool add(std::string text) {
    texts_.push_back(std::move(text));
    return depth_ > 1 || end_cell();
  }
  /// Appends the texts of the cell that has ended: a list, or one text or none.
  bool end_cell() {
    auto& [cells, rows] = columns_[column_];
    if (cells.is_list()) {
      cells.append_list(std::vector<std::string_view>(texts_.begin(), texts_.end()));
    } else {
      cells.append(texts_.empty() ? std::string_view() : texts_.front());
    }
    rows.push_back(rows_);
    texts_.clear();
    return true;
  }

  std::vector<SparseColumn> columns_;
  std::unordered_map<std::string, std::size_t> indices_;
  std::vector<std::string> texts_;  ///< of the cell that is being read
  std::size_t column_ = 0;
  std::int64_t rows_ = 0;
  int depth_ = 0;
  std::string problem_;
};

/// Finds the objects of a text: one after another, or the elements of one array.
class ObjectScanner {
 public:
  ObjectScanner(std::string_view text, std::string file) : text_(text), file_(std::move(file)) {}

  /// The next object, or an empty view at the end. Throws Error for what is between objects and does
  /// not belong there.
  std::string_view next() {
    skip_blanks();
    if (is_first_ && at('[')) open_array();
    if (in_array_ && !is_first_) step_to_element();
    if (in_array_ && is_first_ && at(']')) close_array();
    is_first_ = false;
    if (position_ == text_.size()) {
      if (in_array_) throw error("']' behind the last object", "the end of the file");
      return {};
    }
    if (is_closed_) throw error("nothing behind the array", rest());
    if (!at('{')) throw error("a JSON object", rest());
    start_line_ = line_;
    return skip_object();
  }

  /// `FILE:LINE` where the last object starts.
  std::string place() const { return file_ + ":" + std::to_string(start_line_); }

 private:
  bool at(char c) const { return position_ < text_.size() && text_[position_] == c; }
  void step() {
    if (text_[position_] == '\n') ++line_;
    ++position_;
  }
  void skip_blanks() {
    while (at(' ') || at('\t') || at('\r') || at('\n')) step();
  }
  void open_array() {
    in_array_ = true;
    step();
    skip_blanks();
  }
  void close_array() {
    in_array_ = false;
    is_closed_ = true;
    step();
    skip_blanks();
  }
  /// Behind an element: past the comma to the next one, or past the end of the array.
  void step_to_element() {
    if (at(']')) return close_array();
    if (position_ == text_.size()) return;
    if (!at(',')) throw error("',' or ']' behind an object", rest());
    step();
    skip_blanks();
  }
  std::string_view skip_object() {
    const std::size_t begin = position_;
    int depth = 0;
    bool in_string = false;
    do {
      const char c = text_[position_];
      if (in_string && c == '\\' && position_ + 1 < text_.size()) {
        step();
      } else if (c == '"') {
        in_string = !in_string;
      } else if (!in_string) {
        depth += c == '{' || c == '[' ? 1 : c == '}' || c == ']' ? -1 : 0;
      }
      step();
    } while (position_ < text_.size() && (depth > 0 || in_string));
    return text_.substr(begin, position_ - begin);
  }
  std::string rest() const {
    return in_quotes(text_.substr(position_, text_.find('\n', position_) - position_));
  }
  Error error(const std::string& expected, const std::string& received) const {
    return Error(file_ + ":" + std::to_string(line_) + ": expected " + expected + ", received " +
                 received);
  }

  std::string_view text_;
  std::string file_;
  std::size_t position_ = 0;
  std::int64_t line_ = 1;
  std::int64_t start_line_ = 1;
  bool is_first_ = true;
  bool in_array_ = false;
  bool is_closed_ = false;  ///< behind the end of the array
};

}  // namespace

ParsedFile read_json(Input& input) {
  const std::string text = input.rest();
  ObjectScanner scanner(text, shown_path(input.name()));
  RowBuilder builder;
  for (std::string_view object = scanner.next(); !object.empty(); object = scanner.next()) {
    if (!nlohmann::json::sax_parse(object, &builder)) {
      throw Error(scanner.place() + ": expected " + builder.problem());
    }
  }
  if (builder.rows() == 0) {
    throw Error(shown_path(input.name()) + ": expected rows, received none");
  }
  ParsedFile file;
  file.source = {input.name(), {}, builder.rows(), {}};
  for (SparseColumn& column : builder.take_columns()) {
    file.columns.push_back(dense(std::move(column), builder.rows()));
    file.source.fields.push_back(file.columns.back().name());
  }
  return file;
}

}  // namespace feat2vec::tables
