#include "feat2vec/tables/delimited.h"

#include <arrow/array/array_binary.h>
#include <arrow/chunked_array.h>
#include <arrow/csv/options.h>
#include <arrow/csv/reader.h>
#include <arrow/io/interfaces.h>
#include <arrow/io/memory.h>
#include <arrow/table.h>
#include <arrow/type.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string_view>
#include <system_error>
#include <unordered_set>
#include <utility>

#include "feat2vec/error.h"
#include "feat2vec/printable.h"
#include "feat2vec/tables/text_records.h"

namespace feat2vec::tables {
namespace {

/// What is wrong with one record; `field` from 1, or 0 for the whole record.
struct Complaint {
  std::size_t field = 0;
  std::string expected;
  std::string received;
};

/// What the text looks like: enough to find any row in it again.
struct Layout {
  Dialect dialect;
  bool has_header = true;
  bool skip_bad_rows = false;
  std::vector<std::string> names;
};

/// The records as Arrow is to split them.
struct Body {
  bool is_rewritten = false;
  std::string rewritten;
  std::string_view original;  ///< part of the input
  std::int64_t rows = 0;
  std::size_t longest = 0;
  bool blanks = true;
  BadRows bad_rows;

  std::string_view text() const { return is_rewritten ? rewritten : original; }
};

std::string_view content(std::string_view text, FieldSpan field) {
  return text.substr(field.begin, field.end - field.begin);
}

std::string place(const std::string& file, std::int64_t line) {
  return shown_path(file) + ":" + std::to_string(line);
}

std::optional<Complaint> check(std::string_view text, const Record& record, std::size_t fields) {
  if (!is_clean_utf8(text.substr(record.begin, record.end - record.begin))) {
    for (std::size_t i = 0; i < record.fields.size(); ++i) {
      const std::string_view field = content(text, record.fields[i]);
      if (is_clean_utf8(field)) continue;
      const bool has_nul = field.find('\0') != std::string_view::npos;
      return Complaint{i + 1, has_nul ? "text without NUL bytes" : "UTF-8 text", in_quotes(field)};
    }
  }
  if (record.fields.size() == fields) return std::nullopt;
  return Complaint{0, std::to_string(fields) + (fields == 1 ? " field" : " fields"),
                   std::to_string(record.fields.size())};
}

std::string message(const std::string& file, const Record& record, const Complaint& complaint,
                    const std::vector<std::string>& names) {
  std::string where = place(file, record.line);
  if (complaint.field > 0) where += ":" + std::to_string(complaint.field);
  if (complaint.field > 0 && complaint.field <= names.size()) {
    where += " (" + printable(names[complaint.field - 1], kShownBytes) + ")";
  }
  return where + ": expected " + complaint.expected + ", received " + complaint.received;
}

/// Throws for what no later record can be trusted after.
void check_structure(const std::string& file, const Record& record) {
  const std::string where = place(file, record.line);
  if (record.problem == RecordProblem::kOpenQuote) {
    throw Error(where + ": expected a closing quote, received the end of the file");
  }
  if (record.problem == RecordProblem::kLoneCr) {
    throw Error(where + ": expected lines that end in LF or CRLF, received a lone CR");
  }
}

void check_names(const std::string& file, const Record& record,
                 const std::vector<std::string>& names) {
  const std::string hint = " (a file without a header line needs --header)";
  std::unordered_set<std::string_view> seen;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::string where = place(file, record.line) + ":" + std::to_string(i + 1);
    if (names[i].empty()) {
      throw Error(
          fmt::format("{}: expected a column name, received an empty field{}", where, hint));
    }
    if (!seen.insert(names[i]).second) {
      throw Error(fmt::format("{}: expected column names that differ, received {} twice{}", where,
                              in_quotes(names[i]), hint));
    }
  }
}

/// A header's blanks after separators are judged on their own: some files have them there only.
std::vector<std::string> read_header(const std::string& file, std::string_view text,
                                     Dialect dialect) {
  Record record;
  dialect.blank_after = true;
  RecordScanner blank_scanner(text, dialect);
  if (blank_scanner.next(record) && !record.blanks) {
    dialect.blank_after = false;
    RecordScanner(text, dialect).next(record);
  }
  if (record.fields.empty()) {
    throw Error(shown_path(file) + ": expected a table, received blank lines only");
  }
  check_structure(file, record);
  if (const auto complaint = check(text, record, record.fields.size())) {
    throw Error(message(file, record, *complaint, {}));
  }
  std::vector<std::string> names;
  for (const FieldSpan field : record.fields) names.push_back(field_text(text, field));
  check_names(file, record, names);
  return names;
}

void append_rewritten(std::string& out, std::string_view text, const Record& record,
                      char separator) {
  for (std::size_t i = 0; i < record.fields.size(); ++i) {
    if (i > 0) out += separator;
    out += content(text, record.fields[i]);
  }
  out += '\n';
}

/// Checks every record, and writes the text anew where Arrow cannot be given it as it is.
Body read_body(const std::string& file, std::string_view text, const Layout& layout) {
  Body body;
  RecordScanner scanner(text, layout.dialect);
  Record record;
  if (layout.has_header) scanner.next(record);
  const std::size_t start = scanner.position();
  body.original = text.substr(start);
  body.is_rewritten = layout.dialect.blank_after;
  while (scanner.next(record)) {
    check_structure(file, record);
    if (const auto complaint = check(text, record, layout.names.size())) {
      const std::string why = message(file, record, *complaint, layout.names);
      if (!layout.skip_bad_rows) throw Error(why);
      if (body.bad_rows.count++ == 0) body.bad_rows.first = why;
      if (!body.is_rewritten) body.rewritten = text.substr(start, record.begin - start);
      body.is_rewritten = true;
      continue;
    }
    if (body.is_rewritten) {
      append_rewritten(body.rewritten, text, record, layout.dialect.separator);
    }
    body.blanks = body.blanks && record.blanks;
    body.longest = std::max(body.longest, record.end - record.begin);
    ++body.rows;
  }
  return body;
}

std::int64_t line_of_row(std::string_view text, const Layout& layout, std::int64_t row) {
  RecordScanner scanner(text, layout.dialect);
  Record record;
  if (layout.has_header) scanner.next(record);
  for (std::int64_t seen = -1; seen < row;) {
    if (!scanner.next(record)) return 0;
    if (!layout.skip_bad_rows || !check(text, record, layout.names.size())) ++seen;
  }
  return record.line;
}

/// Finds lines in the file as it is by then, or in a copy of the text of what can be read only once.
std::function<std::int64_t(std::int64_t)> line_finder(const std::string& name,
                                                      std::string_view text, const Layout& layout) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(name, ignored)) {
    const auto kept = std::make_shared<const std::string>(text);
    return [=](std::int64_t row) { return line_of_row(*kept, layout, row); };
  }
  return [=](std::int64_t row) -> std::int64_t {
    try {
      const Input again = read_input(name);
      return line_of_row(again.bytes, layout, row);
    } catch (const Error&) {
      return 0;  // the message it is for matters more
    }
  };
}

arrow::Result<std::shared_ptr<arrow::Table>> split(const Body& body, const Layout& layout) {
  constexpr std::size_t kBlockBytes = std::size_t{1} << 23U;
  auto read = arrow::csv::ReadOptions::Defaults();
  read.use_threads = false;
  read.column_names = layout.names;
  read.block_size = static_cast<std::int32_t>(std::max(kBlockBytes, body.longest + 64));
  auto parse = arrow::csv::ParseOptions::Defaults();
  parse.delimiter = layout.dialect.separator;
  parse.newlines_in_values = true;
  auto convert = arrow::csv::ConvertOptions::Defaults();
  convert.check_utf8 = false;
  convert.strings_can_be_null = false;
  for (const std::string& name : layout.names) convert.column_types[name] = arrow::binary();
  const std::string_view text = body.text();
  ARROW_ASSIGN_OR_RAISE(
      const auto reader,
      arrow::csv::TableReader::Make(
          arrow::io::default_io_context(),
          std::make_shared<arrow::io::BufferReader>(arrow::Buffer::Wrap(text.data(), text.size())),
          read, parse, convert));
  return reader->Read();
}

std::vector<TextColumn> columns_of(const std::string& file, const Body& body,
                                   const Layout& layout) {
  constexpr std::size_t kLongestRecord = std::size_t{1} << 30U;
  if (body.longest > kLongestRecord) {
    throw Error(shown_path(file) + ": expected records below 1 GiB, received a longer one");
  }
  const auto result = split(body, layout);
  if (!result.ok() || (*result)->num_rows() != body.rows) {
    throw Error(shown_path(file) + ": expected " + std::to_string(body.rows) +
                " records, received " + in_quotes(result.status().ToString(), 200));
  }
  std::vector<TextColumn> columns;
  for (int i = 0; i < (*result)->num_columns(); ++i) {
    TextColumn& column = columns.emplace_back(layout.names[static_cast<std::size_t>(i)]);
    for (const auto& chunk : (*result)->column(i)->chunks()) {
      const auto& cells = static_cast<const arrow::BinaryArray&>(*chunk);
      for (std::int64_t row = 0; row < cells.length(); ++row) column.append(cells.GetView(row));
    }
  }
  return columns;
}

Layout layout_of(const Input& input, std::string_view text, const std::vector<std::string>& header,
                 bool skip_bad_rows) {
  const bool tabs = extension_of(input.name) == "tsv";
  Layout layout;
  layout.dialect = sniff_dialect(text, tabs ? std::optional('\t') : std::nullopt);
  layout.has_header = header.empty();
  layout.skip_bad_rows = skip_bad_rows;
  layout.names = header.empty() ? read_header(input.name, text, layout.dialect) : header;
  return layout;
}

}  // namespace

ParsedFile read_delimited(const Input& input, const std::vector<std::string>& header,
                          bool skip_bad_rows) {
  const std::string_view text = input.bytes;
  Layout layout = layout_of(input, text, header, skip_bad_rows);
  Body body = read_body(input.name, text, layout);
  if (layout.dialect.blank_after && !body.blanks) {
    layout.dialect.blank_after = false;
    body = read_body(input.name, text, layout);
  }
  if (body.rows == 0) {
    throw Error(shown_path(input.name) + ": expected rows, received " +
                (body.bad_rows.count > 0 ? "bad rows only: " + body.bad_rows.first
                                         : "none after the header"));
  }
  ParsedFile file;
  file.columns = columns_of(input.name, body, layout);
  file.bad_rows = body.bad_rows;
  file.source = {input.name, layout.names, body.rows, {}};
  file.source.line_of_row = line_finder(input.name, text, layout);
  return file;
}

}  // namespace feat2vec::tables
