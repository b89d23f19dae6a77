#include "feat2vec/tables/text_column.h"

#include <gtest/gtest.h>

#include <memory>

#include "feat2vec/error.h"
#include "tests/tables/table_files.h"

namespace feat2vec::tables {
namespace {

using testing::texts;
using Texts = std::vector<std::string>;

TextColumn column_of(const Texts& cells) {
  TextColumn column("c");
  for (const std::string& cell : cells) column.append(cell);
  return column;
}

TextColumn lists_of(const std::vector<std::vector<std::string_view>>& rows) {
  TextColumn column("c", /*is_list=*/true);
  for (const auto& row : rows) column.append_list(row);
  return column;
}

TEST(TextColumn, HoldsEachTextOnce) {
  const TextColumn column = column_of({"x", "", "x", "y", ""});
  EXPECT_EQ(texts(column), (Texts{"x", "", "x", "y", ""}));
  EXPECT_EQ(column.values().size(), 3);
  EXPECT_EQ(column.counts(), (std::vector<std::int64_t>{2, 2, 1}));
  EXPECT_TRUE(column.is_missing(1));
  EXPECT_FALSE(column.is_missing(3));
}

TEST(TextColumn, AppendsAColumnWithOtherCodes) {
  TextColumn column = column_of({"x", "y"});
  column.finish();
  column.append_rows(column_of({"z", "y", "x", "z"}));
  EXPECT_EQ(texts(column), (Texts{"x", "y", "z", "y", "x", "z"}));
  EXPECT_EQ(column.values().size(), 3);
  TextColumn lists = lists_of({{"a", "b"}, {}});
  lists.append_rows(lists_of({{"b"}, {}, {"c", "a"}}));
  EXPECT_EQ(texts(lists), (Texts{"{a,b}", "{}", "{b}", "{}", "{c,a}"}));
}

TEST(TextColumn, SelectsRowsInAnyOrder) {
  const std::vector<std::int64_t> rows{2, 0, 2};
  const TextColumn column = column_of({"x", "y", "z"}).select(rows);
  EXPECT_EQ(texts(column), (Texts{"z", "x", "z"}));
  EXPECT_EQ(column.counts(), (std::vector<std::int64_t>{1, 0, 2}));
  EXPECT_EQ(texts(lists_of({{"a", "b"}, {}, {"c"}}).select(rows)), (Texts{"{c}", "{a,b}", "{c}"}));
}

TEST(TextColumn, IsMadeOfPartsThatFit) {
  const TextColumn whole = lists_of({{"a", "b"}, {}, {"b"}});
  const auto made = [&](bool is_list, std::vector<std::int32_t> codes,
                        std::vector<std::int64_t> lists) {
    const auto kept = std::make_shared<std::vector<std::int32_t>>(std::move(codes));
    return TextColumn("c", is_list, whole.values(), *kept, lists, kept);
  };
  EXPECT_EQ(texts(made(true, {0, 1, 1}, {0, 2, 2, 3})), texts(whole));
  EXPECT_EQ(texts(made(false, {1, 0}, {0})), (Texts{"b", "a"}));
  using Codes = std::vector<std::int32_t>;
  for (const Codes& codes : {Codes{2}, Codes{-1}}) {
    EXPECT_THROW(made(false, codes, {0}), Error);
  }
  using Lists = std::vector<std::int64_t>;
  for (const Lists& lists : {Lists{}, Lists{0, 3}, Lists{1, 2}, Lists{0, 2, 1, 2}}) {
    EXPECT_THROW(made(true, {0, 1}, lists), Error);
  }
}

}  // namespace
}  // namespace feat2vec::tables
