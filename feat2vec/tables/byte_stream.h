#pragma once

#include <arrow/io/interfaces.h>

#include <cstddef>
#include <memory>
#include <string>

namespace feat2vec::tables {

/// The bytes of a file, or of standard input for `-`, decompressed, from the first to the last; gzip
/// and zstd are told by content.
class ByteStream {
 public:
  /// Throws Error for what is not a readable file.
  explicit ByteStream(const std::string& path);

  /// Appends up to `size` bytes; returns how many, 0 at the end. Throws Error for what cannot be read
  /// and for damaged compression.
  std::size_t append(std::string& bytes, std::size_t size);

  bool is_compressed() const { return is_compressed_; }

 private:
  std::string name_;
  std::shared_ptr<arrow::io::InputStream> stream_;
  std::shared_ptr<void> codec_;  ///< that the stream needs
  bool is_compressed_ = false;
};

}  // namespace feat2vec::tables
