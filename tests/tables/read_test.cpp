#include "feat2vec/tables/read.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>

#include "tests/support/errors.h"
#include "tests/tables/table_files.h"

namespace feat2vec::tables {
namespace {

using testing::compressed;
using testing::error_of;
using testing::TableFiles;
using testing::texts;
using Texts = std::vector<std::string>;

class Read : public ::testing::Test {
 protected:
  /// The message for a file of this content.
  std::string error(const std::string& name, const std::string& bytes,
                    const ReadOptions& options = {}) const {
    return files_.without_folder(error_of([&] { files_.read(name, bytes, options); }));
  }

  TableFiles files_;
};

TEST_F(Read, KeepsValuesByteForByte) {
  const Table table = files_.read("t.csv", "a,b\n x ,\"q\"\"q\"\n007,\"\"\nNULL,1.50\n");
  EXPECT_EQ(table.rows(), 3);
  EXPECT_EQ(texts(table.column("a")), (Texts{" x ", "007", "NULL"}));
  EXPECT_EQ(texts(table.column("b")), (Texts{"q\"q", "", "1.50"}));
  EXPECT_TRUE(table.column("b").is_missing(1));
}

TEST_F(Read, TakesEveryDialect) {
  const Texts expected{"1", "2"};
  for (const auto& [name, text] : std::vector<std::pair<std::string, std::string>>{
           {"a.csv",
            "\xef\xbb\xbf"
            "a,b\n1,x\n2,y\n"},
           {"b.csv", "a,b\r\n1,x\r\n\r\n2,y"},
           {"c.csv", "a;b\n1;x\n2;y\n"},
           {"d.tsv", "a\tb\n1\tx\n2\ty\n"},
           {"e.dat", "a\tb\n1\tx\n2\ty\n"},
           {"f.txt", "a|b\n1|x\n2|y\n"},
           {"g.data", "a, b\n1, x\n2, y\n"},
           {"h.data", "a, b\n1,x\n2,y\n"},
           {"i", "a,b\n1,x\n2,y\n"},
           {"j.jsonl", "{\"a\":1,\"b\":\"x\"}\n{\"a\":2,\"b\":\"y\"}\n"}}) {
    const Table table = files_.read(name, text);
    EXPECT_EQ(table.names(), (Texts{"a", "b"})) << name;
    EXPECT_EQ(texts(table.column("a")), expected) << name;
    EXPECT_EQ(texts(table.column("b")), (Texts{"x", "y"})) << name;
  }
}

TEST_F(Read, ABlankIsPartOfTheSeparatorOnlyIfItIsEverywhere) {
  std::string text = "a, b\n";
  for (int i = 0; i < 300; ++i) text += "1, \"x, y\"\n";
  EXPECT_EQ(files_.read("t.csv", text).column("b").text(299), "x, y");
  EXPECT_EQ(files_.read("t.csv", "a,b\n1, x\n2,y\n").column("b").text(0), " x");
  std::string late = "a, b\n";
  for (int i = 0; i < 300; ++i) late += "1, x\n";
  const Table table = files_.read("t.csv", late + "2,y\n");
  EXPECT_EQ(table.column("b").text(0), " x");
  EXPECT_EQ(table.column("b").text(300), "y");
}

TEST_F(Read, NamesForAFileWithoutHeader) {
  const ReadOptions options{.header = {"n", "m"}};
  const Table table = files_.read("t.csv", "1,x\n2,y\n", options);
  EXPECT_EQ(texts(table.column("n")), (Texts{"1", "2"}));
  EXPECT_EQ(files_.without_folder(table.location(0, "m")), "t.csv:1:2 (m)");
  EXPECT_EQ(error("t.csv", "1,x,3\n", options),
            "t.csv:1: expected 2 fields, as --header has names, received 3");
  EXPECT_EQ(error("t.csv", "\"1,x\n2,y\n", options),
            "t.csv:1: expected a closing quote, received the end of the file");
  EXPECT_EQ(error("t.csv", "1,x\n1,x,3\n", options),
            "t.csv:2: expected 2 fields, received 3 (--bad-rows skip leaves such rows out)");
}

TEST_F(Read, CompressedFilesByContent) {
  const std::string text = "a,b\n1,x\n2,y\n";
  const Texts expected{"x", "y"};
  EXPECT_EQ(texts(files_.read("t.csv.gz", compressed(text)).column("b")), expected);
  EXPECT_EQ(texts(files_.read("misnamed.csv", compressed(text)).column("b")), expected);
  const std::string zstd = compressed(text, arrow::Compression::ZSTD);
  EXPECT_EQ(texts(files_.read("t.tsv.zst", compressed("a\tb\n1\tx\n2\ty\n")).column("b")),
            expected);
  EXPECT_EQ(texts(files_.read("t.csv.zst", zstd).column("b")), expected);
  const std::string parts = compressed("a,b\n1,x\n") + compressed("2,y\n");
  EXPECT_EQ(texts(files_.read("t.csv.gz", parts).column("b")), expected);
}

TEST_F(Read, BlocksOfArrowDoNotShow) {
  std::string text = "a,b\n";
  const std::string longest(100000, 'z');
  for (int i = 0; i < 200; ++i) text += std::to_string(i) + ",\"" + longest + "\n\"\n";
  const Table table = files_.read("t.csv", text);  // 20 MB: several blocks
  EXPECT_EQ(table.rows(), 200);
  EXPECT_EQ(table.column("a").text(199), "199");
  EXPECT_EQ(table.column("b").text(123), longest + "\n");
  EXPECT_EQ(files_.without_folder(table.location(199, "a")), "t.csv:400:1 (a)");
}

TEST_F(Read, StandardInput) {
  const std::string path = files_.write("t.csv", "a,b\n1,x\n2,y\n");
  const int saved = ::dup(STDIN_FILENO);
  ASSERT_NE(std::freopen(path.c_str(), "r", stdin), nullptr);
  const Table table = read_table({"-"});
  ::dup2(saved, STDIN_FILENO);
  ::close(saved);
  EXPECT_EQ(texts(table.column("b")), (Texts{"x", "y"}));
  EXPECT_EQ(table.location(1, "b"), "stdin:3:2 (b)");
}

TEST_F(Read, SeveralFilesShareColumnsInAnyOrder) {
  const std::string one = files_.write("1.csv", "a,b\n1,x\n");
  const std::string two = files_.write("2.csv", "b,a\ny,2\n");
  const Table table = read_table({one, two});
  EXPECT_EQ(texts(table.column("a")), (Texts{"1", "2"}));
  EXPECT_EQ(texts(table.column("b")), (Texts{"x", "y"}));
  const std::string less = files_.write("less.csv", "a\n2\n");
  const std::string more = files_.write("more.csv", "a,b,c\n2,y,3\n");
  EXPECT_EQ(files_.without_folder(error_of([&] {
    read_table({one, less});
  })),
            "less.csv: expected the columns of 1.csv, received none called 'b'");
  EXPECT_EQ(files_.without_folder(error_of([&] {
    read_table({one, more});
  })),
            "more.csv: expected the columns of 1.csv, received a further one, 'c'");
}

TEST_F(Read, ErrorsOfFiles) {
  EXPECT_EQ(files_.without_folder(error_of([&] { read_table({files_.path("no.csv")}); })),
            "no.csv: expected a file that can be read, received \"No such file or directory\"");
  EXPECT_NE(error_of([&] { read_table({files_.path("")}); }).find("received a folder"),
            std::string::npos);
  EXPECT_EQ(error("t.csv", ""), "t.csv: expected a table, received an empty file");
  EXPECT_EQ(error("t.csv.gz", compressed("")),
            "t.csv.gz: expected a table, received an empty file");
  EXPECT_EQ(error("t.csv", "\n\r\n"), "t.csv: expected a table, received blank lines only");
  EXPECT_EQ(error("t.csv", "a,b\n"), "t.csv: expected rows, received none after the header");
  EXPECT_EQ(error("t.csv", std::string("\xff\xfe"
                                       "a\0",
                                       4)),
            "t.csv: expected UTF-8 text, received UTF-16 text (its byte order mark)");
  EXPECT_EQ(error("t.csv", "a,b\r1,2\r"),
            "t.csv:1: expected lines that end in LF or CRLF, received a lone CR");
  EXPECT_EQ(error_of([] { read_table({}); }),
            "[read_table] expected at least one file, received none");
}

TEST_F(Read, AModelIsNoTable) {
  const std::string header = R"({"__metadata__":{"kind":"model"}})";
  const std::string length{static_cast<char>(header.size()), 0, 0, 0, 0, 0, 0, 0};
  for (const char* name : {"m.f2v", "m.csv"}) {
    EXPECT_EQ(
        error(name, length + header),
        std::string(name) + ": expected a table, received a model, or another safetensors file");
  }
}

TEST_F(Read, ErrorsOfCompression) {
  const std::string whole = compressed("a,b\n1,x\n2,y\n");
  const std::string expected = "t.csv.gz: expected whole compressed data and nothing after it";
  EXPECT_TRUE(error("t.csv.gz", whole.substr(0, whole.size() - 9)).starts_with(expected));
  EXPECT_TRUE(error("t.csv.gz", whole.substr(0, whole.size() - 1)).starts_with(expected));
  EXPECT_TRUE(error("t.csv.gz", whole + "garbage").starts_with(expected));
  EXPECT_TRUE(error("t.csv.gz", whole.substr(0, 3)).starts_with(expected));
  std::string flipped = whole;
  flipped[flipped.size() - 6] = static_cast<char>(flipped[flipped.size() - 6] ^ 1);  // the CRC
  EXPECT_TRUE(error("t.csv.gz", flipped).starts_with(expected));
}

TEST_F(Read, ErrorsOfRecords) {
  const std::string skip = " (--bad-rows skip leaves such rows out";
  EXPECT_EQ(error("t.csv", "a,b\n1,2\n3,4,5\n"),
            "t.csv:3: expected 2 fields, received 3" + skip + ")");
  EXPECT_EQ(error("t.csv", "a,b\n\"1\n\",2\n3\n"),
            "t.csv:4: expected 2 fields, received 1" + skip + ")");
  EXPECT_EQ(error("t.csv", "a,b\n1,2\n3,\"4\n5,6\n"),
            "t.csv:3: expected a closing quote, received the end of the file");
  EXPECT_EQ(error("t.csv", "a,b\n1,2\n3,caf\xe9\n"),
            "t.csv:3:2 (b): expected UTF-8 text, received 'caf\\xe9'" + skip +
                "; iconv makes UTF-8 of other encodings)");
  EXPECT_EQ(error("t.csv", std::string("a,b\n1,x\0y\n", 10)),
            "t.csv:2:2 (b): expected text without NUL bytes, received 'x\\x00y'" + skip + ")");
}

TEST_F(Read, ErrorsOfHeaders) {
  EXPECT_EQ(error("t.csv", "a,b,a\n1,2,3\n"),
            "t.csv:1:3: expected column names that differ, received 'a' twice (a file without a "
            "header line needs --header)");
  EXPECT_EQ(error("t.csv", "a,,c\n1,2,3\n"),
            "t.csv:1:2: expected a column name, received an empty field (a file without a header "
            "line needs --header)");
  EXPECT_EQ(error("t.csv", ",b\n0,2\n"),
            "t.csv:1:1: expected a column name, received an empty field (an index, such as pandas "
            "writes: "
            "to_csv(index=False) leaves it out; a file without a header line needs --header)");
  EXPECT_EQ(error("t.csv", "a,\xff\n1,2\n"), "t.csv:1:2: expected UTF-8 text, received '\\xff'");
}

TEST_F(Read, BadRowsCanBeSkipped) {
  const std::string text("a,b\n1,2\n3\n5,\xff\n7,\0\n9,10\n", 23);
  const Table table = files_.read("t.csv", text, {.skip_bad_rows = true});
  EXPECT_EQ(texts(table.column("b")), (Texts{"2", "10"}));
  EXPECT_EQ(table.bad_rows().count, 3);
  EXPECT_EQ(files_.without_folder(table.bad_rows().first),
            "t.csv:3: expected 2 fields, received 1");
  EXPECT_TRUE(error("t.csv", "a,b\n1\n", {.skip_bad_rows = true}).find("bad rows only") !=
              std::string::npos);
  EXPECT_EQ(files_.read("t.csv", "a,b\n1,2\n").bad_rows().count, 0);
}

}  // namespace
}  // namespace feat2vec::tables
