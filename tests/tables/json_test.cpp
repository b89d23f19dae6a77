#include "feat2vec/tables/json.h"

#include <gtest/gtest.h>

#include "tests/support/errors.h"
#include "tests/tables/table_files.h"

namespace feat2vec::tables {
namespace {

using testing::error_of;
using testing::TableFiles;
using testing::texts;
using Texts = std::vector<std::string>;

TEST(Json, LinesAndArraysAreTheSame) {
  const TableFiles files;
  for (const std::string text :
       {"{\"a\":\"x\",\"b\":[\"p\",\"q\"]}\n{\"a\":\"y\",\"b\":[]}\n",
        "[{\"a\":\"x\",\"b\":[\"p\",\"q\"]},{\"a\":\"y\",\"b\":[]}]",
        "[\n  {\n \"a\": \"x\",\n \"b\": [\n\"p\",\n\"q\"]\n},\n{\"a\":\"y\",\"b\":null}\n]\n"}) {
    const Table table = files.read("t.json", text);
    EXPECT_EQ(texts(table.column("a")), (Texts{"x", "y"})) << text;
    EXPECT_EQ(texts(table.column("b")), (Texts{"{p,q}", "{}"})) << text;
  }
}

TEST(Json, ScalarsAreKeptAsTheyAreWritten) {
  const TableFiles files;
  const Table table = files.read("t.jsonl",
                                 "{\"n\": 4.0, \"d\": \"2020-01-01 10:00:00\", \"t\": true}\n"
                                 "{\"n\": 1994, \"d\": \"\\u00e9 { , ] \\\"\", \"extra\": -3}\n"
                                 "{\"n\": \"word\", \"d\": null, \"t\": false}\n");
  EXPECT_EQ(table.names(), (Texts{"n", "d", "t", "extra"}));
  EXPECT_EQ(texts(table.column("n")), (Texts{"4.0", "1994", "word"}));
  EXPECT_EQ(texts(table.column("d")), (Texts{"2020-01-01 10:00:00", "é { , ] \"", ""}));
  EXPECT_EQ(texts(table.column("t")), (Texts{"true", "", "false"}));
  EXPECT_EQ(texts(table.column("extra")), (Texts{"", "-3", ""}));
}

TEST(Json, ALongTextIsTakenPieceByPiece) {
  const TableFiles files;
  std::string lines;
  std::string array;
  Texts expected;
  for (std::size_t i = 0; lines.size() < 5'000'000; ++i) {  // some objects are longer than a piece
    expected.push_back(std::to_string(i) +
                       std::string(i % 1000 == 7 ? 2'500'000 : i % 97, "x{,]"[i % 4]));
    const std::string object = "{\"a\":\"" + expected.back() + R"(","b":["p\"\\","q"]})";
    lines += object + "\n";
    array += (i == 0 ? "[" : " ,\n") + object;
  }
  for (const std::string& text : {lines, array + "]"}) {
    const Table table = files.read("t.json", text);
    EXPECT_TRUE(texts(table.column("a")) == expected);
    EXPECT_EQ(table.column("b").member(2 * table.rows() - 2), "p\"\\");
  }
  const auto error = [&](const std::string& text) {
    return files.without_folder(error_of([&] { files.read("t.json", text); }));
  };
  const std::string last = std::to_string(expected.size());
  EXPECT_EQ(
      error(array),
      "t.json:" + last + ": expected ']' behind the last object, received the end of the file");
  EXPECT_TRUE(
      error(lines + "{\"a\"}").starts_with("t.json:" + std::to_string(expected.size() + 1)));
}

TEST(Json, AListColumnTakesSingleValues) {
  const TableFiles files;
  const Table table = files.read("t.jsonl", "{\"a\":\"x\"}\n{\"a\":[\"y\",null,\"z\"]}\n");
  EXPECT_EQ(texts(table.column("a")), (Texts{"{x}", "{y,z}"}));
}

TEST(Json, FilesJoinWhenOneHasNoValues) {
  const TableFiles files;
  const std::string none = files.write("1.jsonl", "{\"a\":null,\"b\":1}\n");
  const std::string lists = files.write("2.jsonl", "{\"b\":2,\"a\":[\"x\"]}\n");
  EXPECT_EQ(texts(read_table({none, lists}).column("a")), (Texts{"{}", "{x}"}));
  EXPECT_EQ(texts(read_table({lists, none}).column("a")), (Texts{"{x}", "{}"}));
  const std::string single = files.write("3.jsonl", "{\"b\":2,\"a\":\"x\"}\n");
  EXPECT_EQ(files.without_folder(error_of([&] {
    read_table({lists, single});
  })),
            "3.jsonl (a): expected lists, as in the files before, received single values");
}

TEST(Json, AbsentKeysAreMissing) {
  const TableFiles files;
  const Table table = files.read(
      "t.jsonl", "{}\n{\"a\":\"1\",\"b\":\"x\"}\n{}\n{\"b\":[\"y\",\"z\"]}\n{\"a\":\"2\"}\n{}\n");
  EXPECT_EQ(texts(table.column("a")), (Texts{"", "1", "", "", "2", ""}));
  EXPECT_EQ(texts(table.column("b")), (Texts{"{}", "{x}", "{}", "{y,z}", "{}", "{}"}));
}

TEST(Json, AnArrayMustBeWhole) {
  const TableFiles files;
  const auto error = [&](const std::string& text) {
    return files.without_folder(error_of([&] { files.read("t.json", text); }));
  };
  const std::string no_end =
      "t.json:2: expected ']' behind the last object, received the end of the file";
  EXPECT_EQ(error("[{\"a\":1},\n{\"a\":2},"), no_end);
  EXPECT_EQ(error("[{\"a\":1},\n{\"a\":2}"), no_end);
  EXPECT_EQ(error("[{\"a\":1},\n,{\"a\":2}]"),
            "t.json:2: expected a JSON object, received ',{\"a\":2}]'");
  EXPECT_EQ(error("[{\"a\":1},\n]"), "t.json:2: expected a JSON object, received ']'");
  EXPECT_EQ(error("[{\"a\":1}\n{\"a\":2}]"),
            "t.json:2: expected ',' or ']' behind an object, received '{\"a\":2}]'");
  EXPECT_EQ(error("[{\"a\":1}]\n]"), "t.json:2: expected nothing behind the array, received ']'");
  EXPECT_EQ(error("[{\"a\":1}]\n{\"a\":2}"),
            "t.json:2: expected nothing behind the array, received '{\"a\":2}'");
  EXPECT_EQ(error("{\"a\":1}\n]\n"), "t.json:2: expected a JSON object, received ']'");
  EXPECT_EQ(error("{\"a\":1},\n{\"a\":2}\n"), "t.json:1: expected a JSON object, received ','");
}

TEST(Json, RefusesAKeyTwiceAndTooManyKeys) {
  const TableFiles files;
  const auto error = [&](const std::string& text) {
    return files.without_folder(error_of([&] { files.read("t.json", text); }));
  };
  EXPECT_EQ(error("{\"a\":1}\n{\"a\":1,\"a\":2}"),
            "t.json:2: expected each key once in an object, received 'a' twice");
  std::string text;
  for (int i = 0; i <= 10'000; ++i) text += "{\"k" + std::to_string(i) + "\":1}\n";
  EXPECT_EQ(error(text),
            "t.json:10001: expected at most 10000 keys in all objects, received 'k10000' too");
  EXPECT_EQ(error("{\"a\\u0000b\":1}"),
            "t.json: expected column names in UTF-8 without NUL bytes, received 'a\\x00b'");
}

TEST(Json, ErrorsNameTheLine) {
  const TableFiles files;
  const auto error = [&](const std::string& text) {
    return files.without_folder(error_of([&] { files.read("t.json", text); }));
  };
  EXPECT_TRUE(error("{\"a\":1}\n{\"a\":}\n").starts_with("t.json:2: expected a JSON object"));
  EXPECT_TRUE(error("[{\"a\":1},\n\n{\"a\":1\n").starts_with("t.json:3: expected a JSON object"));
  EXPECT_EQ(error("{\"a\":{\"b\":1}}"),
            "t.json:1: expected a value or a list, received an object in 'a'");
  EXPECT_EQ(error("{\"a\":[[1]]}"),
            "t.json:1: expected a list of values, received a list in a list in 'a'");
  EXPECT_EQ(error("[1,2]"), "t.json:1: expected a JSON object, received '1,2]'");
  EXPECT_EQ(error("[]"), "t.json: expected rows, received none");
  EXPECT_EQ(error("{\"a\":\"x\\u0000y\"}"),
            "t.json:row 1 (a): expected UTF-8 text without NUL bytes, received 'x\\x00y'");
  EXPECT_TRUE(error("{\"a\":\"\xff\"}").starts_with("t.json:1: expected a JSON object"));
}

}  // namespace
}  // namespace feat2vec::tables
