#pragma once

#include <arrow/array.h>
#include <arrow/buffer.h>
#include <arrow/builder.h>
#include <arrow/io/file.h>
#include <arrow/io/memory.h>
#include <arrow/ipc/writer.h>
#include <arrow/table.h>
#include <arrow/type.h>
#include <arrow/util/compression.h>
#include <gtest/gtest.h>
#include <parquet/arrow/writer.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "feat2vec/tables/read.h"
#include "tests/support/temporary_folder.h"

namespace feat2vec::testing {

/// A folder of files for one test, written and read by their names.
class TableFiles {
 public:
  std::string path(const std::string& name) const { return folder_.file(name); }

  std::string write(const std::string& name, const std::string& bytes) const {
    write_file(path(name), bytes);
    return path(name);
  }

  tables::Table read(const std::string& name, const std::string& bytes,
                     const tables::ReadOptions& options = {}) const {
    return tables::read_table({write(name, bytes)}, options);
  }

  /// A message with the folder cut out of it.
  std::string without_folder(std::string message) const {
    const std::string prefix = path("");
    for (std::size_t at = message.find(prefix); at != std::string::npos;
         at = message.find(prefix)) {
      message.erase(at, prefix.size());
    }
    return message;
  }

 private:
  TemporaryFolder folder_;
};

inline std::string compressed(const std::string& bytes,
                              arrow::Compression::type type = arrow::Compression::GZIP) {
  const auto codec = arrow::util::Codec::Create(type).ValueOrDie();
  const auto size = static_cast<std::int64_t>(bytes.size());
  const auto* input = reinterpret_cast<const std::uint8_t*>(bytes.data());
  std::string out(static_cast<std::size_t>(codec->MaxCompressedLen(size, input)), '\0');
  const auto written = codec->Compress(size, input, static_cast<std::int64_t>(out.size()),
                                       reinterpret_cast<std::uint8_t*>(out.data()));
  out.resize(static_cast<std::size_t>(written.ValueOrDie()));
  return out;
}

using NamedArrays = std::vector<std::pair<std::string, std::shared_ptr<arrow::Array>>>;

inline std::shared_ptr<arrow::Table> arrow_table(const NamedArrays& columns) {
  arrow::FieldVector fields;
  arrow::ArrayVector arrays;
  for (const auto& [name, array] : columns) {
    fields.push_back(arrow::field(name, array->type()));
    arrays.push_back(array);
  }
  return arrow::Table::Make(arrow::schema(fields), arrays);
}

inline void write_parquet(const std::string& path, const NamedArrays& columns) {
  const auto file = arrow::io::FileOutputStream::Open(path).ValueOrDie();
  ASSERT_TRUE(
      parquet::arrow::WriteTable(*arrow_table(columns), arrow::default_memory_pool(), file).ok());
  ASSERT_TRUE(file->Close().ok());
}

/// An Arrow file, or an Arrow stream.
inline void write_arrow(const std::string& path, const NamedArrays& columns, bool as_stream) {
  const auto file = arrow::io::FileOutputStream::Open(path).ValueOrDie();
  const auto table = arrow_table(columns);
  const auto writer = (as_stream ? arrow::ipc::MakeStreamWriter(file, table->schema())
                                 : arrow::ipc::MakeFileWriter(file, table->schema()))
                          .ValueOrDie();
  ASSERT_TRUE(writer->WriteTable(*table).ok());
  ASSERT_TRUE(writer->Close().ok());
  ASSERT_TRUE(file->Close().ok());
}

template <typename Builder, typename Value>
std::shared_ptr<arrow::Array> array_of(Builder&& builder,
                                       const std::vector<std::optional<Value>>& values) {
  for (const auto& value : values) {
    const arrow::Status status = value ? builder.Append(*value) : builder.AppendNull();
    EXPECT_TRUE(status.ok());
  }
  return builder.Finish().ValueOrDie();
}

inline std::shared_ptr<arrow::Array> strings(
    const std::vector<std::optional<std::string>>& values) {
  return array_of(arrow::StringBuilder(), values);
}

inline std::shared_ptr<arrow::Array> string_lists(
    const std::vector<std::optional<std::vector<std::string>>>& rows) {
  auto members = std::make_shared<arrow::StringBuilder>();
  arrow::ListBuilder lists(arrow::default_memory_pool(), members);
  for (const auto& row : rows) {
    EXPECT_TRUE((row ? lists.Append() : lists.AppendNull()).ok());
    if (row) {
      EXPECT_TRUE(members->AppendValues(*row).ok());
    }
  }
  return lists.Finish().ValueOrDie();
}

/// The texts of a column; the members of a list in braces.
inline std::vector<std::string> texts(const tables::TextColumn& column) {
  std::vector<std::string> cells;
  for (std::int64_t row = 0; row < column.rows(); ++row) {
    if (!column.is_list()) {
      cells.emplace_back(column.text(row));
      continue;
    }
    std::string cell = "{";
    for (std::int64_t i = column.first_member(row); i < column.first_member(row + 1); ++i) {
      cell += (cell.size() > 1 ? "," : "") + std::string(column.member(i));
    }
    cells.push_back(cell + "}");
  }
  return cells;
}

}  // namespace feat2vec::testing
