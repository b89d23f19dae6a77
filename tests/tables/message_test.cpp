#include "feat2vec/tables/message.h"

#include <gtest/gtest.h>

namespace feat2vec::tables {
namespace {

TEST(Message, EscapesWhatWouldDisturbATerminalOrALine) {
  EXPECT_EQ(printable("a\x1b[31m\tb\nc\r\x7f"), "a\\x1b[31m\\tb\\nc\\r\\x7f");
  EXPECT_EQ(printable("caf\xe9!"), "caf\\xe9!");
  EXPECT_EQ(printable("\xc2\x85"), "\\xc2\\x85");  // next line, a control character too
  EXPECT_EQ(printable("Amélie 日本"), "Amélie 日本");
  EXPECT_EQ(in_quotes("it"), "'it'");
}

TEST(Message, CutsLongTextBetweenCharacters) {
  EXPECT_EQ(printable("abcdef", 6), "abcdef");
  EXPECT_EQ(printable("abcdefg", 6), "abcdef…");
  EXPECT_EQ(printable("abcdeé", 6), "abcde…");
  EXPECT_EQ(printable(std::string(1000, '\0'), 8), "\\x00\\x00…");
}

TEST(Message, KnowsCleanText) {
  EXPECT_TRUE(is_clean_utf8("Amélie"));
  EXPECT_FALSE(is_clean_utf8("caf\xe9"));
  EXPECT_FALSE(is_clean_utf8(std::string_view("a\0b", 3)));
}

}  // namespace
}  // namespace feat2vec::tables
