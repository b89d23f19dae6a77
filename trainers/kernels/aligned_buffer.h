#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>

#include "trainers/kernels/views.h"

namespace feat2vec::trainers::kernels {

/// Memory for numbers, aligned to a line and zero at first, that grows and never shrinks.
template <class T>
class AlignedBuffer {
 public:
  AlignedBuffer() = default;
  explicit AlignedBuffer(std::int64_t size) { reserve(size); }

  /// Makes room for `size` numbers; what was in the buffer is lost when it has to grow.
  T* reserve(std::int64_t size) {
    if (size <= size_) return data_.get();
    const std::size_t lines =
        (static_cast<std::size_t>(size) * sizeof(T) + kLineBytes - 1) / kLineBytes;
    size_ = 0;
    data_.reset(static_cast<T*>(std::aligned_alloc(kLineBytes, lines * kLineBytes)));
    if (!data_) throw std::bad_alloc();
    std::memset(static_cast<void*>(data_.get()), 0, lines * kLineBytes);
    size_ = size;
    return data_.get();
  }

  T* data() { return data_.get(); }
  const T* data() const { return data_.get(); }
  std::int64_t size() const { return size_; }

 private:
  struct Free {
    void operator()(T* memory) const { std::free(memory); }
  };
  std::unique_ptr<T, Free> data_;
  std::int64_t size_ = 0;
};

}  // namespace feat2vec::trainers::kernels
