#include "feat2vec/tables/dates.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>

#include "feat2vec/tables/members.h"

namespace feat2vec::tables {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_month(std::string_view word) {
  constexpr std::array<std::string_view, 12> kMonths = {
      "january", "february", "march",     "april",   "may",      "june",
      "july",    "august",   "september", "october", "november", "december"};
  std::string lower(word.substr(0, word.find('.')));
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return lower.size() >= 3 && std::any_of(kMonths.begin(), kMonths.end(),
                                          [&](auto month) { return month.starts_with(lower); });
}

/// Three groups of one, two or four digits.
bool is_day(std::string_view text, char separator) {
  std::array<int, 3> widths{};
  std::size_t group = 0;
  for (const char c : text) {
    if (c == separator) {
      if (++group == widths.size()) return false;
    } else if (is_digit(c)) {
      ++widths[group];
    } else {
      return false;
    }
  }
  return std::all_of(widths.begin(), widths.end(),
                     [](int width) { return width == 1 || width == 2 || width == 4; });
}

/// `1990-01-08`, `8/1/1990`, `08.01.90`; a time may follow a blank or `T`.
bool is_numeric_date(std::string_view text) {
  const std::string_view day = text.substr(0, text.find_first_of(" T"));
  return is_day(day, '-') || is_day(day, '/') || is_day(day, '.');
}

bool is_day_or_year(std::string_view word) {
  return (word.size() == 1 || word.size() == 2 || word.size() == 4) &&
         std::all_of(word.begin(), word.end(), is_digit);
}

/// `September 25, 2021`, `25 Sep 2021`: a month, a day and a year.
bool is_worded_date(std::string_view text) {
  int months = 0;
  int numbers = 0;
  while (!text.empty()) {
    const std::size_t end = text.find_first_of(" ,-");
    const std::string_view word = text.substr(0, end);
    if (is_month(word)) {
      ++months;
    } else if (is_day_or_year(word)) {
      ++numbers;
    } else if (!word.empty()) {
      return false;
    }
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  }
  return months == 1 && (numbers == 1 || numbers == 2);
}

}  // namespace

bool is_date(std::string_view text) {
  const std::string_view cell = trimmed(text);
  return is_numeric_date(cell) || is_worded_date(cell);
}

}  // namespace feat2vec::tables
