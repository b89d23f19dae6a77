#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace feat2vec::storage {

/// A file that appears whole or not at all. What is written goes to `.NAME.tmp-PID` beside the
/// target; `commit` makes it the target. Without `commit` the target stays as it was and nothing is
/// left behind. The target of a symbolic link is the file that it leads to; the link stays. Not
/// thread-safe; one writer a target at a time in a process.
class AtomicFile {
 public:
  /// Opens the temporary file, after removing those that dead processes left for this target.
  /// Throws Error with the system's reason.
  explicit AtomicFile(std::string path);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  /// Appends `size` bytes. Throws Error with the system's reason (disk full, …).
  void write(const void* data, std::size_t size);
  void write(std::string_view text) { write(text.data(), text.size()); }

  /// Flushes to the disk and renames to the target; nothing may be written after it. Throws Error,
  /// and the target is then as it was. Once renamed it is done: the folder is flushed too, but where
  /// that fails the new file is there all the same, and only a crash of the system could undo it.
  void commit();

  const std::string& path() const { return path_; }

 private:
  void flush();
  void write_through(const char* data, std::size_t size);

  std::string path_;
  std::string target_;  ///< `path_`, links followed
  std::string temporary_;
  std::string buffer_;
  int descriptor_ = -1;
};

/// Throws Error unless a file can be written at `path`: its folder exists and is writable, `path`
/// itself is a regular file or nothing yet, and its name leaves room for the temporary one. For checks
/// before hours of training.
void check_writable(const std::string& path);

/// Removes the temporary files that dead processes left for the target `path`.
void remove_leftovers(const std::string& path);

}  // namespace feat2vec::storage
