#include "feat2vec/tables/numeric_cells.h"

#include <gtest/gtest.h>

#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "feat2vec/tables/column_stats.h"

namespace feat2vec::tables {
namespace {

using Numbers = std::vector<std::optional<double>>;

TEST(NumericCells, FitsMeanAndDeviationOrTheRange) {
  const Numbers numbers = {1, std::nullopt, 3, 8};
  const ColumnScale standard = fit_scale(numbers, data::Scaling::kStandard);
  EXPECT_DOUBLE_EQ(standard.center, 4);
  EXPECT_DOUBLE_EQ(standard.scale, std::sqrt(26.0 / 3));
  const ColumnScale range = fit_scale(numbers, data::Scaling::kMinMax);
  EXPECT_DOUBLE_EQ(range.center, 1);
  EXPECT_DOUBLE_EQ(range.scale, 7);
  EXPECT_EQ(fit_scale(Numbers{7, 7}, data::Scaling::kStandard).scale, 1);
}

TEST(NumericCells, ScalesAreFiniteForNumbersAtTheEndsOfTheRange) {
  constexpr double kSmallest = 5e-324;
  for (const Numbers& numbers :
       {Numbers{0, 1e-200}, Numbers{-1e308, 1e308}, Numbers{1e308, 1.5e308, 1e308},
        Numbers{0, kSmallest}, Numbers{-1.7e308, 1.7e308, 0}}) {
    for (const auto scaling : {data::Scaling::kStandard, data::Scaling::kMinMax}) {
      const ColumnScale fitted = fit_scale(numbers, scaling);
      EXPECT_TRUE(std::isfinite(fitted.center));
      EXPECT_TRUE(std::isfinite(fitted.scale));
      EXPECT_GT(fitted.scale, 0);
      for (const auto& number : numbers) {
        EXPECT_LE(std::abs((*number - fitted.center) / fitted.scale), 2);
      }
    }
  }
}

TEST(NumericCells, BlanksAroundAWordForMissingSayNothing) {
  const std::vector<std::string> words = {"unknown"};
  EXPECT_EQ(read_number(" unknown ", Notation(), words).kind, NumberKind::kMissing);
  EXPECT_EQ(read_number("unknown", Notation(), {}).kind, NumberKind::kWord);
  TextColumn column("x");
  for (const char* cell : {"1,234.5", " unknown", "unknown ", "2,000.25", " "}) column.append(cell);
  const ColumnStats stats = column_stats(column, words);
  EXPECT_TRUE(stats.numeric);
  EXPECT_EQ(stats.notation.example(), "1,234.5");
  EXPECT_EQ(stats.missing, 3);
}

TEST(NumericCells, CountsTheDigitsOfFractions) {
  TextColumn column("x");
  for (const char* cell : {"0.5", "0.001", "1e-300", "-0.25"}) column.append(cell);
  EXPECT_EQ(column_stats(column, {}).digits, 1U);
}

}  // namespace
}  // namespace feat2vec::tables
