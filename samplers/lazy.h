#pragma once

#include <atomic>
#include <memory>
#include <mutex>

namespace feat2vec::samplers {

/// A value made when first asked for, by any thread: who never asks does not hold it.
template <class T>
class Lazy {
 public:
  /// The value; `make()` returns it, and may throw: then the next who asks makes it. All who ask make
  /// the same.
  template <class Make>
  const T& get(const Make& make) const {
    if (const T* made = made_.load(std::memory_order_acquire)) return *made;
    const std::lock_guard lock(making_);
    if (!value_) {
      value_ = std::make_unique<const T>(make());
      made_.store(value_.get(), std::memory_order_release);
    }
    return *value_;
  }

 private:
  mutable std::mutex making_;
  mutable std::unique_ptr<const T> value_;
  mutable std::atomic<const T*> made_ = nullptr;  ///< `value_`, for those who come later
};

}  // namespace feat2vec::samplers
