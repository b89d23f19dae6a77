#include "feat2vec/tables/columnar.h"

#include <arrow/buffer.h>
#include <arrow/io/file.h>
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
#include "feat2vec/tables/parallel.h"
#include "feat2vec/tables/render.h"

namespace feat2vec::tables {
namespace {

using Batches = arrow::Result<std::shared_ptr<arrow::RecordBatchReader>>;
using File = std::shared_ptr<arrow::io::RandomAccessFile>;

/// A plain file is read where it is needed; `bytes` holds anything else.
arrow::Result<File> open_file(Input& input, std::string& bytes) {
  if (const auto path = input.plain_file()) {
    ARROW_ASSIGN_OR_RAISE(File file, arrow::io::ReadableFile::Open(*path));
    return file;
  }
  bytes = input.rest();
  return std::make_shared<arrow::io::BufferReader>(arrow::Buffer::Wrap(bytes.data(), bytes.size()));
}

/// Nothing but the pages of a batch is in memory.
Batches parquet_batches(const File& file) {
  parquet::ReaderProperties properties;
  properties.enable_buffered_stream();
  parquet::ArrowReaderProperties arrow_properties;
  arrow_properties.set_use_threads(false);
  arrow_properties.set_pre_buffer(false);
  ARROW_ASSIGN_OR_RAISE(auto reader,
                        parquet::arrow::FileReader::Make(
                            arrow::default_memory_pool(),
                            parquet::ParquetFileReader::Open(file, properties), arrow_properties));
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

Batches arrow_batches(const Input& input, const File& file) {
  if (input.kind() == InputKind::kArrowStream) {
    return arrow::ipc::RecordBatchStreamReader::Open(file, without_threads());
  }
  ARROW_ASSIGN_OR_RAISE(auto reader,
                        arrow::ipc::RecordBatchFileReader::Open(file, without_threads()));
  return std::make_shared<FileBatches>(std::move(reader));
}

/// The next batch, or null at the end. Throws Error for one that is not sound.
arrow::Result<std::shared_ptr<arrow::RecordBatch>> next_batch(arrow::RecordBatchReader& batches,
                                                              const std::string& where) {
  ARROW_ASSIGN_OR_RAISE(auto batch, batches.Next());
  if (!batch) return batch;
  if (const arrow::Status valid = batch->ValidateFull(); !valid.ok()) {
    throw Error(where + ": expected sound columns, received " + in_quotes(valid.message(), 200));
  }
  return batch;
}

/// Appends all cells. One thread reads ahead while others append a batch to the columns; no more than
/// two batches are in memory beside them.
arrow::Status read_batches(Input& input, int threads, ParsedFile& file) {
  const std::string where = shown_path(input.name());
  std::string bytes;
  ARROW_ASSIGN_OR_RAISE(const File content, open_file(input, bytes));
  ARROW_ASSIGN_OR_RAISE(const auto batches, input.kind() == InputKind::kParquet
                                                ? parquet_batches(content)
                                                : arrow_batches(input, content));
  file.source = {input.name(), batches->schema()->field_names(), 0, {}};
  for (const auto& field : batches->schema()->fields()) {
    file.columns.emplace_back(field->name(), is_list_type(*field->type()));
  }
  arrow::Result<std::shared_ptr<arrow::RecordBatch>> ahead = next_batch(*batches, where);
  while (true) {
    ARROW_ASSIGN_OR_RAISE(const auto batch, std::move(ahead));
    if (!batch) return arrow::Status::OK();
    file.source.rows += batch->num_rows();
    parallel_for(batch->num_columns() + 1, threads, [&](int task) {
      if (task == 0) {
        ahead = next_batch(*batches, where);
      } else {
        append_cells(file.columns[static_cast<std::size_t>(task) - 1], *batch->column(task - 1),
                     where);
      }
    });
  }
}

}  // namespace

ParsedFile read_columnar(Input& input, int threads) {
  ParsedFile file;
  arrow::Status status;
  try {
    status = read_batches(input, threads, file);
  } catch (const Error&) {
    throw;
  } catch (const std::exception& error) {  // the Parquet library throws its own
    status = arrow::Status::Invalid(error.what());
  }
  arrow::default_memory_pool()->ReleaseUnused();  // what batches took is there for what follows
  if (!status.ok()) {
    const bool is_parquet = input.kind() == InputKind::kParquet;
    throw Error(shown_path(input.name()) + ": expected " +
                (is_parquet ? "a whole Parquet file" : "whole Arrow data") + ", received " +
                in_quotes(status.message(), 200));
  }
  return file;
}

}  // namespace feat2vec::tables
