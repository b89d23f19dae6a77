#pragma once

// Philox-4x32-10 (Salmon et al., SC 2011) for eight counters at once. Included by target.cpp alone.

#include <cstdint>

#if defined(__SSE2__)
#include <immintrin.h>
#endif

#include "trainers/kernels/lanes.h"

namespace feat2vec::trainers::kernels::FEAT2VEC_TARGET {

/// One word of eight counters, in the lower halves of lanes of 64 bits: what is above it is of no account.
struct EightWords {
  static constexpr int kLanes = kVectorBytes / 8;
  static constexpr int kParts = 8 / kLanes;
  // NOLINTNEXTLINE(modernize-use-using): as in lanes.h
  typedef std::uint64_t Vector __attribute__((vector_size(kVectorBytes)));

  Vector part[kParts];

  static EightWords all(std::uint32_t word) {
    EightWords words;
    for (Vector& part : words.part) part = Vector{} + word;
    return words;
  }
  std::uint64_t& lane(int i) { return reinterpret_cast<std::uint64_t*>(part)[i]; }

  /// The lower words times a number, all 64 bits.
  static Vector product(const Vector& words, std::uint32_t factor) {
    const Vector factors = Vector{} + factor;
#if FEAT2VEC_VECTOR_BYTES == 64 && defined(__AVX512F__)
    return reinterpret_cast<Vector>(_mm512_maskz_mul_epu32(0xFF, reinterpret_cast<__m512i>(words),
                                                           reinterpret_cast<__m512i>(factors)));
#elif FEAT2VEC_VECTOR_BYTES == 32 && defined(__AVX2__)
    return reinterpret_cast<Vector>(
        _mm256_mul_epu32(reinterpret_cast<__m256i>(words), reinterpret_cast<__m256i>(factors)));
#elif FEAT2VEC_VECTOR_BYTES == 16 && defined(__SSE2__)
    return reinterpret_cast<Vector>(
        _mm_mul_epu32(reinterpret_cast<__m128i>(words), reinterpret_cast<__m128i>(factors)));
#else
    return (words & 0xFFFFFFFFU) * factors;
#endif
  }
};

/// The ten rounds: counters become blocks of four words.
inline void philox_rounds(std::uint64_t seed, EightWords& c0, EightWords& c1, EightWords& c2,
                          EightWords& c3) {
  auto key0 = static_cast<std::uint32_t>(seed);
  auto key1 = static_cast<std::uint32_t>(seed >> 32U);
  for (int round = 0; round < 10; ++round) {
    for (int i = 0; i < EightWords::kParts; ++i) {
      const EightWords::Vector p0 = EightWords::product(c0.part[i], 0xD2511F53U);
      const EightWords::Vector p1 = EightWords::product(c2.part[i], 0xCD9E8D57U);
      c0.part[i] = (p1 >> 32U) ^ c1.part[i] ^ key0;
      c1.part[i] = p1;
      c2.part[i] = (p0 >> 32U) ^ c3.part[i] ^ key1;
      c3.part[i] = p0;
    }
    key0 += 0x9E3779B9U;
    key1 += 0xBB67AE85U;
  }
}

/// Words of the streams (seed, epoch, rows[0 … 7]), the same as samplers::Philox gives: `blocks` times
/// four, word w of stream i at words[8·w + i].
inline void philox_eight(std::uint64_t seed, std::uint32_t epoch, const std::int64_t* rows,
                         std::int32_t blocks, std::uint32_t* words) {
  EightWords low;
  EightWords high;
  for (int i = 0; i < 8; ++i) {
    low.lane(i) = static_cast<std::uint64_t>(rows[i]);
    high.lane(i) = static_cast<std::uint64_t>(rows[i]) >> 32U;
  }
  for (std::int32_t block = 0; block < blocks; ++block) {
    EightWords c[4] = {EightWords::all(static_cast<std::uint32_t>(block)), EightWords::all(epoch),
                       low, high};
    philox_rounds(seed, c[0], c[1], c[2], c[3]);
    for (EightWords& word : c)
      for (int i = 0; i < 8; ++i) *words++ = static_cast<std::uint32_t>(word.lane(i));
  }
}

/// The 32 words of eight blocks of one stream, from `first_block` on, in their order.
inline void philox_ahead(std::uint64_t seed, std::uint32_t epoch, std::uint64_t row,
                         std::uint32_t first_block, std::uint32_t* words) {
  EightWords c0 = EightWords::all(first_block);
  for (int i = 0; i < 8; ++i) c0.lane(i) += static_cast<std::uint64_t>(i);
  EightWords c1 = EightWords::all(epoch);
  EightWords c2 = EightWords::all(static_cast<std::uint32_t>(row));
  EightWords c3 = EightWords::all(static_cast<std::uint32_t>(row >> 32U));
  philox_rounds(seed, c0, c1, c2, c3);
  for (int i = 0; i < EightWords::kParts; ++i) {
    // Two words are one lane, and a block two lanes.
    const EightWords::Vector first = (c0.part[i] & 0xFFFFFFFFU) | (c1.part[i] << 32U);
    const EightWords::Vector second = (c2.part[i] & 0xFFFFFFFFU) | (c3.part[i] << 32U);
    for (int lane = 0; lane < EightWords::kLanes; ++lane) {
      const std::uint64_t block[2] = {first[lane], second[lane]};
      __builtin_memcpy(words, block, sizeof(block));
      words += 4;
    }
  }
}

}  // namespace feat2vec::trainers::kernels::FEAT2VEC_TARGET
