#pragma once

#include <cstdint>

namespace feat2vec::samplers {

/// Numbers made of the random words that `Derived::next()` gives, one after the other.
template <class Derived>
class RandomWords {
 public:
  /// Uniform in [0, 1), 53 bits; takes two words.
  double uniform() {
    const std::uint64_t upper = next();
    const std::uint64_t bits = (upper << 32U) | next();
    return static_cast<double>(bits >> 11U) * 0x1.0p-53;
  }

  /// Uniform in [0, bound), without bias (Lemire's method); takes a word, seldom more.
  /// REQUIRES: bound > 0.
  std::uint32_t below(std::uint32_t bound) {
    std::uint64_t product = std::uint64_t{next()} * bound;
    if (static_cast<std::uint32_t>(product) < bound) {
      const std::uint32_t threshold = (0U - bound) % bound;
      while (static_cast<std::uint32_t>(product) < threshold)
        product = std::uint64_t{next()} * bound;
    }
    return static_cast<std::uint32_t>(product >> 32U);
  }

 private:
  std::uint32_t next() { return static_cast<Derived*>(this)->next(); }
};

}  // namespace feat2vec::samplers
