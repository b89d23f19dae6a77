#pragma once

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
    std::call_once(once_, [&] { value_ = std::make_unique<const T>(make()); });
    return *value_;
  }

 private:
  mutable std::once_flag once_;
  mutable std::unique_ptr<const T> value_;
};

}  // namespace feat2vec::samplers
