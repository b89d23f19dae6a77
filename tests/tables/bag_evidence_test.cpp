#include "feat2vec/tables/bag_evidence.h"

#include <gtest/gtest.h>

namespace feat2vec::tables {
namespace {

TextColumn column_of(const std::vector<std::string>& cells) {
  TextColumn column("c");
  for (const std::string& cell : cells) column.append(cell);
  return column;
}

std::string separator_of(const std::vector<std::string>& cells) {
  const TextColumn column = column_of(cells);
  const auto bag = find_bag(column_stats(column, {}), {});
  return bag ? bag->separator : "";
}

TEST(BagEvidence, Counts) {
  const TextColumn column = column_of({"a, b", "a, b", "b,a, c", "a", "d", ""});
  const BagEvidence evidence = bag_evidence(column_stats(column, {}), ",", {});
  EXPECT_DOUBLE_EQ(evidence.split_share, 3.0 / 5);
  EXPECT_EQ(evidence.tokens, 2 + 2 + 3 + 1 + 1);
  EXPECT_EQ(evidence.distinct, 4);
  EXPECT_DOUBLE_EQ(evidence.mean_length, 1);
  EXPECT_DOUBLE_EQ(evidence.recurring_share, 4.0 / 5);  // c alone stands in one text
  EXPECT_DOUBLE_EQ(evidence.mixed_share, 1);
  EXPECT_FALSE(evidence.same_count);
}

TEST(BagEvidence, FindsTheSeparator) {
  EXPECT_EQ(separator_of({"Drama|Comedy", "Comedy|Drama|War", "War", "Drama"}), "|");
  EXPECT_EQ(separator_of({"a;b", "b;a;c", "c;a", "b"}), ";");
  EXPECT_EQ(separator_of({"Ann Lee, Bo Ray", "Bo Ray", "Bo Ray, Ann Lee, Cy Day", "Cy Day"}), ",");
}

TEST(BagEvidence, SentencesAndPairsAreNoBags) {
  EXPECT_EQ(separator_of({"The Good, the Bad", "Me, Myself", "Crouching Tiger, Hidden Dragon"}),
            "");
  EXPECT_EQ(separator_of({"Heathrow, London", "Gatwick, London", "Orly, Paris", "Roissy, Paris"}),
            "");
  EXPECT_EQ(separator_of({"Smith, Ann", "Smith, Bo", "Ray, Ann", "Ray, Bo"}), "");
  EXPECT_EQ(separator_of({"red", "blue", "red"}), "");
}

TEST(BagEvidence, PlacesInPositionsOfTheirOwnAreNoBags) {
  EXPECT_EQ(separator_of({"Heathrow, London", "Gatwick, London", "Orly, Paris",
                          "Roissy, Terminal 1, Paris", "Berlin"}),
            "");
}

TEST(BagEvidence, TuplesAreNoBags) {
  EXPECT_EQ(separator_of({"1,0", "0,1", "2,0", "2,1", "0,2"}), "");
}

TEST(BagEvidence, TheLikelySeparatorIsTheMostCommon) {
  const TextColumn column = column_of({"a,b;c", "d;e", "f;g"});
  EXPECT_EQ(likely_separator(column_stats(column, {}), {}), ";");
  EXPECT_EQ(likely_separator(column_stats(column_of({"a"}), {}), {}), "");
}

}  // namespace
}  // namespace feat2vec::tables
