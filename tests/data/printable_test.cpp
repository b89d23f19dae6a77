#include "feat2vec/printable.h"

#include <gtest/gtest.h>

namespace feat2vec {
namespace {

TEST(Printable, EscapesWhatWouldDisturbATerminalOrALine) {
  EXPECT_EQ(printable("a\x1b[31m\tb\nc\r\x7f"), "a\\x1b[31m\\tb\\nc\\r\\x7f");
  EXPECT_EQ(printable("caf\xe9!"), "caf\\xe9!");
  EXPECT_EQ(printable("\xc2\x85"), "\\xc2\\x85");           // next line, a control character too
  EXPECT_EQ(printable("\xed\xa0\x80"), "\\xed\\xa0\\x80");  // a surrogate
  EXPECT_EQ(printable("Amélie 日本"), "Amélie 日本");
  EXPECT_EQ(in_quotes("it"), "'it'");
}

TEST(Printable, CutsLongTextBetweenCharacters) {
  EXPECT_EQ(printable("abcdef", 6), "abcdef");
  EXPECT_EQ(printable("abcdefg", 6), "abcdef…");
  EXPECT_EQ(printable("abcdeé", 6), "abcde…");
  EXPECT_EQ(printable(std::string(1000, '\0'), 8), "\\x00\\x00…");
}

TEST(Counted, TakesAnSButForOne) {
  EXPECT_EQ(counted(0, "row"), "0 rows");
  EXPECT_EQ(counted(1, "row"), "1 row");
  EXPECT_EQ(counted(2'000'000, "value"), "2000000 values");
}

TEST(Printable, KeepsLongTextWithoutALimit) {
  EXPECT_EQ(printable(std::string(10'000, 'x')).size(), 10'000U);
  EXPECT_EQ(in_quotes(std::string(100, 'x')), "'" + std::string(kShownBytes, 'x') + "…'");
}

TEST(Printable, KnowsUtf8) {
  for (const char* text :
       {"", "a", "\x7f", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80",
        "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"}) {
    EXPECT_TRUE(is_utf8(text)) << text;
  }
  for (const char* text :
       {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc2", "\xc2\x7f", "\xe0\x9f\xbf", "\xe0\xa0",
        "\xed\xa0\x80", "\xf0\x8f\xbf\xbf", "\xf0\x90\x80", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80",
        "\xff", "ok\xe2\x82"}) {
    EXPECT_FALSE(is_utf8(text)) << printable(text);
  }
}

TEST(Printable, KnowsUtf8WhereverItStands) {
  for (std::size_t before = 0; before < 20; ++before) {
    for (std::size_t behind = 0; behind < 20; ++behind) {
      const std::string front(before, 'a');
      const std::string back(behind, 'b');
      const auto between = [&](std::string_view bytes) {
        return std::string(front).append(bytes).append(back);
      };
      EXPECT_TRUE(is_utf8(between("")));
      EXPECT_TRUE(is_utf8(between("é日")));
      EXPECT_FALSE(is_utf8(between("\xe9")));
      EXPECT_FALSE(is_utf8(between("é\x80")));
    }
  }
}

TEST(Printable, KnowsCleanText) {
  EXPECT_TRUE(is_clean_utf8("Amélie"));
  EXPECT_FALSE(is_clean_utf8("caf\xe9"));
  EXPECT_FALSE(is_clean_utf8(std::string_view("a\0b", 3)));
}

}  // namespace
}  // namespace feat2vec
