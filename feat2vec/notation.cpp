#include "feat2vec/notation.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include "feat2vec/printable.h"
#include "feat2vec/trimmed.h"

namespace feat2vec {
namespace {

/// What is taken for the text around a number where a schema does not tell.
constexpr std::array<std::string_view, 9> kMarks = {"$", "€", "£", "¥", "₹", "₩", "₽", "₺", "%"};
constexpr std::array<std::string_view, 2> kBlanks = {" ", "\u00a0"};
/// Thousands and decimals. A blank sets many things apart, so there it takes decimals to tell.
constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kSeparators = {
    {{",", "."}, {".", ","}, {"'", "."}, {" ", ","}, {"\u00a0", ","}, {"\u202f", ","}}};

bool are_digits(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool take_start(std::string_view& text, std::string_view start) {
  if (!text.starts_with(start)) return false;
  text.remove_prefix(start.size());
  return true;
}

bool take_end(std::string_view& text, std::string_view end) {
  if (!text.ends_with(end)) return false;
  text.remove_suffix(end.size());
  return true;
}

/// The sign, `-` or nothing, that the text begins with; `+` is taken too.
std::string take_sign(std::string_view& text) {
  if (take_start(text, "-")) return "-";
  take_start(text, "+");
  return {};
}

/// Digits whose thousands may be set apart, without what sets them apart; empty for anything else, such
/// as codes with leading zeros.
std::string whole_part(std::string_view text, std::string_view thousands) {
  constexpr std::size_t kGroup = 3;
  if (text.starts_with('0') && text.size() > 1) return {};
  std::string digits;
  const bool apart = !thousands.empty() && text.find(thousands) != std::string_view::npos;
  for (bool first = true; apart; first = false) {
    const std::size_t end = text.find(thousands);
    const std::string_view group = text.substr(0, end);
    if (group.size() > kGroup || (!first && group.size() < kGroup)) return {};
    digits += group;
    if (end == std::string_view::npos) break;
    if (group.empty()) return {};
    text.remove_prefix(end + thousands.size());
  }
  if (!apart) digits = text;
  return are_digits(digits) ? digits : std::string();
}

/// The mark that the text begins with, or ends in, with a blank between it and the number.
std::string mark_of(std::string_view text, bool at_end) {
  for (const std::string_view mark : kMarks) {
    std::string_view rest = text;
    if (!(at_end ? take_end(rest, mark) : take_start(rest, mark))) continue;
    for (const std::string_view blank : kBlanks) {
      if (at_end && rest.ends_with(blank)) return std::string(blank) += mark;
      if (!at_end && rest.starts_with(blank)) return std::string(mark) += blank;
    }
    return std::string(mark);
  }
  return {};
}

struct Marks {
  std::string before;
  std::string after;

  bool are_around(std::string_view text) const {
    return text.find(before) != std::string_view::npos && text.ends_with(after);
  }
};

Marks marks_of(std::string_view text) {
  take_sign(text);
  return {mark_of(text, /*at_end=*/false), mark_of(text, /*at_end=*/true)};
}

/// The notations in which all texts are numbers between `marks`, the likeliest first.
std::vector<Notation> fitting_notations(const std::vector<std::string_view>& texts,
                                        const Marks& marks) {
  std::vector<Notation> fitting;
  for (const auto& [thousands, decimal] : kSeparators) {
    const std::string example =
        fmt::format("{}1{}234{}5{}", marks.before, thousands, decimal, marks.after);
    const Notation notation = Notation::like(example).value();
    const bool fits = std::all_of(texts.begin(), texts.end(), [&](std::string_view text) {
      return marks.are_around(text) && notation.parse(text).kind == NumberKind::kNumber;
    });
    const bool told = thousands != " " || std::any_of(texts.begin(), texts.end(), [&](auto text) {
                        return text.find(decimal) != std::string_view::npos;
                      });
    if (fits && told) fitting.push_back(notation);
  }
  return fitting;
}

}  // namespace

std::optional<Notation> Notation::like(std::string_view example) {
  if (example.empty()) return Notation();
  const std::size_t one = example.find('1');
  const std::size_t hundreds = example.find("234", one);
  const std::size_t five = example.find('5', hundreds);
  if (five == std::string_view::npos) return std::nullopt;
  Notation found;
  found.before_ = example.substr(0, one);
  found.thousands_ = example.substr(one + 1, hundreds - one - 1);
  found.decimal_ = example.substr(hundreds + 3, five - hundreds - 3);
  found.after_ = example.substr(five + 1);
  const std::string others = found.before_ + found.thousands_ + found.decimal_ + found.after_;
  const bool digits = others.find_first_of("0123456789+-") != std::string::npos;
  if (digits || found.decimal_.empty() || found.decimal_ == found.thousands_) return std::nullopt;
  return found;
}

std::string Notation::example() const {
  if (is_plain()) return {};
  return before_ + "1" + thousands_ + "234" + decimal_ + "5" + after_;
}

Number Notation::parse(std::string_view text) const {
  if (is_plain() || is_missing_number(text)) return parse_number(text);
  text = trimmed(text);
  const std::size_t size = text.size();
  std::string plain = take_sign(text);
  const bool has_sign = text.size() < size;
  take_start(text, before_);
  if (!has_sign) plain = take_sign(text);  // $-5
  take_end(text, after_);
  const std::size_t point = text.find(decimal_);
  const std::string_view whole = text.substr(0, point);
  const std::string digits = whole_part(whole, thousands_);
  if (digits.empty() && (!whole.empty() || point == std::string_view::npos))
    return {NumberKind::kWord, 0};
  plain += digits.empty() ? "0" : digits;
  if (point != std::string_view::npos) {
    const std::string_view decimals = text.substr(point + decimal_.size());
    if (!are_digits(decimals)) return {NumberKind::kWord, 0};
    plain.append(".").append(decimals);
  }
  return parse_number(plain);
}

FoundNotation find_notation(std::vector<std::string_view> texts) {
  if (texts.empty()) return {};
  for (std::string_view& text : texts) text = trimmed(text);
  const Marks marks = marks_of(texts.front());
  const std::vector<Notation> fitting = fitting_notations(texts, marks);
  for (const Notation& other : fitting) {
    for (const std::string_view text : texts) {
      // $3,000: where a mark stands before the number, no comma stands before three decimals.
      if (!marks.before.empty() && text.find(',') != std::string_view::npos) continue;
      const double one = fitting.front().parse(text).value;
      const double two = other.parse(text).value;
      if (one != two) return {{}, fmt::format("{} may be {} or {}", in_quotes(text), one, two)};
    }
  }
  if (fitting.empty()) return {};
  return {fitting.front(), {}};
}

}  // namespace feat2vec
