#include "feat2vec/spelling.h"

#include <gtest/gtest.h>

namespace feat2vec {
namespace {

TEST(NearestSpelling, FindsInsertionsDeletionsAndChanges) {
  const std::vector<std::string> known{"pooling", "separator", "missing"};
  EXPECT_EQ(nearest_spelling("pooling", known), "pooling");
  EXPECT_EQ(nearest_spelling("poling", known), "pooling");
  EXPECT_EQ(nearest_spelling("seperator", known), "separator");
  EXPECT_EQ(nearest_spelling("misssing", known), "missing");
}

TEST(NearestSpelling, NeighboursThatChangePlacesAreOneEdit) {
  EXPECT_EQ(nearest_spelling("tilte", {"title"}), "title");
  EXPECT_EQ(nearest_spelling("ittle", {"title"}), "title");
  EXPECT_EQ(nearest_spelling("Ba", {"ab"}), "ab");
  EXPECT_EQ(nearest_spelling("tiltee", {"title"}), "title");
  EXPECT_EQ(nearest_spelling("itlte", {"title"}), "");
}

TEST(NearestSpelling, FindsWhatBeginsWithTheWordWhenNothingIsNear) {
  EXPECT_EQ(nearest_spelling("desc", {"rating", "Description", "descent"}), "Description");
  EXPECT_EQ(nearest_spelling("desc", {"description", "disc"}), "disc");
  EXPECT_EQ(nearest_spelling("de", {"description"}), "");
  EXPECT_EQ(nearest_spelling("descriptions of it", {"description"}), "");
}

TEST(NearestSpelling, PrefersTheFewestEditsThenTheFirst) {
  EXPECT_EQ(nearest_spelling("abcdefghi", {"abcdefgxy", "abcdefghx", "xbcdefghi"}), "abcdefghx");
}

TEST(NearestSpelling, IgnoresCase) { EXPECT_EQ(nearest_spelling("GENRE", {"genre"}), "genre"); }

TEST(NearestSpelling, GivesUpBeyondAThirdOfTheWord) {
  EXPECT_EQ(nearest_spelling("abcdef", {"abcdxx"}), "abcdxx");
  EXPECT_EQ(nearest_spelling("abcdef", {"abcxxx"}), "");
  EXPECT_EQ(nearest_spelling("ab", {"ax"}), "ax");
  EXPECT_EQ(nearest_spelling("ab", {"xy"}), "");
  EXPECT_EQ(nearest_spelling("abcdefghijklmnopqrst", {"abcdefghijklmnopxxxx"}),
            "abcdefghijklmnopxxxx");
  EXPECT_EQ(nearest_spelling("abcdefghijklmnopqrst", {"abcdefghijklmnoxxxxx"}), "");
}

TEST(NearestSpelling, OfNothingIsEmpty) {
  EXPECT_EQ(nearest_spelling("word", {}), "");
  EXPECT_EQ(nearest_spelling("", {"word"}), "");
  EXPECT_EQ(nearest_spelling("word", {""}), "");
}

TEST(DidYouMean, AsksOnlyWhenSomethingIsNear) {
  EXPECT_EQ(did_you_mean("genres", {"genre"}), " (did you mean \"genre\"?)");
  EXPECT_EQ(did_you_mean("budget", {"genre"}), "");
}

TEST(DidYouMean, ListsTheFirstFewWhereNothingIsNear) {
  EXPECT_EQ(did_you_mean_or_there_are("genres", {"genre"}), " (did you mean \"genre\"?)");
  EXPECT_EQ(did_you_mean_or_there_are("budget", {"genre", "cast"}),
            " (there are \"genre\", \"cast\")");
  EXPECT_EQ(did_you_mean_or_there_are("budget", {"genre"}), " (there is \"genre\")");
  EXPECT_EQ(did_you_mean_or_there_are("zzzzzz", {"a", "b", "c", "d", "e", "f", "g", "h", "i"}),
            " (there are \"a\", \"b\", \"c\", \"d\", \"e\", \"f\", \"g\", \"h\", …)");
  EXPECT_EQ(did_you_mean_or_there_are("budget", {}), "");
}

}  // namespace
}  // namespace feat2vec
