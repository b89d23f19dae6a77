#include "feat2vec/numbers.h"

#include <gtest/gtest.h>

#include <clocale>

namespace feat2vec {
namespace {

TEST(Numbers, ReadsDecimals) {
  const std::pair<const char*, double> cases[] = {
      {"0", 0},      {"-3", -3},  {"+3", 3},      {"007", 7},
      {"1.5", 1.5},  {".5", 0.5}, {"1e3", 1000},  {"9.78e+12", 9.78e12},
      {"1e-400", 0}, {"-0.0", 0}, {"1994", 1994}, {"0.1", 0.1}};
  for (const auto& [text, value] : cases) {
    const Number number = parse_number(text);
    EXPECT_EQ(number.kind, NumberKind::kNumber) << text;
    EXPECT_EQ(number.value, value) << text;
  }
}

TEST(Numbers, KnowsTheWordsForMissing) {
  for (const char* word : {"", "NA", "N/A", "NaN", "null", "None", "?", "-"}) {
    EXPECT_EQ(parse_number(word).kind, NumberKind::kMissing) << word;
  }
}

TEST(Numbers, RefusesTheRest) {
  for (const char* word : {"abc", "1,5", "1 2", "- 1", "1x", "+-1", "+", "0x10", "1_000", "nan",
                           "na", "nan(1)", "--1", "1.2.3", "１"}) {
    EXPECT_EQ(parse_number(word).kind, NumberKind::kWord) << word;
  }
  for (const char* word : {"inf", "-inf", "Infinity", "1e999", "-1e999"}) {
    EXPECT_EQ(parse_number(word).kind, NumberKind::kInfinite) << word;
  }
}

TEST(Numbers, BlanksAroundThemSayNothing) {
  EXPECT_EQ(parse_number(" 226802").value, 226802);
  EXPECT_EQ(parse_number("\t-1.5 ").value, -1.5);
  EXPECT_EQ(parse_number(" ? ").kind, NumberKind::kMissing);
  EXPECT_EQ(parse_number("  ").kind, NumberKind::kMissing);
  EXPECT_TRUE(has_leading_zero(" 007"));
}

TEST(Numbers, KnowsCodes) {
  EXPECT_TRUE(has_leading_zero("007"));
  EXPECT_TRUE(has_leading_zero("-01"));
  EXPECT_FALSE(has_leading_zero("0"));
  EXPECT_FALSE(has_leading_zero("0.5"));
  EXPECT_FALSE(has_leading_zero("10"));
}

TEST(Numbers, DoNotDependOnTheLocale) {
  const char* german = std::setlocale(LC_ALL, "de_DE.UTF-8");
  EXPECT_EQ(parse_number("1.5").value, 1.5);
  if (german != nullptr) std::setlocale(LC_ALL, "C");
}

}  // namespace
}  // namespace feat2vec
