#pragma once

#include <cstdint>

#include "samplers/philox.h"
#include "samplers/random_words.h"

namespace feat2vec::samplers {

/// The random words of one target after the other: the streams of `Philox`, with targets for rows.
class TargetWords : public RandomWords<TargetWords> {
 public:
  TargetWords(std::uint64_t seed, std::uint32_t epoch)
      : seed_(seed), epoch_(epoch), words_(seed, epoch, 0) {}

  void begin(std::int64_t target) {
    words_ = Philox(seed_, epoch_, static_cast<std::uint64_t>(target));
  }
  std::uint32_t next() { return words_.next(); }

 private:
  std::uint64_t seed_;
  std::uint32_t epoch_;
  Philox words_;
};

}  // namespace feat2vec::samplers
