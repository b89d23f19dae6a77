#include "feat2vec/tables/record_blocks.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <random>
#include <thread>

#include "tests/support/errors.h"
#include "tests/tables/table_files.h"

namespace feat2vec::tables {
namespace {

using testing::error_of;
using testing::TableFiles;
using testing::texts;
using Texts = std::vector<std::string>;

/// ManyRows of two columns that take several blocks, with all that may be cut by the end of one.
struct ManyRows {
  std::string text = "a,b\n";
  Texts a;
  Texts b;
  std::vector<std::int64_t> lines;

  explicit ManyRows(std::size_t bytes) {
    std::mt19937 random(7);
    for (std::int64_t line = 2; text.size() < bytes; ++line) {
      lines.push_back(line);
      a.push_back(random() % 2 == 0 ? "é\"x" : "value " + std::to_string(random() % 50'000));
      b.push_back(random() % 3 == 0 ? "two\r\nlines, " + std::to_string(random() % 9) : "日本");
      text += a.back().starts_with("v") ? a.back() : "\"é\"\"x\"";
      text += ",\"" + b.back() + "\"";
      text += random() % 2 == 0 ? "\n" : "\r\n";
      line += b.back().starts_with("two") ? 1 : 0;
      if (random() % 9 == 0) {
        text += "\n";
        ++line;
      }
    }
  }
};

TEST(RecordBlocks, AgreeWithTheWholeText) {
  const TableFiles files;
  const ManyRows rows(3'000'000);
  for (const int threads : {1, 3}) {
    const Table table = files.read("t.csv", rows.text, {.threads = threads});
    EXPECT_EQ(texts(table.column("a")), rows.a);
    EXPECT_EQ(texts(table.column("b")), rows.b);
    for (std::size_t row = 0; row < rows.lines.size(); row += 997) {
      EXPECT_EQ(files.without_folder(table.location(static_cast<std::int64_t>(row), "b")),
                "t.csv:" + std::to_string(rows.lines[row]) + ":2 (b)");
    }
  }
}

TEST(RecordBlocks, CodesDoNotDependOnThreads) {
  const TableFiles files;
  const ManyRows rows(2'000'000);
  const Table one = files.read("t.csv", rows.text);
  const Table four = files.read("t.csv", rows.text, {.threads = 4});
  for (const char* name : {"a", "b"}) {
    const auto codes = one.column(name).codes();
    EXPECT_TRUE(std::equal(codes.begin(), codes.end(), four.column(name).codes().begin()));
  }
}

TEST(RecordBlocks, TheFirstBadRowIsTheErrorWhereverItIs) {
  const TableFiles files;
  const ManyRows rows(1'500'000);
  const std::string line = std::to_string(std::count(rows.text.begin(), rows.text.end(), '\n') + 1);
  const auto message = [&](const std::string& end) {
    return files.without_folder(
        error_of([&] { files.read("t.csv", rows.text + end, {.threads = 2}); }));
  };
  EXPECT_EQ(
      message("x\ny\n"),
      "t.csv:" + line + ": expected 2 fields, received 1 (--bad-rows skip leaves such rows out)");
  EXPECT_EQ(message("x,\xff\n"),
            "t.csv:" + line +
                ":2 (b): expected UTF-8 text, received '\\xff' (--bad-rows skip leaves such rows "
                "out; iconv makes UTF-8 of other encodings)");
  EXPECT_EQ(message("x,\"y\n"),
            "t.csv:" + line + ": expected a closing quote, received the end of the file");
  EXPECT_EQ(message("x,y\rz,w\n"), "t.csv:" + line +
                                       ": expected lines that end in LF or CRLF, received a lone "
                                       "CR");
  const Table table =
      files.read("t.csv", rows.text + "x\nx,\xff\nlast,row", {.skip_bad_rows = true});
  EXPECT_EQ(table.bad_rows().count, 2);
  EXPECT_EQ(table.rows(), static_cast<std::int64_t>(rows.a.size()) + 1);
}

TEST(RecordBlocks, AreLongerThanTheirRecordsWhateverTheseAre) {
  const TableFiles files;
  const std::string name(3'000'000, 'n');
  const std::string cell = "line\n" + std::string(2'500'000, 'c');
  const Table table = files.read("t.csv", name + ",b\n1,\"" + cell + "\"\n2,x");
  EXPECT_EQ(table.names(), (Texts{name, "b"}));
  EXPECT_EQ(texts(table.column("b")), (Texts{cell, "x"}));
  EXPECT_EQ(files.without_folder(table.location(1, "b")), "t.csv:4:2 (b)");
}

TEST(RecordBlocks, ABlankThatIsMissingLateBelongsToNoSeparator) {
  const TableFiles files;
  std::string text = "a, b\n";
  for (int row = 0; row < 200'000; ++row) text += "x, y\n";
  text += "x,y\n";
  ASSERT_EQ(::mkfifo(files.path("pipe.csv").c_str(), 0600), 0);
  std::thread writer([&] { testing::write_file(files.path("pipe.csv"), text); });
  const Table piped = read_table({files.path("pipe.csv")});
  writer.join();
  for (const Table& table :
       {piped, files.read("t.csv", text), files.read("t.csv.gz", testing::compressed(text))}) {
    EXPECT_EQ(table.names(), (Texts{"a", "b"}));
    EXPECT_EQ(table.rows(), 200'001);
    EXPECT_EQ(table.column("b").text(0), " y");
    EXPECT_EQ(table.column("b").text(200'000), "y");
  }
}

}  // namespace
}  // namespace feat2vec::tables
