#include "feat2vec/tables/row_lines.h"

#include <gtest/gtest.h>

namespace feat2vec::tables {
namespace {

TEST(RowLines, GivesBackWhatWasAppended) {
  const std::vector<std::int64_t> lines{2, 3, 4, 7, 8, 20, 30, 31, 40};
  RowLines rows;
  for (const std::int64_t line : lines) rows.append(line);
  ASSERT_EQ(rows.rows(), 9);
  for (std::size_t row = 0; row < lines.size(); ++row) {
    EXPECT_EQ(rows.line_of(static_cast<std::int64_t>(row)), lines[row]);
  }
}

TEST(RowLines, AreMadeOfTheirRuns) {
  RowLines rows;
  for (const std::int64_t line : {2, 3, 7}) rows.append(line);
  EXPECT_EQ(RowLines(rows.runs(), 3).line_of(2), 7);
  EXPECT_EQ(RowLines(RowLines().runs(), 3).rows(), 0);
  using Runs = std::vector<RowLines::Run>;
  for (const Runs& runs : {Runs{{1, 2}}, Runs{{0, 2}, {3, 9}}, Runs{{0, 2}, {0, 3}}}) {
    EXPECT_THROW(RowLines(runs, 3), Error);
  }
}

}  // namespace
}  // namespace feat2vec::tables
