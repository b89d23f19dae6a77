#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

namespace feat2vec::trainers::kernels {

/// Plain values written one after the other, in memory that is used again. A vector of which every write
/// is inlined, and that leaves values which it makes room for as they are.
template <class T>
class Tape {
 public:
  void clear() { size_ = 0; }

  [[gnu::always_inline]] void push_back(T value) { *extend(1) = value; }

  /// Room for `count` more values, which are not set.
  [[gnu::always_inline]] T* extend(std::size_t count) {
    if (count > capacity_ - size_) grow(count);
    T* room = data_.get() + size_;
    size_ += count;
    return room;
  }

  std::size_t size() const { return size_; }
  T* data() { return data_.get(); }
  const T* data() const { return data_.get(); }
  T& operator[](std::int64_t i) { return data_[static_cast<std::size_t>(i)]; }
  const T& operator[](std::int64_t i) const { return data_[static_cast<std::size_t>(i)]; }
  T& back() { return data_[size_ - 1]; }
  const T& back() const { return data_[size_ - 1]; }

 private:
  [[gnu::noinline]] void grow(std::size_t count) {
    constexpr std::size_t kLeast = 1024;
    const std::size_t capacity = std::max({2 * capacity_, size_ + count, kLeast});
    auto data = std::make_unique_for_overwrite<T[]>(capacity);
    std::copy_n(data_.get(), size_, data.get());
    data_ = std::move(data);
    capacity_ = capacity;
  }

  std::unique_ptr<T[]> data_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace feat2vec::trainers::kernels
