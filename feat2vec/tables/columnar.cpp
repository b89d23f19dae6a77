#include "feat2vec/tables/columnar.h"

#include <arrow/buffer.h>
#include <arrow/io/memory.h>
#include <arrow/ipc/reader.h>
#include <arrow/memory_pool.h>
#include <arrow/record_batch.h>
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

using Batches = arrow::Result<std::shared_ptr<arrow::RecordBatchReader>>;

Batches parquet_batches(const std::shared_ptr<arrow::io::BufferReader>& bytes) {
  ARROW_ASSIGN_OR_RAISE(auto reader,
                        parquet::arrow::FileReader::Make(arrow::default_memory_pool(),
                                                         parquet::ParquetFileReader::Open(bytes)));
  reader->set_use_threads(false);
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::RecordBatchReader> batches,
                        reader->GetRecordBatchReader());
  return std::shared_ptr<arrow::RecordBatchReader>(  // with the reader of the file, which it needs
      batches.get(), [batches, kept = std::shared_ptr(std::move(reader))](auto*) {});
}

arrow::ipc::IpcReadOptions without_threads() {
  auto options = arrow::ipc::IpcReadOptions::Defaults();
  options.use_threads = false;
  return options;
}

/// The batches of an Arrow file, one after another.
class FileBatches : public arrow::RecordBatchReader {
 public:
  explicit FileBatches(std::shared_ptr<arrow::ipc::RecordBatchFileReader> file)
      : file_(std::move(file)) {}

  std::shared_ptr<arrow::Schema> schema() const override { return file_->schema(); }
  arrow::Status ReadNext(std::shared_ptr<arrow::RecordBatch>* batch) override {
    batch->reset();
    if (next_ == file_->num_record_batches()) return arrow::Status::OK();
    return file_->ReadRecordBatch(next_++).Value(batch);
  }

 private:
  std::shared_ptr<arrow::ipc::RecordBatchFileReader> file_;
  int next_ = 0;
};

Batches arrow_batches(const Input& input, const std::shared_ptr<arrow::io::BufferReader>& bytes) {
  if (input.kind() == InputKind::kArrowStream) {
    return arrow::ipc::RecordBatchStreamReader::Open(bytes, without_threads());
  }
  ARROW_ASSIGN_OR_RAISE(auto file,
                        arrow::ipc::RecordBatchFileReader::Open(bytes, without_threads()));
  return std::make_shared<FileBatches>(std::move(file));
}

/// Appends all cells; of a batch no more than itself is in memory beside them.
arrow::Status read_batches(const Input& input, const std::string& bytes, ParsedFile& file) {
  const std::string where = shown_path(input.name());
  const auto buffer =
      std::make_shared<arrow::io::BufferReader>(arrow::Buffer::Wrap(bytes.data(), bytes.size()));
  ARROW_ASSIGN_OR_RAISE(const auto batches, input.kind() == InputKind::kParquet
                                                ? parquet_batches(buffer)
                                                : arrow_batches(input, buffer));
  file.source = {input.name(), batches->schema()->field_names(), 0, {}};
  for (const auto& field : batches->schema()->fields()) {
    file.columns.emplace_back(field->name(), is_list_type(*field->type()));
  }
  while (true) {
    ARROW_ASSIGN_OR_RAISE(const auto batch, batches->Next());
    if (!batch) return arrow::Status::OK();
    if (const arrow::Status valid = batch->ValidateFull(); !valid.ok()) {
      throw Error(where + ": expected sound columns, received " + in_quotes(valid.message(), 200));
    }
    file.source.rows += batch->num_rows();
    for (int i = 0; i < batch->num_columns(); ++i) {
      append_cells(file.columns[static_cast<std::size_t>(i)], *batch->column(i), where);
    }
  }
}

}  // namespace

ParsedFile read_columnar(Input& input) {
  const std::string bytes = input.rest();
  ParsedFile file;
  arrow::Status status;
  try {
    status = read_batches(input, bytes, file);
  } catch (const Error&) {
    throw;
  } catch (const std::exception& error) {  // the Parquet library throws its own
    status = arrow::Status::Invalid(error.what());
  }
  if (!status.ok()) {
    const bool is_parquet = input.kind() == InputKind::kParquet;
    throw Error(shown_path(input.name()) + ": expected " +
                (is_parquet ? "a whole Parquet file" : "whole Arrow data") + ", received " +
                in_quotes(status.message(), 200));
  }
  return file;
}

}  // namespace feat2vec::tables
