#pragma once

// Philox-4x32-10 (Salmon et al., SC 2011) for eight streams at once. Included by target.cpp alone.

#include <cstdint>

namespace feat2vec::trainers::kernels::FEAT2VEC_TARGET {

/// Words of the streams (seed, epoch, rows[0 … 7]), the same as samplers::Philox gives: `blocks` times
/// four, word w of stream i at words[8·w + i].
inline void philox_eight(std::uint64_t seed, std::uint32_t epoch, const std::int64_t* rows,
                         std::int32_t blocks, std::uint32_t* words) {
  constexpr int kStreams = 8;
  constexpr int kRounds = 10;
  for (std::int32_t block = 0; block < blocks; ++block) {
    std::uint32_t c0[kStreams];
    std::uint32_t c1[kStreams];
    std::uint32_t c2[kStreams];
    std::uint32_t c3[kStreams];
    for (int i = 0; i < kStreams; ++i) {
      c0[i] = static_cast<std::uint32_t>(block);
      c1[i] = epoch;
      c2[i] = static_cast<std::uint32_t>(rows[i]);
      c3[i] = static_cast<std::uint32_t>(static_cast<std::uint64_t>(rows[i]) >> 32U);
    }
    auto key0 = static_cast<std::uint32_t>(seed);
    auto key1 = static_cast<std::uint32_t>(seed >> 32U);
    for (int round = 0; round < kRounds; ++round) {
      for (int i = 0; i < kStreams; ++i) {
        const std::uint64_t p0 = std::uint64_t{0xD2511F53U} * c0[i];
        const std::uint64_t p1 = std::uint64_t{0xCD9E8D57U} * c2[i];
        c0[i] = static_cast<std::uint32_t>(p1 >> 32U) ^ c1[i] ^ key0;
        c1[i] = static_cast<std::uint32_t>(p1);
        c2[i] = static_cast<std::uint32_t>(p0 >> 32U) ^ c3[i] ^ key1;
        c3[i] = static_cast<std::uint32_t>(p0);
      }
      key0 += 0x9E3779B9U;
      key1 += 0xBB67AE85U;
    }
    std::uint32_t* to = words + (std::int64_t{block} * 4 * kStreams);
    for (int i = 0; i < kStreams; ++i) {
      to[i] = c0[i];
      to[kStreams + i] = c1[i];
      to[(2 * kStreams) + i] = c2[i];
      to[(3 * kStreams) + i] = c3[i];
    }
  }
}

}  // namespace feat2vec::trainers::kernels::FEAT2VEC_TARGET
