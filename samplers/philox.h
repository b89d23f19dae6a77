#pragma once

#include <Random123/philox.h>

#include <cstdint>

#include "samplers/random_words.h"

namespace feat2vec::samplers {

/// A stream of random words that is a pure function of (seed, epoch, row): Philox-4x32-10 (Salmon et
/// al., SC 2011) with the seed as key and (word block, epoch, row) as counter. Streams of different
/// rows or epochs are independent, so draws do not depend on threads, batches or order.
class Philox : public RandomWords<Philox> {
 public:
  Philox(std::uint64_t seed, std::uint32_t epoch, std::uint64_t row)
      : key_{{low(seed), high(seed)}}, counter_{{0, epoch, low(row), high(row)}} {}

  /// The same stream without its first 4·`blocks` words.
  Philox(std::uint64_t seed, std::uint32_t epoch, std::uint64_t row, std::uint32_t blocks)
      : key_{{low(seed), high(seed)}}, counter_{{blocks, epoch, low(row), high(row)}} {}

  /// The next 32 random bits.
  std::uint32_t next() {
    if (used_ == 4) {
      block_ = r123::Philox4x32()(counter_, key_);
      ++counter_[0];
      used_ = 0;
    }
    return block_[used_++];
  }

 private:
  static std::uint32_t low(std::uint64_t x) { return static_cast<std::uint32_t>(x); }
  static std::uint32_t high(std::uint64_t x) { return static_cast<std::uint32_t>(x >> 32); }

  r123::Philox4x32::key_type key_;
  r123::Philox4x32::ctr_type counter_;
  r123::Philox4x32::ctr_type block_{};
  unsigned used_ = 4;
};

}  // namespace feat2vec::samplers
