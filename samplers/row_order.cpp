#include "samplers/row_order.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

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

/// A number in [0, size) made of the bits of `word`.
std::uint32_t scale(std::uint32_t word, std::uint32_t size) {
  return static_cast<std::uint32_t>((std::uint64_t{word} * size) >> 32U);
}

/// (x + y) mod size of two numbers in [0, size), which is below 2^31.
std::uint32_t add(std::uint32_t x, std::uint32_t y, std::uint32_t size) {
  const std::uint32_t sum = x + y;
  return sum >= size ? sum - size : sum;
}

}  // namespace

RowOrder::RowOrder(std::int64_t rows, std::uint64_t seed, std::uint32_t epoch) : rows_(rows) {
  constexpr std::int64_t kMostRows = std::int64_t{1} << 60U;
  constexpr std::int64_t kFewRows = 16384;
  if (rows < 0 || rows > kMostRows)
    throw Error("RowOrder", "0 to 2^60 rows", fmt::format("{}", rows));
  while (std::int64_t{left_size_} * left_size_ < rows) {
    const auto root = static_cast<std::uint32_t>(std::sqrt(static_cast<double>(rows)));
    left_size_ = std::max(left_size_ + 1, root);
  }
  const std::int64_t left = left_size_;
  right_size_ = static_cast<std::uint32_t>(std::max<std::int64_t>(1, (rows + left - 1) / left));
  // A round on few bits mixes little, so small tables take more of them.
  if (rows < kFewRows) rounds_ = kMostRounds;
  Philox random(seed, epoch, kStream);
  for (std::uint32_t& key : keys_) key = random.next();
}

RowOrder::Pair RowOrder::split(std::int64_t position) const {
  return {static_cast<std::uint32_t>(position / right_size_),
          static_cast<std::uint32_t>(position % right_size_)};
}

std::int64_t RowOrder::permute(Pair pair) const {
  for (std::size_t round = 0; round < rounds_; round += 2) {
    pair.left = add(pair.left, scale(mix(pair.right + keys_[round]), left_size_), left_size_);
    pair.right =
        add(pair.right, scale(mix(pair.left + keys_[round + 1]), right_size_), right_size_);
  }
  return (std::int64_t{pair.left} * right_size_) + pair.right;
}

std::int64_t RowOrder::operator()(std::int64_t position) const {
  do position = permute(split(position));
  while (position >= rows_);
  return position;
}

void RowOrder::rows_at(std::int64_t first, std::int64_t count, std::int64_t* rows) const {
  if (count < 1) return;
  Pair pair = split(first);
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t row = permute(pair);
    rows[i] = row < rows_ ? row : (*this)(row);
    if (++pair.right < right_size_) continue;
    pair.right = 0;
    ++pair.left;
  }
}

}  // namespace feat2vec::samplers
