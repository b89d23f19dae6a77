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

TextColumn as_lists(const TextColumn& column) {
  TextColumn lists(column.name(), /*is_list=*/true);
  for (std::int64_t row = 0; row < column.rows(); ++row) {
    const std::string_view text = column.text(row);
    lists.append_list({&text, 1});
  }
  return lists;
}

/// Missing cells up to row `rows`.
void fill(TextColumn& column, std::int64_t rows) {
  while (column.rows() < rows) column.append_missing();
}

/// Takes the events of one object after another and appends their values to columns.
class RowBuilder : public nlohmann::json_sax<nlohmann::json> {
 public:
  const std::string& problem() const { return problem_; }
  std::int64_t rows() const { return rows_; }
  /// Missing where a key was absent.
  std::vector<TextColumn> take_columns() {
    for (TextColumn& column : columns_) fill(column, rows_);
    return std::move(columns_);
  }

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
    if (is_new) columns_.emplace_back(name);
    column_ = found->second;
    if (columns_[column_].rows() > rows_) {
      return fail("each key once in an object, received " + in_quotes(name) + " twice");
    }
    fill(columns_[column_], rows_);
    return true;
  }
  bool end_object() override {
    ++rows_;
    return --depth_ == 0;
  }
  bool start_array(std::size_t /*elements*/) override {
    if (depth_++ != 1)
      return fail("a list of values, received a list in a list in " + in_quotes(name()));
    TextColumn& cells = columns_[column_];
    if (!cells.is_list()) cells = as_lists(cells);
    return true;
  }
  bool end_array() override { return --depth_ == 1 && end_cell(); }
  bool parse_error(std::size_t /*position*/, const std::string& /*token*/,
                   const nlohmann::json::exception& error) override {
    return fail("a JSON object, received " + in_quotes(error.what(), 200));
  }

 private:
  std::string name() const { return columns_.empty() ? std::string() : columns_[column_].name(); }
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
    TextColumn& cells = columns_[column_];
    if (cells.is_list()) {
      cells.append_list(std::vector<std::string_view>(texts_.begin(), texts_.end()));
    } else {
      cells.append(texts_.empty() ? std::string_view() : texts_.front());
    }
    texts_.clear();
    return true;
  }

  std::vector<TextColumn> columns_;
  std::unordered_map<std::string, std::size_t> indices_;
  std::vector<std::string> texts_;  ///< of the cell that is being read
  std::size_t column_ = 0;
  std::int64_t rows_ = 0;
  int depth_ = 0;
  std::string problem_;
};

/// Finds the objects of a text, piece by piece: one after another, or the elements of one array.
class ObjectScanner {
 public:
  explicit ObjectScanner(Input& input) : input_(input), file_(shown_path(input.name())) {}

  /// The next object, valid until the next call, or an empty view at the end. Throws Error for what is
  /// between objects and does not belong there.
  std::string_view next() {
    skip_blanks();
    if (is_first_ && at('[')) open_array();
    if (in_array_ && !is_first_) step_to_element();
    if (in_array_ && is_first_ && at(']')) close_array();
    is_first_ = false;
    if (!has_byte()) {
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
  /// Whether there is a byte at `position_`, which is read when it is not in memory yet.
  bool has_byte() { return position_ < text_.size() || read_on(position_); }

  /// Reads a piece; what stands before `begin` is let go. False at the end.
  bool read_on(std::size_t& begin) {
    constexpr std::size_t kPiece = std::size_t{1} << 20U;
    const std::size_t gone = begin;
    text_.erase(0, gone);
    position_ -= gone;
    begin = 0;
    return input_.append(text_, kPiece);
  }

  bool at(char c) { return has_byte() && text_[position_] == c; }
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
    if (!has_byte()) return;
    if (!at(',')) throw error("',' or ']' behind an object", rest());
    step();
    skip_blanks();
  }
  std::string_view skip_object() {
    std::size_t begin = position_;
    const auto has_more = [&] { return position_ < text_.size() || read_on(begin); };
    int depth = 0;
    bool in_string = false;
    do {
      const char c = text_[position_];
      step();
      if (in_string && c == '\\') {
        if (has_more()) step();
      } else if (c == '"') {
        in_string = !in_string;
      } else if (!in_string) {
        depth += c == '{' || c == '[' ? 1 : c == '}' || c == ']' ? -1 : 0;
      }
    } while ((depth > 0 || in_string) && has_more());
    return std::string_view(text_).substr(begin, position_ - begin);
  }
  /// The line from here on, as much of it as is shown.
  std::string rest() {
    while (text_.size() - position_ <= kShownBytes && read_on(position_)) {
    }
    const std::string_view rest = std::string_view(text_).substr(position_);
    return in_quotes(rest.substr(0, rest.find('\n')));
  }
  Error error(const std::string& expected, const std::string& received) const {
    return Error(file_ + ":" + std::to_string(line_) + ": expected " + expected + ", received " +
                 received);
  }

  Input& input_;
  std::string file_;
  std::string text_;          ///< what is in memory
  std::size_t position_ = 0;  ///< in it
  std::int64_t line_ = 1;
  std::int64_t start_line_ = 1;
  bool is_first_ = true;
  bool in_array_ = false;
  bool is_closed_ = false;  ///< behind the end of the array
};

}  // namespace

ParsedFile read_json(Input& input) {
  ObjectScanner scanner(input);
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
  file.columns = builder.take_columns();
  for (const TextColumn& column : file.columns) file.source.fields.push_back(column.name());
  return file;
}

}  // namespace feat2vec::tables
