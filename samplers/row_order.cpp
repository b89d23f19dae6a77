#include "samplers/row_order.h"

#include <fmt/format.h>

#include "feat2vec/error.h"
#include "samplers/philox.h"

namespace feat2vec::samplers {

namespace {

/// Of the keys; no row has this number, so its noise is drawn from other words.
constexpr std::uint64_t kStream = ~std::uint64_t{0};

/// MurmurHash3's 32-bit finaliser (Appleby): every bit of x changes half of the result.
std::uint32_t mix(std::uint32_t x) {
  x ^= x >> 16U;
  x *= 0x85EBCA6BU;
  x ^= x >> 13U;
  x *= 0xC2B2AE35U;
  return x ^ (x >> 16U);
}

}  // namespace

RowOrder::RowOrder(std::int64_t rows, std::uint64_t seed, std::uint32_t epoch) : rows_(rows) {
  if (rows < 0) throw Error("RowOrder", "0 rows or more", fmt::format("{}", rows));
  while (half_bits_ < 31 &&
         (std::uint64_t{1} << (2 * half_bits_)) < static_cast<std::uint64_t>(rows))
    ++half_bits_;
  // A round on few bits mixes little, so small tables take more of them.
  rounds_ = half_bits_ < 8 ? kMostRounds : 4;
  Philox random(seed, epoch, kStream);
  for (std::uint32_t& key : keys_) key = random.next();
}

std::int64_t RowOrder::operator()(std::int64_t position) const {
  auto value = static_cast<std::uint64_t>(position);
  do value = permute(value);
  while (value >= static_cast<std::uint64_t>(rows_));
  return static_cast<std::int64_t>(value);
}

std::uint64_t RowOrder::permute(std::uint64_t value) const {
  const std::uint64_t mask = (std::uint64_t{1} << half_bits_) - 1;
  std::uint64_t left = value >> half_bits_;
  std::uint64_t right = value & mask;
  for (std::size_t round = 0; round < rounds_; ++round) {
    const std::uint64_t next =
        left ^ (mix(static_cast<std::uint32_t>(right) + keys_[round]) & mask);
    left = right;
    right = next;
  }
  return (left << half_bits_) | right;
}

}  // namespace feat2vec::samplers
