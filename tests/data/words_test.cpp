#include "feat2vec/words.h"

#include <gmock/gmock.h>

#include <string>

namespace feat2vec {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(WordsOf, AreRunsOfLettersAndDigitsInLowerCase) {
  EXPECT_THAT(words_of("A detective hunts, in 1994: a KILLER."),
              ElementsAre("a", "detective", "hunts", "in", "1994", "a", "killer"));
  EXPECT_THAT(words_of("it's state-of-the-art_ok"),
              ElementsAre("it", "s", "state", "of", "the", "art", "ok"));
  EXPECT_THAT(words_of(" \t\n...!?"), IsEmpty());
  EXPECT_THAT(words_of(""), IsEmpty());
}

TEST(WordsOf, KeepLettersOfEveryScript) {
  EXPECT_THAT(words_of("L’ÉTÉ — Ärger “Søren” №5"), ElementsAre("l", "été", "ärger", "søren", "5"));
  EXPECT_THAT(words_of("ПЁТР、宮崎 駿。"), ElementsAre("пётр", "宮崎", "駿"));
  EXPECT_THAT(words_of("cafe\u0301!"), ElementsAre("cafe\u0301"));  // a mark of its own
}

TEST(WordsOf, PartAtBytesThatAreNoUtf8) {
  EXPECT_THAT(words_of(std::string("ab\xff") + "cd\xe2\x82"), ElementsAre("ab", "cd"));
  EXPECT_THAT(words_of(std::string("a\0b", 3)), ElementsAre("a", "b"));
}

}  // namespace
}  // namespace feat2vec
