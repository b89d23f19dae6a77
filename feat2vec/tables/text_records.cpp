#include "feat2vec/tables/text_records.h"

#include <algorithm>
#include <bit>
#include <compare>
#include <cstring>
#include <map>

namespace feat2vec::tables {
namespace {

constexpr std::size_t kSampleBytes = std::size_t{1} << 18U;
constexpr int kSampleRecords = 200;

/// How well a dialect fits; larger is better, compared field by field.
struct Fit {
  double share = 0;  ///< of the records, that have the most common number of fields
  bool blank_after = false;
  std::size_t fields = 0;  ///< that number

  // NOLINTNEXTLINE(modernize-use-nullptr): what the compiler makes of it has a literal zero
  auto operator<=>(const Fit&) const = default;
};

std::optional<Fit> fit_of(std::string_view text, Dialect dialect) {
  const std::string_view sample = text.substr(0, kSampleBytes);
  RecordScanner scanner(sample, dialect);
  Record record;
  std::map<std::size_t, int> records_of_width;
  int records = 0;
  for (; records < kSampleRecords && scanner.next(record); ++records) {
    const bool cut = sample.size() < text.size() && scanner.position() >= sample.size();
    if (cut && records > 0) break;
    if (dialect.blank_after && !record.blanks) return std::nullopt;
    ++records_of_width[record.fields.size()];
  }
  Fit fit{0, dialect.blank_after, 0};
  for (const auto& [fields, count] : records_of_width) {
    const Fit candidate{static_cast<double>(count) / records, dialect.blank_after, fields};
    fit = std::max(fit, candidate);
  }
  return fit.fields < 2 ? std::nullopt : std::optional(fit);
}

/// Eight times the byte `c`.
constexpr std::uint64_t repeated(char c) {
  return static_cast<unsigned char>(c) * 0x0101010101010101U;
}

/// The high bit of each byte that is not zero.
constexpr std::uint64_t other_bytes(std::uint64_t bytes) {
  constexpr std::uint64_t kLow = repeated('\x7f');
  return ((bytes & kLow) + kLow) | bytes;
}

/// Bit i: byte i of eight is a separator, LF or CR.
std::uint64_t ends_of_eight(const char* bytes, char separator) {
  std::uint64_t eight = 0;
  std::memcpy(&eight, bytes, sizeof eight);
  const std::uint64_t others = other_bytes(eight ^ repeated(separator)) &
                               other_bytes(eight ^ repeated('\n')) &
                               other_bytes(eight ^ repeated('\r'));
  // The product gathers the lowest bits of the eight bytes in its highest byte.
  return ((~others >> 7U & repeated(1)) * 0x0102040810204080U) >> 56U;
}

static_assert(std::endian::native == std::endian::little, "the first byte is the lowest");

}  // namespace

inline bool RecordScanner::skip_line_end() {
  if (position_ == text_.size()) return false;
  const std::size_t length = text_[position_] == '\n'                      ? 1
                             : text_.substr(position_).starts_with("\r\n") ? 2
                                                                           : 0;
  position_ += length;
  if (length > 0) ++line_;
  return length > 0;
}

/// From an opening quote to behind the closing one; false when there is none.
bool RecordScanner::skip_quoted() {
  const std::size_t begin = position_++;
  while (true) {
    const std::size_t quote = text_.find('"', position_);
    if (quote == std::string_view::npos) {
      position_ = text_.size();
      return false;
    }
    position_ = quote + 1;
    if (position_ == text_.size() || text_[position_] != '"') break;
    ++position_;
  }
  line_ += std::count(text_.data() + begin, text_.data() + position_, '\n');
  return true;
}

/// Finds the ends of fields among the bytes from `position` on.
inline void RecordScanner::look_at(std::size_t position) {
  constexpr std::size_t kWindow = 64;
  constexpr std::size_t kEight = sizeof(std::uint64_t);
  window_ = position;
  window_end_ = std::min(position + kWindow, text_.size());
  ends_ = 0;
  for (; position + kEight <= window_end_; position += kEight)
    ends_ |= ends_of_eight(text_.data() + position, dialect_.separator) << (position - window_);
  for (; position < window_end_; ++position) {
    const char c = text_[position];
    const bool is_end = c == dialect_.separator || c == '\n' || c == '\r';
    ends_ |= std::uint64_t{is_end} << (position - window_);
  }
}

inline void RecordScanner::skip_unquoted() {
  while (position_ < text_.size()) {
    if (position_ - window_ >= window_end_ - window_) look_at(position_);  // also before it
    const std::uint64_t ends = ends_ >> (position_ - window_);
    if (ends != 0) {
      position_ += static_cast<std::size_t>(std::countr_zero(ends));
      return;
    }
    position_ = window_end_;
  }
}

/// A record that ends with the text, or with a CR there, is not whole when more may follow.
bool RecordScanner::next(Record& record) {
  while (skip_line_end()) {
  }
  const std::size_t position = position_;
  const std::int64_t line = line_;
  if (position_ == text_.size()) return false;
  read(record);
  const bool cut_at_return = position_ + 1 == text_.size() && text_[position_] == '\r';
  if (!is_whole_ && (position_ == text_.size() || cut_at_return)) {
    position_ = position;
    line_ = line;
    return false;
  }
  if (position_ < text_.size() && !skip_line_end()) {
    record.problem = RecordProblem::kLoneCr;
    position_ = text_.size();
  }
  return true;
}

/// From the start of a record to its line end.
inline void RecordScanner::read(Record& record) {
  record.begin = position_;
  record.line = line_;
  record.problem = RecordProblem::kNone;
  record.blanks = true;
  record.fields.clear();
  while (true) {
    if (dialect_.blank_after && !record.fields.empty()) {
      const bool blank = position_ < text_.size() && text_[position_] == ' ';
      record.blanks = record.blanks && blank;
      position_ += blank ? 1 : 0;
    }
    const std::size_t begin = position_;
    const bool opens = begin < text_.size() && text_[begin] == '"';
    if (opens && !skip_quoted()) record.problem = RecordProblem::kOpenQuote;
    skip_unquoted();
    record.fields.push_back(
        {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(position_)});
    if (position_ == text_.size() || text_[position_] != dialect_.separator) break;
    ++position_;
  }
  record.end = position_;
}

std::string field_text(std::string_view text, FieldSpan field) {
  const std::string_view raw = text.substr(field.begin, field.end - field.begin);
  if (!raw.starts_with('"')) return std::string(raw);
  std::string out;
  std::size_t i = 1;
  for (; i < raw.size(); ++i) {
    if (raw[i] == '"' && (i + 1 == raw.size() || raw[i + 1] != '"')) break;
    if (raw[i] == '"') ++i;
    out += raw[i];
  }
  if (i < raw.size()) out += raw.substr(i + 1);
  return out;
}

namespace {

/// A separator between columns stands in the first record too; one that does not is inside bags.
bool splits_first_record(std::string_view text, const Dialect& dialect) {
  Record record;
  return RecordScanner(text, dialect).next(record) && record.fields.size() > 1;
}

}  // namespace

Dialect sniff_dialect(std::string_view text, std::optional<char> separator) {
  Dialect best{separator.value_or(','), false};
  std::optional<Fit> best_fit;
  for (const char candidate : {',', ';', '\t', '|'}) {
    if (separator && candidate != *separator) continue;
    for (const bool blank_after : {false, true}) {
      if (blank_after && candidate == '\t') continue;
      const Dialect dialect{candidate, blank_after};
      if (!separator && !splits_first_record(text, dialect)) continue;
      const auto fit = fit_of(text, dialect);
      if (fit && (!best_fit || *fit > *best_fit)) {
        best = dialect;
        best_fit = fit;
      }
    }
  }
  return best;
}

}  // namespace feat2vec::tables
