#include "feat2vec/tables/json.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "feat2vec/error.h"
#include "feat2vec/tables/message.h"

namespace feat2vec::tables {
namespace {

/// One value of one object.
struct Cell {
  bool is_list = false;
  std::vector<std::string> texts;  ///< the scalar, or the members
};

using Row = std::map<std::size_t, Cell>;  ///< by column

/// Takes the events of one object after another and fills a row for each.
class RowBuilder : public nlohmann::json_sax<nlohmann::json> {
 public:
  const std::vector<std::string>& names() const { return names_; }
  const std::string& problem() const { return problem_; }
  Row take() { return std::exchange(row_, {}); }

  bool null() override { return true; }
  bool boolean(bool value) override { return add(value ? "true" : "false"); }
  bool number_integer(std::int64_t value) override { return add(std::to_string(value)); }
  bool number_unsigned(std::uint64_t value) override { return add(std::to_string(value)); }
  bool number_float(double /*value*/, const std::string& text) override { return add(text); }
  bool string(std::string& value) override { return add(value); }
  bool binary(nlohmann::json::binary_t& /*value*/) override { return fail("text"); }

  bool start_object(std::size_t /*elements*/) override {
    return depth_++ == 0 || fail("a value or a list, received an object in " + in_quotes(name()));
  }
  bool key(std::string& value) override {
    const auto [found, is_new] = columns_.emplace(value, names_.size());
    if (is_new) names_.push_back(value);
    column_ = found->second;
    row_[column_] = {};
    return true;
  }
  bool end_object() override { return --depth_ == 0; }
  bool start_array(std::size_t /*elements*/) override {
    if (depth_++ != 1)
      return fail("a list of values, received a list in a list in " + in_quotes(name()));
    row_[column_].is_list = true;
    return true;
  }
  bool end_array() override { return --depth_ == 1; }
  bool parse_error(std::size_t /*position*/, const std::string& /*token*/,
                   const nlohmann::json::exception& error) override {
    return fail("a JSON object, received " + in_quotes(error.what(), 200));
  }

 private:
  std::string name() const { return names_.empty() ? std::string() : names_[column_]; }
  bool fail(const std::string& problem) {
    problem_ = problem;
    return false;
  }
  bool add(std::string text) {
    row_[column_].texts.push_back(std::move(text));
    return true;
  }

  std::vector<std::string> names_;
  std::map<std::string, std::size_t> columns_;
  Row row_;
  std::size_t column_ = 0;
  int depth_ = 0;
  std::string problem_;
};

/// Where the next object of the text lies, commas and one pair of brackets around them left out.
class ObjectScanner {
 public:
  explicit ObjectScanner(std::string_view text) : text_(text) {}

  /// The next object, or an empty view at the end. Of what is not an object, the rest of the line.
  std::string_view next() {
    while (position_ < text_.size() && is_between(text_[position_])) step();
    const std::size_t begin = position_;
    if (begin == text_.size()) return {};
    start_line_ = line_;
    if (text_[begin] != '{') return text_.substr(begin, text_.find('\n', begin) - begin);
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

  std::int64_t start_line() const { return start_line_; }

 private:
  bool is_between(char c) {
    if (c == '[' && !is_array_) return is_array_ = true;
    return c == ' ' || c == '\t' || c == '\r' || c == '\n' || (is_array_ && (c == ',' || c == ']'));
  }
  void step() {
    if (text_[position_] == '\n') ++line_;
    ++position_;
  }

  std::string_view text_;
  std::size_t position_ = 0;
  std::int64_t line_ = 1;
  std::int64_t start_line_ = 1;
  bool is_array_ = false;
};

std::vector<Row> read_rows(const Input& input, RowBuilder& builder) {
  std::string_view text = input.bytes;
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  std::vector<Row> rows;
  ObjectScanner scanner(text);
  for (std::string_view object = scanner.next(); !object.empty(); object = scanner.next()) {
    const std::string where =
        printable(input.name, 4096) + ":" + std::to_string(scanner.start_line());
    if (object.front() != '{') {
      throw Error(where + ": expected a JSON object, received " + in_quotes(object));
    }
    if (!nlohmann::json::sax_parse(object, &builder)) {
      throw Error(where + ": expected " + builder.problem());
    }
    rows.push_back(builder.take());
  }
  return rows;
}

void append_cell(TextColumn& column, const Cell& cell) {
  if (!column.is_list()) return column.append(cell.texts.empty() ? "" : cell.texts.front());
  const std::vector<std::string_view> members(cell.texts.begin(), cell.texts.end());
  column.append_list(members);
}

TextColumn column_of(const std::string& name, std::size_t index, const std::vector<Row>& rows) {
  bool is_list = false;
  for (const Row& row : rows) {
    const auto found = row.find(index);
    is_list = is_list || (found != row.end() && found->second.is_list);
  }
  TextColumn column(name, is_list);
  for (const Row& row : rows) {
    const auto found = row.find(index);
    append_cell(column, found == row.end() ? Cell{} : found->second);
  }
  return column;
}

}  // namespace

ParsedFile read_json(const Input& input) {
  RowBuilder builder;
  const std::vector<Row> rows = read_rows(input, builder);
  if (rows.empty()) {
    throw Error(printable(input.name, 4096) + ": expected rows, received none");
  }
  ParsedFile file;
  for (std::size_t i = 0; i < builder.names().size(); ++i) {
    file.columns.push_back(column_of(builder.names()[i], i, rows));
  }
  file.source = {input.name, builder.names(), static_cast<std::int64_t>(rows.size()), {}};
  return file;
}

}  // namespace feat2vec::tables
