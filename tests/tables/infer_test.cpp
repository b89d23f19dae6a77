#include "feat2vec/tables/infer.h"

#include <gtest/gtest.h>

#include <functional>

#include "feat2vec/tables/dates.h"
#include "feat2vec/tables/judge.h"
#include "feat2vec/tables/table.h"
#include "tests/support/errors.h"

namespace feat2vec::tables {
namespace {

using data::FeatureKind;
using testing::error_of;
using Cell = std::function<std::string(int)>;

constexpr int kRows = 100;

TextColumn column(const std::string& name, const Cell& cell, int rows = kRows) {
  TextColumn column(name);
  for (int row = 0; row < rows; ++row) column.append(cell(row));
  return column;
}

TextColumn colours(const std::string& name = "colour") {
  return column(name, [](int row) { return row % 3 == 0 ? "red" : "blue"; });
}

/// The decision on one column, beside two that are learned in any case.
ColumnDecision decide(const std::string& name, const Cell& cell, InferenceOptions options = {}) {
  const Table table({column(name, cell), colours("first"), colours("second")});
  return infer_schema(table, options).decisions.front();
}

std::string whole(double value) { return std::to_string(static_cast<long>(value)); }

TEST(InferSchema, Constants) {
  EXPECT_EQ(decide("c", [](int) { return "x"; }).decision, Decision::kDropped);
  EXPECT_EQ(decide("c", [](int) { return ""; }).decision, Decision::kDropped);
  EXPECT_EQ(decide("c", [](int row) { return row == 0 ? "" : "x"; }).decision,
            Decision::kCategorical);
}

TEST(InferSchema, Ids) {
  const auto decision = decide("show", [](int row) { return "s" + whole(row); });
  EXPECT_EQ(decision.decision, Decision::kDropped);
  EXPECT_TRUE(decision.why.starts_with("an id"));
  EXPECT_EQ(decision.distinct, kRows);
  EXPECT_EQ(decide("n", [](int row) { return whole((row * 37) % kRows + 1); }).decision,
            Decision::kDropped);
  EXPECT_EQ(decide("book_id", [](int row) { return whole(row * 17 + 5); }).decision,
            Decision::kDropped);
  EXPECT_EQ(decide("userId", [](int row) { return whole(row / 4 + 1000); }).decision,
            Decision::kCategorical);
  EXPECT_EQ(decide("isbn", [](int row) { return whole(9780000000000.0 + row * 11); }).decision,
            Decision::kDropped);
  EXPECT_EQ(decide("at", [](int row) { return whole(1600000000000.0 + row * 997); }).decision,
            Decision::kNumeric);
}

TEST(InferSchema, IdNames) {
  for (const char* name : {"id", "ID", "Id", "user_id", "userId", "artistID", "User ID", "x-id"}) {
    EXPECT_TRUE(is_id_name(name)) << name;
  }
  for (const char* name : {"paid", "grid", "width", "COVID", "i", ""}) {
    EXPECT_FALSE(is_id_name(name)) << name;
  }
}

TEST(InferSchema, Numbers) {
  EXPECT_EQ(decide("n", [](int row) { return whole(row * row + 7); }).decision, Decision::kNumeric);
  EXPECT_EQ(decide("n", [](int row) { return whole(row % 20); }).decision, Decision::kCategorical);
  EXPECT_EQ(decide("n", [](int row) { return whole(row % 21); }).decision, Decision::kNumeric);
  EXPECT_EQ(decide("n", [](int row) { return whole(row % 5) + ".5"; }).decision,
            Decision::kCategorical);
  EXPECT_EQ(decide("n", [](int row) { return "0." + whole(row % 5 + 1); }).decision,
            Decision::kNumeric);
  EXPECT_EQ(decide("n", [](int row) { return row % 2 == 0 ? "NA" : whole(row * 3); }).decision,
            Decision::kNumeric);
}

TEST(InferSchema, CodesWithLeadingZerosAreTexts) {
  EXPECT_EQ(
      decide("zip", [](int row) { return row % 2 == 0 ? "007" : whole(100 + row / 4); }).decision,
      Decision::kCategorical);
}

TEST(InferSchema, AWordMakesTextsOfNumbers) {
  EXPECT_EQ(decide("n", [](int row) { return row == 9 ? "many" : whole(row / 2); }).decision,
            Decision::kCategorical);
}

TEST(InferSchema, Dates) {
  EXPECT_EQ(decide("d", [](int row) { return "2020-01-" + whole(10 + row % 20); }).decision,
            Decision::kCategorical);
  const auto dropped =
      decide("d", [](int row) { return "May " + whole(row % 28 + 1) + ", " + whole(1900 + row); });
  EXPECT_EQ(dropped.decision, Decision::kDropped);
  EXPECT_EQ(dropped.why, "dates that hardly repeat");
  for (const char* text :
       {"1990-01-08", "8/1/1990", "08.01.90", "September 25, 2021", " May 1, 2017", "25 Sep 2021",
        "1990-01-08T10:00:00", "1990-01-08 10:00"}) {
    EXPECT_TRUE(is_date(text)) << text;
  }
  for (const char* text : {"1990", "a-b-c", "May", "1-2", "Blade Runner 2049", "", "12/345/6"}) {
    EXPECT_FALSE(is_date(text)) << text;
  }
}

TEST(InferSchema, Texts) {
  const auto text = decide("t", [](int row) {
    return "once upon a time there was a table with a number " + whole(row);
  });
  EXPECT_EQ(text.decision, Decision::kDropped);
  EXPECT_TRUE(text.why.starts_with("a text"));
  EXPECT_NE(text.why.find("--text"), std::string::npos);
  EXPECT_EQ(decide("t", [](int row) { return "v" + whole(row % 50); }).decision,
            Decision::kCategorical);
}

TEST(InferSchema, Bags) {
  const auto bag = decide("genres", [](int row) {
    return row % 2 == 0 ? "Drama|War" : row % 3 == 0 ? "War|Comedy|Drama" : "Comedy";
  });
  EXPECT_EQ(bag.decision, Decision::kBag);
  EXPECT_EQ(bag.separator, "|");
  EXPECT_EQ(bag.distinct, 3);
}

TEST(InferSchema, ListsAreBags) {
  TextColumn lists("tags", true);
  for (int row = 0; row < kRows; ++row) {
    const std::vector<std::string_view> members{"a", row % 2 == 0 ? "b" : "c"};
    lists.append_list(members);
  }
  const Inference inference = infer_schema(Table({lists}));
  EXPECT_EQ(inference.decisions[0].decision, Decision::kBag);
  EXPECT_EQ(inference.decisions[0].distinct, 3);
  EXPECT_EQ(inference.schema.features[0].separator, "");
}

TEST(InferSchema, BasketsOfNumbersAreNoNumbersWithMarks) {
  const auto basket = [](int row) {
    std::string text = whole(100 + ((row * 7) % 40));
    for (int i = 1; i <= row % 4; ++i) text += "," + whole(100 + (((row * 7) + (i * 11)) % 40));
    return text;
  };
  const auto found = decide("basket", basket);
  EXPECT_EQ(found.decision, Decision::kBag);
  EXPECT_EQ(found.separator, ",");
  EXPECT_EQ(found.written, "");
  const auto budget = [](int row) {
    return row % 3 == 0 ? whole(1 + row) + ",500,000" : whole(100 + row) + ",000";
  };
  EXPECT_EQ(decide("budget", budget).decision, Decision::kNumeric);
}

TEST(InferSchema, FeaturesAreNamedAsColumnsAndAnOffsetIsLast) {
  const Table table(
      {colours("a"), column("n", [](int row) { return whole(row * row); }), colours("offset")});
  const data::Schema schema = infer_schema(table).schema;
  ASSERT_EQ(schema.features.size(), 4U);
  EXPECT_EQ(schema.features[0].name, "a");
  EXPECT_EQ(schema.features[0].columns, std::vector<std::string>{"a"});
  EXPECT_EQ(schema.features[1].kind, FeatureKind::kNumeric);
  EXPECT_EQ(schema.features[3].kind, FeatureKind::kOffset);
  EXPECT_EQ(schema.features[3].name, "_offset");
  EXPECT_TRUE(schema.groups.empty());
}

TEST(InferSchema, NamedColumnsAreKept) {
  const Cell id = [](int row) { return "s" + whole(row); };
  EXPECT_EQ(decide("c", id, {.columns = {"c", "first"}}).decision, Decision::kCategorical);
  EXPECT_EQ(decide("c", id, {.categorical = {"c"}}).decision, Decision::kCategorical);
  EXPECT_EQ(decide("c", id, {.columns = {"first", "second"}}).decision, Decision::kDropped);
  EXPECT_EQ(decide("c", [](int) { return "x"; }, {.columns = {"c", "first"}}).decision,
            Decision::kCategorical);
  const auto bag = decide("c", id, {.bags = {{"c", " "}}});
  EXPECT_EQ(bag.decision, Decision::kBag);
  EXPECT_EQ(bag.separator, " ");
  const auto found = decide("c", [](int row) { return "x;" + whole(row); }, {.bags = {{"c", {}}}});
  EXPECT_EQ(found.separator, ";");
}

TEST(InferSchema, AGroupOfNumericColumnsIsOneFeature) {
  const Table table({column("x", [](int row) { return whole(row % 3); }), colours("a"),
                     column("y", [](int row) { return whole(row % 4); })});
  const data::Schema schema = infer_schema(table, {.numeric = {{"x", "y"}}}).schema;
  ASSERT_EQ(schema.features.size(), 3U);
  EXPECT_EQ(schema.features[0].name, "x+y");
  EXPECT_EQ(schema.features[0].columns, (std::vector<std::string>{"x", "y"}));
  EXPECT_EQ(schema.features[0].kind, FeatureKind::kNumeric);
}

TEST(InferSchema, MissingWordsAreNoValues) {
  const InferenceOptions options{.missing_words = {"unknown"}};
  const auto decision = decide(
      "c", [](int row) { return row % 2 == 0 ? "unknown" : "x"; }, options);
  EXPECT_EQ(decision.distinct, 1);
  EXPECT_DOUBLE_EQ(decision.missing_share, 0.5);
}

TEST(InferSchema, OnlyColumnsOfNumbersWithAVectorOfTheirOwnHaveKnots) {
  const auto number = [](int row) { return whole(row * row + 7); };
  const Table table(
      {column("a", number), column("b", number), column("c", number), colours("colour")});
  const auto features = infer_schema(table, {.numeric = {{"b", "c"}}}).schema.features;
  EXPECT_EQ(features[0].knots, 16);
  EXPECT_EQ(features[1].columns, (std::vector<std::string>{"b", "c"}));
  EXPECT_EQ(features[1].knots, 0);
}

TEST(InferSchema, TextsThatAreNamedAreLearned) {
  const auto cell = [](int row) {
    return "once upon a time there was a table with a number " + whole(row);
  };
  for (const InferenceOptions& options :
       {InferenceOptions{.text = {"t"}}, InferenceOptions{.columns = {"t", "first"}}}) {
    const Inference inference = infer_schema(Table({column("t", cell), colours("first")}), options);
    EXPECT_EQ(inference.decisions[0].decision, Decision::kText);
    EXPECT_EQ(inference.decisions[0].distinct, 9 + kRows);
    EXPECT_EQ(inference.schema.features[0].kind, FeatureKind::kText);
  }
}

TEST(InferSchema, Errors) {
  const Table table({colours("director"), colours("cast")});
  EXPECT_EQ(error_of([&] { infer_schema(table, {.categorical = {"directr"}}); }),
            "table: expected a column called 'directr', received a table without it (did you mean "
            "\"director\"?)");
  EXPECT_EQ(error_of([&] { infer_schema(table, {.categorical = {"cast"}, .text = {"cast"}}); }),
            "[infer_schema] expected each column named for one kind once, received 'cast' twice");
  EXPECT_EQ(error_of([&] {
              infer_schema(table, {.categorical = {"cast"}, .bags = {{"cast", {}}}});
            }),
            "[infer_schema] expected each column named for one kind once, received 'cast' twice");
  EXPECT_EQ(error_of([&] {
              infer_schema(Table({column(
                  "a", [](int) { return "x"; }, 1)}));
            }),
            "table: expected two rows or more, received 1");
  EXPECT_NE(error_of([&] { infer_schema(Table({colours()})); }).find("'colour' alone"),
            std::string::npos);
  EXPECT_NE(error_of([&] {
              infer_schema(Table({column("a", [](int) { return "x"; })}));
            }).find("received none"),
            std::string::npos);
}

}  // namespace
}  // namespace feat2vec::tables
