#include "feat2vec/tables/columnar.h"

#include <gtest/gtest.h>

#include <cmath>

#include "feat2vec/tables/render.h"
#include "tests/support/errors.h"
#include "tests/tables/table_files.h"

namespace feat2vec::tables {
namespace {

using namespace feat2vec::testing;
using Texts = std::vector<std::string>;

std::shared_ptr<arrow::Array> doubles(const std::vector<std::optional<double>>& values) {
  return array_of(arrow::DoubleBuilder(), values);
}

NamedArrays typed_columns() {
  arrow::StringDictionaryBuilder dictionary;
  EXPECT_TRUE(dictionary.Append("red").ok() && dictionary.AppendNull().ok() &&
              dictionary.Append("red").ok());
  return {{"text", strings({"x", std::nullopt, ""})},
          {"int", array_of(arrow::Int64Builder(),
                           std::vector<std::optional<std::int64_t>>{1994, std::nullopt, -7})},
          {"real", doubles({4.0, 0.1, std::nan("")})},
          {"bool", array_of(arrow::BooleanBuilder(),
                            std::vector<std::optional<bool>>{true, false, std::nullopt})},
          {"date", array_of(arrow::Date32Builder(),
                            std::vector<std::optional<std::int32_t>>{0, 7312, std::nullopt})},
          {"colour", dictionary.Finish().ValueOrDie()},
          {"list", string_lists({{{"p", "", "q"}}, std::nullopt, std::vector<std::string>{}})}};
}

void expect_typed_texts(const Table& table) {
  EXPECT_EQ(texts(table.column("text")), (Texts{"x", "", ""}));
  EXPECT_EQ(texts(table.column("int")), (Texts{"1994", "", "-7"}));
  EXPECT_EQ(texts(table.column("real")), (Texts{"4.0", "0.1", ""}));
  EXPECT_EQ(texts(table.column("bool")), (Texts{"true", "false", ""}));
  EXPECT_EQ(texts(table.column("date")), (Texts{"1970-01-01", "1990-01-08", ""}));
  EXPECT_EQ(texts(table.column("colour")), (Texts{"red", "", "red"}));
  EXPECT_EQ(texts(table.column("list")), (Texts{"{p,q}", "{}", "{}"}));
}

TEST(Columnar, TypedCellsBecomeTexts) {
  const TableFiles files;
  write_parquet(files.path("t.parquet"), typed_columns());
  expect_typed_texts(read_table({files.path("t.parquet")}));
  write_arrow(files.path("t.arrow"), typed_columns(), false);
  expect_typed_texts(read_table({files.path("t.arrow")}));
  write_arrow(files.path("t.stream"), typed_columns(), true);
  expect_typed_texts(read_table({files.path("t.stream")}));
  const std::string compressed_arrow = compressed(read_file(files.path("t.arrow")));
  expect_typed_texts(files.read("t.arrow.gz", compressed_arrow));
}

TEST(Columnar, ManyBatchesWhateverTheThreads) {
  const TableFiles files;
  std::vector<std::optional<std::string>> cells;
  std::vector<std::optional<std::vector<std::string>>> lists;
  for (int row = 0; row < 150'000; ++row) {
    cells.push_back(row % 7 == 0 ? std::nullopt : std::optional("v" + std::to_string(row % 999)));
    lists.emplace_back(std::in_place, static_cast<std::size_t>(row % 3), "m");
  }
  const NamedArrays columns{{"a", strings(cells)}, {"b", string_lists(lists)}};
  write_parquet(files.path("t.parquet"), columns);
  write_arrow(files.path("t.arrow"), columns, false);
  write_arrow(files.path("t.stream"), columns, true);
  files.write("t.gz", compressed(read_file(files.path("t.parquet"))));
  for (const char* name : {"t.parquet", "t.arrow", "t.stream", "t.gz"}) {
    for (const int threads : {1, 3}) {
      const Table table = read_table({files.path(name)}, {.threads = threads});
      ASSERT_EQ(table.rows(), std::ssize(cells));
      for (std::int64_t row = 0; row < table.rows(); ++row) {
        const auto i = static_cast<std::size_t>(row);
        ASSERT_EQ(table.column("a").text(row), cells[i].value_or("")) << name << row;
        ASSERT_EQ(table.column("b").first_member(row + 1) - table.column("b").first_member(row),
                  std::ssize(*lists[i]));
      }
    }
  }
}

TEST(Columnar, ContentDecidesBeforeTheName) {
  const TableFiles files;
  write_parquet(files.path("t.csv"), typed_columns());
  expect_typed_texts(read_table({files.path("t.csv")}));
}

TEST(Columnar, RealsAreShortestAndRoundTrip) {
  EXPECT_EQ(render_real(0.0), "0.0");
  EXPECT_EQ(render_real(-2.0), "-2.0");
  EXPECT_EQ(render_real(1.0 / 3), "0.3333333333333333");
  EXPECT_EQ(render_real(1e15), "1000000000000000.0");
  EXPECT_EQ(render_real(1e16), "1e+16");
  EXPECT_EQ(render_real(1.5e-5), "1.5e-05");
  EXPECT_EQ(render_real(0.1F), "0.1");
}

TEST(Columnar, Errors) {
  const TableFiles files;
  const auto error = [&](const std::string& name) {
    return files.without_folder(error_of([&] { read_table({files.path(name)}); }));
  };
  write_parquet(files.path("t.parquet"), typed_columns());
  const std::string whole = read_file(files.path("t.parquet"));
  for (const std::size_t size : {std::size_t{4}, whole.size() / 2, whole.size() - 1}) {
    files.write("cut.parquet", whole.substr(0, size));
    EXPECT_TRUE(error("cut.parquet").starts_with("cut.parquet: expected a whole Parquet file"));
  }
  write_arrow(files.path("t.arrow"), typed_columns(), false);
  files.write("cut.arrow", read_file(files.path("t.arrow")).substr(0, 200));
  EXPECT_TRUE(error("cut.arrow").starts_with("cut.arrow: expected whole Arrow data"));
  files.write("text.parquet", "a,b\n1,2\n");
  EXPECT_EQ(error("text.parquet"), "text.parquet: expected a Parquet file, received other content");
  write_parquet(files.path("bytes.parquet"),
                {{"a", array_of(arrow::BinaryBuilder(),
                                std::vector<std::optional<std::string>>{"x", "\xff"})}});
  EXPECT_EQ(error("bytes.parquet"),
            "bytes.parquet:row 2 (a): expected UTF-8 text without NUL bytes, received '\\xff'");
  const Table kept = read_table({files.path("bytes.parquet")}, {.skip_bad_rows = true});
  EXPECT_EQ(texts(kept.column("a")), Texts{"x"});
  EXPECT_EQ(kept.bad_rows().count, 1);
  const auto nested =
      arrow::StructArray::Make({strings({"x"})}, std::vector<std::string>{"f"}).ValueOrDie();
  write_parquet(files.path("nested.parquet"), {{"s", nested}});
  EXPECT_TRUE(error("nested.parquet").starts_with("nested.parquet (s): expected texts, numbers"));
  write_parquet(files.path("none.parquet"), {{"a", strings({})}});
  EXPECT_EQ(error("none.parquet"), "none.parquet: expected rows, received none");
  write_parquet(files.path("twice.parquet"), {{"a", strings({"x"})}, {"a", strings({"y"})}});
  EXPECT_EQ(error("twice.parquet"),
            "twice.parquet: expected column names that differ, received 'a' twice");
  write_arrow(files.path("name.arrow"), {{"caf\xe9", strings({"x"})}}, false);
  EXPECT_EQ(error("name.arrow"),
            "name.arrow: expected column names in UTF-8 without NUL bytes, received 'caf\\xe9'");
}

TEST(Columnar, DamagedFilesNeverCrash) {
  const TableFiles files;
  for (const std::string name : {"t.parquet", "t.arrow"}) {
    if (name == "t.parquet") {
      write_parquet(files.path(name), typed_columns());
    } else {
      write_arrow(files.path(name), typed_columns(), false);
    }
    const std::string whole = read_file(files.path(name));
    int refused = 0;
    for (std::size_t i = 4; i < whole.size(); i += 7) {
      std::string damaged = whole;
      damaged[i] = static_cast<char>(~damaged[i]);
      try {
        files.read("damaged", damaged);
      } catch (const Error&) {
        ++refused;
      }
    }
    EXPECT_GT(refused, 0) << name;
  }
}

}  // namespace
}  // namespace feat2vec::tables
