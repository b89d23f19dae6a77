#include "feat2vec/tables/record_blocks.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "feat2vec/error.h"
#include "feat2vec/printable.h"

namespace feat2vec::tables {
namespace {

constexpr const char* kUtf8 = "UTF-8 text";
constexpr std::size_t kBlockBytes = std::size_t{1} << 19U;
constexpr std::size_t kStartBytes = std::size_t{1} << 20U;  ///< that the layout is told from
constexpr std::size_t kLongestRecord = std::size_t{1} << 30U;

/// What is wrong with one record; `field` from 1, or 0 for the whole record.
struct Complaint {
  std::size_t field = 0;
  std::string expected;
  std::string received;
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
      return Complaint{i + 1, has_nul ? "text without NUL bytes" : kUtf8, in_quotes(field)};
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

/// What a reader of a message about a bad row may do.
std::string advice(const Complaint& complaint) {
  const bool encoding = complaint.expected == kUtf8;
  return fmt::format(" (--bad-rows skip leaves such rows out{})",
                     encoding ? "; iconv makes UTF-8 of other encodings" : "");
}

/// Names that were given must be as many as the fields of the first record.
void check_width(const std::string& file, const Record& record,
                 const std::vector<std::string>& names) {
  if (record.fields.size() == names.size() || record.fields.empty()) return;
  throw Error(fmt::format("{}: expected {} fields, as --header has names, received {}",
                          place(file, record.line), names.size(), record.fields.size()));
}

/// Throws for what no later record can be trusted after.
void check_structure(const std::string& file, const Record& record) {
  if (record.problem == RecordProblem::kOpenQuote) {
    throw Error(place(file, record.line) +
                ": expected a closing quote, received the end of the file");
  }
  if (record.problem == RecordProblem::kLoneCr) {
    throw Error(place(file, record.line) +
                ": expected lines that end in LF or CRLF, received a lone CR");
  }
}

void check_names(const std::string& file, const Record& record,
                 const std::vector<std::string>& names) {
  const std::string no_header = "a file without a header line needs --header";
  const std::string index = "an index, such as pandas writes: to_csv(index=False) leaves it out; ";
  std::unordered_set<std::string_view> seen;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::string where = place(file, record.line) + ":" + std::to_string(i + 1);
    if (names[i].empty()) {
      throw Error(fmt::format("{}: expected a column name, received an empty field ({}{})", where,
                              i == 0 ? index : "", no_header));
    }
    if (!seen.insert(names[i]).second) {
      throw Error(fmt::format("{}: expected column names that differ, received {} twice ({})",
                              where, in_quotes(names[i]), no_header));
    }
  }
}

void check_length(const std::string& file, std::size_t bytes) {
  if (bytes > kLongestRecord) {
    throw Error(shown_path(file) + ": expected records below 1 GiB, received a longer one");
  }
}

/// The first record, and the text that it is in.
struct Start {
  std::string_view text;
  Record record;
};

/// Reads ahead until the first record is whole.
Start first_record(Input& input, Dialect dialect) {
  Start start;
  for (std::size_t size = kStartBytes;; size *= 2) {
    start.text = input.peek(size);
    const bool is_whole = start.text.size() < size;
    if (RecordScanner(start.text, dialect, is_whole).next(start.record) || is_whole) return start;
    check_length(input.name(), size);
  }
}

/// A header's blanks after separators are judged on their own: some files have them there only.
std::vector<std::string> read_header(Input& input, Dialect dialect) {
  const std::string& file = input.name();
  dialect.blank_after = true;
  Start start = first_record(input, dialect);
  if (!start.record.blanks) {
    dialect.blank_after = false;
    start = first_record(input, dialect);
  }
  const Record& record = start.record;
  if (record.fields.empty()) {
    throw Error(shown_path(file) + ": expected a table, received blank lines only");
  }
  check_structure(file, record);
  if (const auto complaint = check(start.text, record, record.fields.size())) {
    throw Error(message(file, record, *complaint, {}));
  }
  std::vector<std::string> names;
  for (const FieldSpan field : record.fields) names.push_back(field_text(start.text, field));
  check_names(file, record, names);
  return names;
}

}  // namespace

Layout layout_of(Input& input, const std::vector<std::string>& header, bool skip_bad_rows) {
  const bool tabs = extension_of(input.name()) == "tsv";
  Layout layout;
  layout.dialect =
      sniff_dialect(input.peek(kStartBytes), tabs ? std::optional('\t') : std::nullopt);
  layout.has_header = header.empty();
  layout.skip_bad_rows = skip_bad_rows;
  layout.names = header.empty() ? read_header(input, layout.dialect) : header;
  if (!layout.has_header && !skip_bad_rows) {
    const Record first = first_record(input, layout.dialect).record;
    check_structure(input.name(), first);
    check_width(input.name(), first, header);
  }
  return layout;
}

RecordBlocks::RecordBlocks(Input& input, Layout layout)
    : input_(input), layout_(std::move(layout)), skip_header_(layout_.has_header) {}

/// Reads until `text` holds `size` bytes or the input ends.
void RecordBlocks::fill(std::string& text, std::size_t size) {
  while (!at_end_ && text.size() < size) at_end_ = !input_.append(text, size - text.size());
}

bool RecordBlocks::next(RecordBlock& block) {
  block.text.swap(rest_);
  block.fields.clear();
  for (std::size_t size = kBlockBytes;; size *= 2) {
    fill(block.text, size);
    if (block.text.empty()) return false;
    const std::size_t end = scan(block);
    if (end == 0 && !at_end_) {
      check_length(input_.name(), block.text.size());
      continue;
    }
    rest_.assign(block.text, end);
    return true;
  }
}

/// Takes the whole records of a block; returns where the first one begins that is not whole.
std::size_t RecordBlocks::scan(RecordBlock& block) {
  const std::string_view text = block.text;
  const bool is_clean = is_clean_utf8(at_end_ ? text : text.substr(0, text.rfind('\n') + 1));
  RecordScanner scanner(text, layout_.dialect, at_end_, line_);
  Record record;
  while (scanner.next(record)) {
    if (!std::exchange(skip_header_, false)) add(record, is_clean, block);
  }
  line_ = scanner.line();
  return scanner.position();
}

void RecordBlocks::add(const Record& record, bool is_clean, RecordBlock& block) {
  check_structure(input_.name(), record);
  check_length(input_.name(), record.end - record.begin);
  if (!is_clean || record.fields.size() != layout_.names.size()) {
    if (const auto complaint = check(block.text, record, layout_.names.size())) {
      const std::string why = message(input_.name(), record, *complaint, layout_.names);
      if (!layout_.skip_bad_rows) throw Error(why + advice(*complaint));
      if (bad_rows_.count++ == 0) bad_rows_.first = why;
      return;
    }
  }
  blanks_ = blanks_ && record.blanks;
  block.fields.insert(block.fields.end(), record.fields.begin(), record.fields.end());
  lines_.append(record.line);
}

}  // namespace feat2vec::tables
