#include "samplers/row_order.h"

#include <Random123/philox.h>
#include <fmt/format.h>

#include "feat2vec/error.h"

namespace feat2vec::samplers {

RowOrder::RowOrder(std::int64_t rows, std::uint64_t seed, std::uint32_t epoch)
    : rows_(rows), seed_(seed), epoch_(epoch) {
  if (rows < 0) throw Error("RowOrder", "0 rows or more", fmt::format("{}", rows));
  while (half_bits_ < 31 &&
         (std::uint64_t{1} << (2 * half_bits_)) < static_cast<std::uint64_t>(rows))
    ++half_bits_;
}

std::int64_t RowOrder::operator()(std::int64_t position) const {
  auto value = static_cast<std::uint64_t>(position);
  do value = permute(value);
  while (value >= static_cast<std::uint64_t>(rows_));
  return static_cast<std::int64_t>(value);
}

std::uint64_t RowOrder::permute(std::uint64_t value) const {
  // A round on few bits mixes little, so small tables take more of them.
  const std::uint32_t rounds = half_bits_ < 8 ? 12 : 4;
  const std::uint64_t mask = (std::uint64_t{1} << half_bits_) - 1;
  std::uint64_t left = value >> half_bits_;
  std::uint64_t right = value & mask;
  const r123::Philox4x32::key_type key{
      {static_cast<std::uint32_t>(seed_), static_cast<std::uint32_t>(seed_ >> 32)}};
  for (std::uint32_t round = 0; round < rounds; ++round) {
    const auto mixed =
        r123::Philox4x32()({{static_cast<std::uint32_t>(right), round, epoch_, 0}}, key);
    const std::uint64_t next = left ^ (mixed[0] & mask);
    left = right;
    right = next;
  }
  return (left << half_bits_) | right;
}

}  // namespace feat2vec::samplers
