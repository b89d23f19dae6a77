#include "feat2vec/tables/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "feat2vec/error.h"
#include "feat2vec/printable.h"

namespace feat2vec::tables {

MappedFile::MappedFile(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  struct stat status {};
  bool done = descriptor >= 0 && ::fstat(descriptor, &status) == 0;
  if (done && !S_ISREG(status.st_mode)) {
    done = false;
    errno = EINVAL;
  }
  size_ = done ? static_cast<std::size_t>(status.st_size) : 0;
  if (done && size_ > 0) {
    memory_ = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, descriptor, 0);
    done = memory_ != MAP_FAILED;
  }
  const int reason = errno;
  if (descriptor >= 0) ::close(descriptor);
  if (done) return;
  throw Error(shown_path(path) + ": expected a file that can be read, received \"" +
              std::strerror(reason) + "\"");
}

MappedFile::~MappedFile() {
  if (size_ > 0) ::munmap(memory_, size_);
}

}  // namespace feat2vec::tables
