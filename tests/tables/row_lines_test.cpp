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

}  // namespace
}  // namespace feat2vec::tables
