#include "trainers/kernels/radix_sort.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>

namespace feat2vec::trainers::kernels {
namespace {

constexpr int kMaxDigitBits = 11;
constexpr int kFirstBit = 32;

/// Digits no wider than pay off: clearing and summing their counters costs as much as some entries.
int digit_bits(std::int64_t count, int bits) {
  const int limit = count < 4096 ? 8 : kMaxDigitBits;
  const int passes = (bits + limit - 1) / limit;
  return (bits + passes - 1) / passes;
}

void counting_pass(const std::uint64_t* from, std::uint64_t* to, std::int64_t count, int shift,
                   int bits) {
  std::array<std::uint32_t, std::size_t{1} << kMaxDigitBits> starts;
  const std::uint64_t mask = (std::uint64_t{1} << bits) - 1;
  std::fill_n(starts.begin(), mask + 1, 0U);
  for (std::int64_t i = 0; i < count; ++i) ++starts[(from[i] >> shift) & mask];
  std::uint32_t start = 0;
  for (std::size_t digit = 0; digit <= mask; ++digit) {
    const std::uint32_t size = starts[digit];
    starts[digit] = start;
    start += size;
  }
  for (std::int64_t i = 0; i < count; ++i) to[starts[(from[i] >> shift) & mask]++] = from[i];
}

}  // namespace

void radix_sort(std::uint64_t* entries, std::uint64_t* scratch, std::int64_t count, int bits) {
  if (count < 2 || bits < 1) return;
  const int width = digit_bits(count, bits);
  std::uint64_t* from = entries;
  std::uint64_t* to = scratch;
  for (int done = 0; done < bits; done += width) {
    counting_pass(from, to, count, kFirstBit + done, std::min(width, bits - done));
    std::swap(from, to);
  }
  if (from != entries) std::copy_n(from, count, entries);
}

int bits_below(std::int64_t limit) {
  return limit <= 1 ? 1 : static_cast<int>(std::bit_width(static_cast<std::uint64_t>(limit - 1)));
}

}  // namespace feat2vec::trainers::kernels
