#include "feat2vec/tables/table.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <thread>

#include "tests/support/errors.h"
#include "tests/tables/table_files.h"

namespace feat2vec::tables {
namespace {

using testing::error_of;
using testing::TableFiles;
using testing::texts;
using Texts = std::vector<std::string>;

TEST(Table, LocatesCellsByLineAndField) {
  const TableFiles files;
  const Table table = files.read("t.csv", "a,b\n1,\"x\ny\"\n\n2,z\r\n3,w\n");
  EXPECT_EQ(files.without_folder(table.location(0, "b")), "t.csv:2:2 (b)");
  EXPECT_EQ(files.without_folder(table.location(1, "a")), "t.csv:5:1 (a)");
  EXPECT_EQ(files.without_folder(table.location(2, "b")), "t.csv:6:2 (b)");
}

TEST(Table, LocatesCellsOfSeveralFilesInTheOrderOfEachFile) {
  const TableFiles files;
  const Table table =
      read_table({files.write("1.csv", "a,b\n1,2\n3,4\n"), files.write("2.csv", "b,a\n6,5\n")});
  EXPECT_EQ(files.without_folder(table.location(1, "b")), "1.csv:3:2 (b)");
  EXPECT_EQ(files.without_folder(table.location(2, "b")), "2.csv:2:1 (b)");
}

TEST(Table, LocatesCellsAfterSkippedRows) {
  const TableFiles files;
  const Table table =
      files.read("t.csv", "a,b\n1,2\nbad\n3,4\nx\xff,y\n5,6\n", {.skip_bad_rows = true});
  EXPECT_EQ(texts(table.column("a")), (Texts{"1", "3", "5"}));
  EXPECT_EQ(files.without_folder(table.location(1, "a")), "t.csv:4:1 (a)");
  EXPECT_EQ(files.without_folder(table.location(2, "b")), "t.csv:6:2 (b)");
}

TEST(Table, SelectedRowsKeepTheirPlace) {
  const TableFiles files;
  const Table table = files.read("t.csv", "a,b\n1,2\n3,4\n5,6\n");
  const std::vector<std::int64_t> first{2, 0, 2};
  const Table selected = table.select_rows(first);
  EXPECT_EQ(texts(selected.column("a")), (Texts{"5", "1", "5"}));
  EXPECT_EQ(files.without_folder(selected.location(0, "b")), "t.csv:4:2 (b)");
  const std::vector<std::int64_t> second{1};
  const Table again = selected.select_rows(second);
  EXPECT_EQ(files.without_folder(again.location(0, "b")), "t.csv:2:2 (b)");
  const std::vector<std::int64_t> outside{3};
  EXPECT_EQ(error_of([&] { table.select_rows(outside); }),
            "[Table::select_rows] expected rows below 3, received 3");
}

TEST(Table, LocatesRowsOfFilesWithoutLines) {
  const TableFiles files;
  testing::write_parquet(files.path("t.parquet"), {{"a", testing::strings({"x", "y"})}});
  const Table table = read_table({files.path("t.parquet")});
  EXPECT_EQ(files.without_folder(table.location(1, "a")), "t.parquet:row 2 (a)");
}

TEST(Table, LocatesRowsOfAFileThatIsGone) {
  const TableFiles files;
  const Table table = files.read("t.csv", "a\nx\ny\n");
  std::filesystem::remove(files.path("t.csv"));
  EXPECT_EQ(files.without_folder(table.location(1, "a")), "t.csv:3:1 (a)");
}

TEST(Table, LocatesRowsOfAPipe) {
  const TableFiles files;
  ASSERT_EQ(::mkfifo(files.path("pipe").c_str(), 0600), 0);
  std::thread writer([&] { testing::write_file(files.path("pipe"), "a\n\nx\ny\n"); });
  const Table table = read_table({files.path("pipe")});
  writer.join();
  EXPECT_EQ(files.without_folder(table.location(1, "a")), "pipe:4:1 (a)");
}

TEST(Table, NamesTheNearestColumn) {
  const TableFiles files;
  const Table table = files.read("t.csv", "director,cast\n1,2\n");
  const std::vector<std::string> names{"cast", "directer"};
  EXPECT_EQ(files.without_folder(error_of([&] { check_columns(table, names); })),
            "t.csv: expected a column called 'directer', received a table without it (did you mean "
            "\"director\"?)");
  EXPECT_EQ(files.without_folder(error_of([&] { table.column("x"); })),
            "t.csv: expected a column called 'x', received a table without it (there are "
            "\"director\", \"cast\")");
  EXPECT_FALSE(table.find("x").has_value());
}

TEST(Table, SelectsColumns) {
  const TableFiles files;
  const Table table = files.read("t.csv", "a,b,c\n1,2,3\n", {.columns = {"c", "a"}});
  EXPECT_EQ(table.names(), (Texts{"c", "a"}));
  EXPECT_EQ(files.without_folder(table.location(0, "c")), "t.csv:2:3 (c)");
  const Texts twice{"a", "a"};
  EXPECT_EQ(error_of([&] { table.select_columns(twice); }),
            "[Table] expected each column once, received 'a' twice");
}

TEST(Table, ColumnsHaveTheSameRowsAndDifferentNames) {
  TextColumn one("a");
  one.append("x");
  EXPECT_EQ(error_of([&] {
              Table({one, TextColumn("b")});
            }),
            "[Table] expected 1 rows in column 'b', received 0");
  EXPECT_EQ(error_of([&] {
              Table({one, one});
            }),
            "[Table] expected column names that differ, received 'a' twice");
}

}  // namespace
}  // namespace feat2vec::tables
