#include "feat2vec/tables/lint.h"

#include <gtest/gtest.h>

#include "feat2vec/tables/table.h"

namespace feat2vec::tables {
namespace {

TextColumn text_column_of(const std::vector<std::string>& cells) {
  TextColumn column("c");
  for (const std::string& cell : cells) column.append(cell);
  return column;
}

std::vector<std::string> notes_on(const std::vector<std::string>& cells) {
  std::vector<std::string> notes;
  for (const Note& note : lint(Table({text_column_of(cells)}))) notes.push_back(note.text());
  return notes;
}

TEST(Lint, PointsAtTwins) {
  EXPECT_EQ(notes_on({"Red", "red", "red", " red", "blue", "a  b", "a b"}),
            (std::vector<std::string>{
                "column 'c': values that differ only by case or blanks: 'red' (2), ' red' (1), "
                "'Red' (1)",
                "column 'c': values that differ only by case or blanks: 'a  b' (1), 'a b' (1)"}));
  EXPECT_TRUE(notes_on({"red", "blue", "redd"}).empty());
}

TEST(Lint, PointsAtWordsForMissing) {
  EXPECT_EQ(notes_on({"x", "unknown", "unknown", "y"}),
            std::vector<std::string>{"column 'c': a value that looks like missing: 'unknown' (2); "
                                     "train --missing makes it so"});
  EXPECT_TRUE(notes_on({"1", "NA", "2"}).empty());  // a column of numbers knows the word
}

TEST(Lint, LooksIntoBags) { EXPECT_EQ(notes_on({"a|b", "b|A|c", "c|a", "b|c|a", "c"}).size(), 1U); }

TEST(Lint, PointsAtAFirstRowInThePlaceOfNames) {
  const auto column = [](const char* name, const std::vector<std::string>& cells) {
    TextColumn made(name);
    for (const std::string& cell : cells) made.append(cell);
    return made;
  };
  const Table headless({column("39", {"50", "39"}), column("Private", {"x", "Private"}),
                        column("<=50K", {">50K", "y"})});
  EXPECT_EQ(
      lint(headless).front().text(),
      "columns hold their own names as values: '39', 'Private'; is the header line a row too, "
      "or is there none (--header)?");
  EXPECT_FALSE(note_on_names(Table({column("a", {"a"}), column("b", {"x"}), column("c", {"x"})})));
  EXPECT_FALSE(note_on_names(Table({column("a", {"a"}), column("b", {"b"}), column("c", {"x"}),
                                    column("d", {"x"}), column("e", {"x"})})));
}

TEST(Lint, IsCutToTheMostFrequent) {
  const Table table({text_column_of({"aa", "AA", "b", "B", "b", "B"})});
  const auto notes = lint(table, 1);
  ASSERT_EQ(notes.size(), 1U);
  EXPECT_EQ(notes[0].values[0], "B");
  EXPECT_EQ(notes[0].counts, (std::vector<std::int64_t>{2, 2}));
}

}  // namespace
}  // namespace feat2vec::tables
