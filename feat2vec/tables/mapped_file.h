#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace feat2vec::tables {

/// A file as memory, read from the disk where it is looked at. Pages may leave memory again at any time,
/// so it may be larger than that.
class MappedFile {
 public:
  /// Throws Error for what is not a readable file.
  explicit MappedFile(const std::string& path);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  std::string_view bytes() const { return {static_cast<const char*>(memory_), size_}; }

 private:
  void* memory_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace feat2vec::tables
