#include "feat2vec/tables/columnar.h"

#include <arrow/buffer.h>
#include <arrow/chunked_array.h>
#include <arrow/io/memory.h>
#include <arrow/ipc/reader.h>
#include <arrow/memory_pool.h>
#include <arrow/table.h>
#include <arrow/type.h>
#include <parquet/arrow/reader.h>
#include <parquet/file_reader.h>

#include <exception>
#include <memory>
#include <utility>

#include "feat2vec/error.h"
#include "feat2vec/printable.h"
#include "feat2vec/tables/render.h"

namespace feat2vec::tables {
namespace {

using ReadTable = arrow::Result<std::shared_ptr<arrow::Table>>;

ReadTable read_parquet(const std::shared_ptr<arrow::io::BufferReader>& bytes) {
  ARROW_ASSIGN_OR_RAISE(const auto reader,
                        parquet::arrow::FileReader::Make(arrow::default_memory_pool(),
                                                         parquet::ParquetFileReader::Open(bytes)));
  reader->set_use_threads(false);
  return reader->ReadTable();
}

arrow::ipc::IpcReadOptions without_threads() {
  auto options = arrow::ipc::IpcReadOptions::Defaults();
  options.use_threads = false;
  return options;
}

ReadTable read_arrow_file(const std::shared_ptr<arrow::io::BufferReader>& bytes) {
  ARROW_ASSIGN_OR_RAISE(const auto reader,
                        arrow::ipc::RecordBatchFileReader::Open(bytes, without_threads()));
  return reader->ToTable();
}

ReadTable read_arrow_stream(const std::shared_ptr<arrow::io::BufferReader>& bytes) {
  ARROW_ASSIGN_OR_RAISE(const auto reader,
                        arrow::ipc::RecordBatchStreamReader::Open(bytes, without_threads()));
  return reader->ToTable();
}

ReadTable read_by_kind(const Input& input) {
  const auto bytes = std::make_shared<arrow::io::BufferReader>(
      arrow::Buffer::Wrap(input.bytes.data(), input.bytes.size()));
  try {
    switch (input.kind) {
      case InputKind::kParquet:
        return read_parquet(bytes);
      case InputKind::kArrowFile:
        return read_arrow_file(bytes);
      default:
        return read_arrow_stream(bytes);
    }
  } catch (const std::exception& error) {  // the Parquet library throws its own
    return arrow::Status::Invalid(error.what());
  }
}

}  // namespace

ParsedFile read_columnar(const Input& input) {
  const std::string where = shown_path(input.name);
  const ReadTable result = read_by_kind(input);
  if (!result.ok()) {
    const bool is_parquet = input.kind == InputKind::kParquet;
    throw Error(where + ": expected " + (is_parquet ? "a whole Parquet file" : "whole Arrow data") +
                ", received " + in_quotes(result.status().message(), 200));
  }
  const arrow::Table& table = **result;
  if (const arrow::Status valid = table.ValidateFull(); !valid.ok()) {
    throw Error(where + ": expected sound columns, received " + in_quotes(valid.message(), 200));
  }
  ParsedFile file;
  file.source = {input.name, table.ColumnNames(), table.num_rows(), {}};
  for (int i = 0; i < table.num_columns(); ++i) {
    const arrow::ChunkedArray& cells = *table.column(i);
    TextColumn column(table.field(i)->name(), is_list_type(*cells.type()));
    for (const auto& chunk : cells.chunks()) append_cells(column, *chunk, where);
    file.columns.push_back(std::move(column));
  }
  return file;
}

}  // namespace feat2vec::tables
