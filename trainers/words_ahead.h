#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "samplers/random_words.h"
#include "trainers/kernels/kernels.h"

namespace feat2vec::trainers {

/// The words of samplers::TargetWords, made by the kernels for eight blocks of a stream at once.
class WordsAhead : public samplers::RandomWords<WordsAhead> {
 public:
  WordsAhead(std::uint64_t seed, std::uint32_t epoch, kernels::Target target)
      : seed_(seed), epoch_(epoch), fill_(kernels::kernels_for<float>(target).philox_ahead) {}

  void begin(std::int64_t target) {
    target_ = static_cast<std::uint64_t>(target);
    block_ = 0;
    used_ = words_.size();
  }

  std::uint32_t next() {
    if (used_ == words_.size()) refill();
    return words_[used_++];
  }

 private:
  static constexpr std::uint32_t kBlocks = 8;

  [[gnu::noinline]] void refill() {
    fill_(seed_, epoch_, target_, block_, words_.data());
    block_ += kBlocks;
    used_ = 0;
  }

  std::uint64_t seed_;
  std::uint32_t epoch_;
  std::uint32_t block_ = 0;
  std::uint64_t target_ = 0;
  std::array<std::uint32_t, std::size_t{4} * kBlocks> words_{};
  std::size_t used_ = words_.size();
  decltype(kernels::Kernels<float>::philox_ahead) fill_;
};

}  // namespace feat2vec::trainers
