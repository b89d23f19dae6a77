#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace feat2vec::tables {

/// How the fields of a delimited text are told apart.
struct Dialect {
  char separator = ',';
  /// The separator is followed by one blank, which belongs to it (`a, b, c`).
  bool blank_after = false;

  bool operator==(const Dialect&) const = default;
};

/// What keeps a record from being read; both spoil the rest of the text.
enum class RecordProblem {
  kNone,
  kOpenQuote,  ///< a quote is not closed before the text ends
  kLoneCr,     ///< a carriage return without a line feed, outside quotes
};

/// Where a field lies in the text, its quotes included.
struct FieldSpan {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
};

/// One record of a delimited text: one line, or more when a quoted field holds line ends.
struct Record {
  std::size_t begin = 0;
  std::size_t end = 0;  ///< before the line end
  std::int64_t line = 0;
  RecordProblem problem = RecordProblem::kNone;
  bool blanks = true;  ///< every field but the first starts with a blank, as `blank_after` wants
  std::vector<FieldSpan> fields;
};

/// Steps through the records of a delimited text, blank lines left out. Quotes count at the start
/// of a field only and are doubled inside one, as in Arrow's CSV reader.
class RecordScanner {
 public:
  /// The text, below 4 GiB, starts on line `line`. Unless it `is_whole`, more may follow.
  RecordScanner(std::string_view text, Dialect dialect, bool is_whole = true, std::int64_t line = 1)
      : text_(text), dialect_(dialect), is_whole_(is_whole), line_(line) {}

  /// Reads the next record; false at the end of the text, and for a record that may go on behind it.
  bool next(Record& record);

  /// Where the next record starts, at most.
  std::size_t position() const { return position_; }
  /// The line of this place.
  std::int64_t line() const { return line_; }

 private:
  void read(Record& record);
  bool skip_line_end();
  bool skip_quoted();
  void skip_unquoted();
  void look_at(std::size_t position);

  std::string_view text_;
  Dialect dialect_;
  bool is_whole_ = true;
  std::size_t position_ = 0;
  std::int64_t line_ = 1;
  std::size_t window_ = 0;      ///< where the bytes start that were looked at last, 64 of them
  std::size_t window_end_ = 0;  ///< behind them
  std::uint64_t ends_ = 0;      ///< bit i: byte i of these may end an unquoted field
};

/// The content of a field without its quotes.
std::string field_text(std::string_view text, FieldSpan field);

/// The dialect under which most of the first records have one and the same number of fields, more
/// than one. A given `separator` is kept. One column: comma.
Dialect sniff_dialect(std::string_view text, std::optional<char> separator = std::nullopt);

}  // namespace feat2vec::tables
