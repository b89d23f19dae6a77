#include "feat2vec/notation.h"

#include <gtest/gtest.h>

namespace feat2vec {
namespace {

using Texts = std::vector<std::string_view>;

Number read(std::string_view example, std::string_view text) {
  return Notation::like(example).value().parse(text);
}

std::string found(const Texts& texts) {
  const FoundNotation notation = find_notation(texts);
  return notation.notation ? notation.notation->example() : "none " + notation.doubt;
}

TEST(Notation, IsToldByAnExample) {
  for (const char* example : {"1,234.5", "$1,234.5", "1.234,5 €", "1'234.5", "CHF 1234.5", ""}) {
    const auto notation = Notation::like(example);
    ASSERT_TRUE(notation) << example;
    EXPECT_EQ(notation->example(), example);
  }
  for (const char* example : {"1234", "12345", "1,234,5", "x", "21,234.5", "-1,234.5"}) {
    EXPECT_FALSE(Notation::like(example)) << example;
  }
}

TEST(Notation, ReadsNumbers) {
  const std::tuple<const char*, const char*, double> cases[] = {
      {"1,234.5", "1,234,567.25", 1234567.25},
      {"1,234.5", "1234567.25", 1234567.25},
      {"1,234.5", "-12", -12},
      {"1,234.5", "+.5", .5},
      {"$1,234.5", "$2,090.00", 2090},
      {"$1,234.5", "-$5", -5},
      {"$1,234.5", "$-5", -5},
      {"$1,234.5", "7", 7},
      {"1.234,5 €", "1.234,56 €", 1234.56},
      {"1.234,5", "0,125", .125},
      {"1\u00a0234,5", "12\u00a0000", 12000},
      {"1,234.5%", "12.5%", 12.5},
      {"", "1.5", 1.5}};
  for (const auto& [example, text, value] : cases) {
    const Number number = read(example, text);
    EXPECT_EQ(number.kind, NumberKind::kNumber) << example << ": " << text;
    EXPECT_EQ(number.value, value) << example << ": " << text;
  }
}

TEST(Notation, RefusesTheRest) {
  for (const char* text :
       {"12,34", "1,2345", ",123", "1,,234", "1,234.", "1,234.5.6", "x", "007", "$", "1e5", "--1",
        "+-1", "++1", "-$-1", "0,123", "1,234,", "12 000", "1.2,345"}) {
    EXPECT_EQ(read("$1,234.5", text).kind, NumberKind::kWord) << text;
  }
  EXPECT_EQ(read("1,234.5", "NA").kind, NumberKind::kMissing);
}

TEST(FindNotation, TakesWhatAllCellsHave) {
  EXPECT_EQ(found({"$1,081.14", "$5", "-$7.5"}), "$1,234.5");
  EXPECT_EQ(found({"1.081,14 €", "5,00 €"}), "1.234,5 €");
  EXPECT_EQ(found({"1,5", "12,25"}), "1.234,5");
  EXPECT_EQ(found({"1,234", "1,234,567"}), "1,234.5");
  EXPECT_EQ(found({"$45,000", "$120,000", "$900"}), "$1,234.5");
  EXPECT_EQ(found({"1'234.50", "7"}), "1'234.5");
  EXPECT_EQ(found({"1 234,50", "7,10"}), "1 234,5");
  EXPECT_EQ(found({"12.5%", "3%"}), "1,234.5%");
  EXPECT_EQ(found({" 12.5% ", "3%", " 1,000%"}), "1,234.5%");
}

TEST(FindNotation, GuessesNothing) {
  EXPECT_EQ(found({"999", "1,234"}), "none '1,234' may be 1234 or 1.234");
  EXPECT_EQ(found({"$1.234"}), "none '$1.234' may be 1.234 or 1234");
  EXPECT_EQ(found({"1,459 €"}), "none '1,459 €' may be 1459 or 1.459");
  for (const Texts& texts : {Texts{"$5", "€5"}, Texts{"$5", "7"}, Texts{"1,234.5", "1.234,5"},
                             Texts{"100 200", "300 400"}, Texts{"1,5", "x"}, Texts{"90 min"},
                             Texts{"1,2,3"}, Texts{"01.02.2020"}, Texts{"1.2.3"}, Texts{}}) {
    EXPECT_EQ(found(texts), "none ");
  }
}

}  // namespace
}  // namespace feat2vec
