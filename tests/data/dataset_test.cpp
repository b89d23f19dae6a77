#include "feat2vec/data/dataset.h"

#include <ATen/Functions.h>
#include <gmock/gmock.h>

#include <limits>
#include <random>

#include "tests/support/data.h"
#include "tests/support/errors.h"

namespace feat2vec::data {
namespace {

using testing::bag_column;
using testing::cells;
using ::testing::ElementsAre;
using testing::error_of;
using ::testing::HasSubstr;
using testing::ids_column;
using testing::indices;
using ::testing::IsEmpty;
using testing::numeric_column;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

std::vector<bool> absent_rows(const Column& column) {
  const at::Tensor absent = column.absent();
  EXPECT_EQ(absent.scalar_type(), at::kBool);
  std::vector<bool> rows;
  for (std::int64_t row = 0; row < absent.size(0); ++row) rows.push_back(absent[row].item<bool>());
  return rows;
}

std::vector<Column> random_columns(std::int64_t rows, std::mt19937& random) {
  return {testing::random_ids(rows, 9, random), testing::random_bags(rows, 9, random),
          testing::random_reals(rows, 3, random), Column::offset(rows)};
}

TEST(Column, SelectPicksRowsInOrderWithRepeats) {
  std::mt19937 random(3);
  for (const std::int64_t rows : {1, 2, 17, 60})
    for (const Column& column : random_columns(rows, random)) {
      std::vector<std::int64_t> index;
      std::vector<std::string> expected;
      for (auto left = random() % 50; left > 0; --left) {
        index.push_back(static_cast<std::int64_t>(random() % static_cast<std::uint32_t>(rows)));
        expected.push_back(testing::cell(column, index.back()));
      }
      const Column selected = column.select(indices(index));
      EXPECT_EQ(selected.rows, static_cast<std::int64_t>(index.size()));
      EXPECT_EQ(cells(selected), expected);
    }
}

TEST(Column, SelectOfNothingIsEmpty) {
  std::mt19937 random(4);
  for (const Column& column : random_columns(5, random)) {
    const Column none = column.select(indices({}));
    EXPECT_EQ(none.rows, 0);
    EXPECT_THAT(cells(none), IsEmpty());
    EXPECT_THAT(cells(none.select(indices({}))), IsEmpty());
  }
}

TEST(Column, SelectRejectsRowsOutside) {
  std::mt19937 random(4);
  for (const Column& column : random_columns(5, random)) {
    if (column.kind == FeatureKind::kOffset) continue;
    EXPECT_ANY_THROW(column.select(indices({5})));
    EXPECT_ANY_THROW(column.select(indices({-1})));
  }
}

TEST(Column, ConcatAppendsTheOtherRows) {
  std::mt19937 random(5);
  for (const std::int64_t rows : {0, 1, 30}) {
    std::vector<Column> first = random_columns(rows + 1, random);
    for (Column& column : first) column = column.select(at::arange(rows, at::kLong));
    const std::vector<Column> second = random_columns(7, random);
    for (std::size_t f = 0; f < first.size(); ++f) {
      std::vector<std::string> expected = cells(first[f]);
      for (const std::string& text : cells(second[f])) expected.push_back(text);
      EXPECT_EQ(cells(first[f].concat(second[f])), expected);
    }
  }
}

TEST(Column, ConcatNeedsOneKind) {
  EXPECT_THAT(error_of([] { ids_column({1}).concat(Column::offset(1)); }),
              HasSubstr("expected a categorical column, received a offset column"));
}

TEST(Column, SelectAndConcatKeepThatMissingIsAValue) {
  const Column column = numeric_column({{kNaN}, {1}}, true);
  EXPECT_TRUE(column.select(indices({0})).missing_is_value);
  EXPECT_TRUE(column.concat(column).missing_is_value);
  EXPECT_TRUE(column.to(at::kCPU).missing_is_value);
}

TEST(Column, AbsentIsWhereTheVectorIsZero) {
  EXPECT_THAT(absent_rows(ids_column({0, -1, -2, 5})), ElementsAre(false, true, false, false));
  EXPECT_THAT(absent_rows(bag_column({{}, {1}, {-1}, {-1, 2}, {-2}, {}})),
              ElementsAre(true, false, true, false, false, true));
  EXPECT_THAT(absent_rows(numeric_column({{kNaN, kNaN}, {kNaN, 1}, {0, 0}})),
              ElementsAre(true, false, false));
  EXPECT_THAT(absent_rows(numeric_column({{kNaN, kNaN}, {0, 0}}, true)), ElementsAre(false, false));
  EXPECT_THAT(absent_rows(Column::offset(2)), ElementsAre(false, false));
}

TEST(Column, NumericWithoutAMaskHasNothingMissing) {
  const Column column = Column::numeric(at::ones({3, 2}));
  EXPECT_FALSE(column.missing.any().item<bool>());
  EXPECT_EQ(column.missing.sizes(), column.values.sizes());
}

TEST(Column, MakersCheckShapesAndTypes) {
  const at::Tensor ids = at::zeros({4}, at::kInt);
  EXPECT_THAT(error_of([&] { Column::categorical(ids.to(at::kLong)); }),
              HasSubstr("[Column] expected int32 ids [n], received"));
  EXPECT_THAT(error_of([&] {
                Column::categorical(ids.view({2, 2}));
              }),
              HasSubstr("of 2 dimensions, 4 numbers"));
  EXPECT_THAT(error_of([&] { Column::categorical({}); }),
              HasSubstr("received an undefined tensor"));
  EXPECT_THAT(error_of([&] {
                Column::bag(ids.to(at::kLong), indices({0, 4}));
              }),
              HasSubstr("expected int32 ids [members]"));
  EXPECT_THAT(error_of([&] { Column::numeric(at::zeros({3})); }),
              HasSubstr("expected float values [n, width]"));
  EXPECT_THAT(error_of([&] {
                Column::numeric(ids.view({2, 2}));
              }),
              HasSubstr("expected float values [n, width]"));
  EXPECT_THAT(error_of([&] {
                Column::numeric(at::zeros({3, 1}), at::zeros({3}, at::kBool));
              }),
              HasSubstr("expected a bool mask of the shape of the values"));
  EXPECT_THAT(error_of([&] {
                Column::numeric(at::zeros({3, 1}), at::zeros({3, 1}));
              }),
              HasSubstr("expected a bool mask of the shape of the values"));
}

TEST(Column, BagsNeedOffsetsThatCoverTheMembers) {
  const at::Tensor ids = at::zeros({4}, at::kInt);
  EXPECT_THAT(error_of([&] { Column::bag(ids, at::zeros({2}, at::kInt)); }),
              HasSubstr("expected int64 offsets [n + 1]"));
  EXPECT_THAT(error_of([&] { Column::bag(ids, indices({})); }),
              HasSubstr("expected int64 offsets [n + 1]"));
  for (const auto& offsets : {indices({1, 4}), indices({0, 3}), indices({0, 5})})
    EXPECT_THAT(error_of([&] { Column::bag(ids, offsets); }),
                HasSubstr("expected offsets that start at 0 and end at the number of members"));
  EXPECT_THAT(error_of([&] {
                Column::bag(ids, indices({0, 9, 4}));
              }),
              HasSubstr("expected offsets that never decrease"));
  EXPECT_EQ(Column::bag(at::zeros({0}, at::kInt), indices({0})).rows, 0);
}

TEST(Dataset, SelectsTheSameRowsOfEveryColumn) {
  const Dataset dataset = testing::random_dataset(20, 9);
  const at::Tensor index = indices({4, 4, 0, 19});
  const Dataset selected = dataset.select(index);
  EXPECT_EQ(selected.rows(), 4);
  for (std::size_t f = 0; f < dataset.columns().size(); ++f)
    EXPECT_EQ(cells(selected.column(f)), cells(dataset.column(f).select(index)));
}

TEST(Dataset, NeedsColumnsOfOneLength) {
  EXPECT_THAT(error_of([] { Dataset({}); }),
              HasSubstr("expected one column or more, received none"));
  EXPECT_THAT(error_of([] {
                Dataset({ids_column({1, 2}), Column::offset(3)});
              }),
              HasSubstr("expected 2 rows in every column, received 3 in column 1"));
}

}  // namespace
}  // namespace feat2vec::data
