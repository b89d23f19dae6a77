#pragma once

#include <cstddef>
#include <string>

namespace feat2vec::storage {

/// A file without a name, gone with its object, or with the process, however that ends: room for what is
/// too large to stay in memory and seldom wanted back.
class ScratchFile {
 public:
  /// In `folder`. Throws Error with the system's reason.
  explicit ScratchFile(const std::string& folder);
  ~ScratchFile();
  ScratchFile(const ScratchFile&) = delete;
  ScratchFile& operator=(const ScratchFile&) = delete;
  ScratchFile(ScratchFile&& other) noexcept;
  ScratchFile& operator=(ScratchFile&&) = delete;

  /// Writes `size` bytes at `offset`. Throws Error with the system's reason (disk full, …).
  void write(const void* data, std::size_t size, std::size_t offset);

  /// Reads `size` bytes, written before, at `offset`. Throws Error with the system's reason.
  void read(void* data, std::size_t size, std::size_t offset) const;

 private:
  std::string folder_;
  int descriptor_ = -1;
};

}  // namespace feat2vec::storage
