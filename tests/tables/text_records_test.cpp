#include "feat2vec/tables/text_records.h"

#include <gtest/gtest.h>

#include <random>

namespace feat2vec::tables {
namespace {

using Rows = std::vector<std::vector<std::string>>;

Rows rows_of(std::string_view text, Dialect dialect) {
  Rows rows;
  RecordScanner scanner(text, dialect);
  for (Record record; scanner.next(record);) {
    EXPECT_EQ(record.problem, RecordProblem::kNone);
    auto& row = rows.emplace_back();
    for (const FieldSpan field : record.fields) row.push_back(field_text(text, field));
  }
  return rows;
}

TEST(RecordScanner, SplitsAtSeparatorsAndLineEnds) {
  EXPECT_EQ(rows_of("a,b\n1,2\r\n3,4", {}), (Rows{{"a", "b"}, {"1", "2"}, {"3", "4"}}));
  EXPECT_EQ(rows_of("a,,\n,,c\n,", {}), (Rows{{"a", "", ""}, {"", "", "c"}, {"", ""}}));
  EXPECT_EQ(rows_of("\n\na\n\r\n\nb\n\n", {}), (Rows{{"a"}, {"b"}}));
  EXPECT_EQ(rows_of("", {}), Rows{});
}

TEST(RecordScanner, QuotesProtectSeparatorsLineEndsAndQuotes) {
  EXPECT_EQ(rows_of("\"a,b\",\"say \"\"hi\"\"\",\"x\ny\"\n", {}),
            (Rows{{"a,b", "say \"hi\"", "x\ny"}}));
  EXPECT_EQ(rows_of("5\" disk,\"a\"b,\"\"\n", {}), (Rows{{"5\" disk", "ab", ""}}));
}

TEST(RecordScanner, ABlankAfterTheSeparatorBelongsToIt) {
  EXPECT_EQ(rows_of("a, \"b, c\",  d\n", {',', true}), (Rows{{"a", "b, c", " d"}}));
  Record record;
  RecordScanner("a, b,c\n", {',', true}).next(record);
  EXPECT_FALSE(record.blanks);
}

TEST(RecordScanner, CountsLinesWhereRecordsStart) {
  const std::string_view text = "a\n\n\"x\ny\nz\"\r\nb\n";
  RecordScanner scanner(text, {});
  std::vector<std::int64_t> lines;
  for (Record record; scanner.next(record);) lines.push_back(record.line);
  EXPECT_EQ(lines, (std::vector<std::int64_t>{1, 3, 6}));
}

TEST(RecordScanner, ReportsOpenQuotesAndLoneReturns) {
  Record record;
  RecordScanner("a,\"b\nc\n", {}).next(record);
  EXPECT_EQ(record.problem, RecordProblem::kOpenQuote);
  RecordScanner("a\rb\r", {}).next(record);
  EXPECT_EQ(record.problem, RecordProblem::kLoneCr);
  RecordScanner("\"a\rb\"\n", {}).next(record);
  EXPECT_EQ(record.problem, RecordProblem::kNone);
}

TEST(RecordScanner, ReadsBackWhatWasWritten) {
  std::mt19937 random(7);
  constexpr std::string_view kBytes = "ab \",\n\r;|";
  for (int trial = 0; trial < 500; ++trial) {
    Rows rows(1 + random() % 4);
    std::string text;
    for (auto& row : rows) {
      for (std::size_t field = 0; field < 2; ++field) {
        std::string value;
        for (auto n = random() % 6; n > 0; --n) value += kBytes[random() % kBytes.size()];
        text += (field == 0 ? "\"" : ",\"");
        for (const char c : value) text += c == '"' ? std::string("\"\"") : std::string(1, c);
        text += '"';
        row.push_back(value);
      }
      text += random() % 2 == 0 ? "\n" : "\r\n";
    }
    ASSERT_EQ(rows_of(text, {}), rows) << text;
  }
}

TEST(SniffDialect, FindsTheSeparator) {
  EXPECT_EQ(sniff_dialect("a,b\n1,2\n"), (Dialect{',', false}));
  EXPECT_EQ(sniff_dialect("a;b\n1,5;2,5\n"), (Dialect{';', false}));
  EXPECT_EQ(sniff_dialect("a\tb\nx, y\tz\n"), (Dialect{'\t', false}));
  EXPECT_EQ(sniff_dialect("a|b\n1|2\n"), (Dialect{'|', false}));
  EXPECT_EQ(sniff_dialect("id,genres\n1,a|b\n2,c|d\n3,e\n"), (Dialect{',', false}));
  EXPECT_EQ(sniff_dialect("a,b\n\"x;y;z\",2\n\"p;q;r\",3\n"), (Dialect{',', false}));
  EXPECT_EQ(sniff_dialect("only\none\n"), (Dialect{',', false}));
}

TEST(SniffDialect, SeesBlanksThatBelongToTheSeparator) {
  EXPECT_EQ(sniff_dialect("39, Private, \"a, b\"\n50, Other, c\n"), (Dialect{',', true}));
  EXPECT_EQ(sniff_dialect("a, b\n1,2\n"), (Dialect{',', false}));
  EXPECT_EQ(sniff_dialect("id;last,first;year\n1;Smith, John;1990\n2;Doe, Jane;1985\n"),
            (Dialect{';', false}));
  EXPECT_EQ(sniff_dialect("a,b,c\n1, 2, x\n3, 4,y\n"), (Dialect{',', false}));
  EXPECT_EQ(sniff_dialect("a\t b\n1\t 2\n"), (Dialect{'\t', false}));
}

TEST(SniffDialect, KeepsAGivenSeparator) {
  EXPECT_EQ(sniff_dialect("a,b\n1,2\n", '\t'), (Dialect{'\t', false}));
}

}  // namespace
}  // namespace feat2vec::tables
