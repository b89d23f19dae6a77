#include "trainers/kernels/radix_sort.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>

namespace feat2vec::trainers::kernels {
namespace {

constexpr int kMaxDigitBits = 11;
constexpr int kFirstBit = 32;
constexpr int kMaxPasses = 4;  ///< of eight bits at least

/// Digits no wider than pay off: clearing and summing their counters costs as much as some entries.
int digit_bits(std::int64_t count, int bits) {
  const int limit = count < 4096 ? 8 : kMaxDigitBits;
  const int passes = (bits + limit - 1) / limit;
  return (bits + passes - 1) / passes;
}

using Starts = std::array<std::uint32_t, std::size_t{1} << kMaxDigitBits>;

void counting_pass(const std::uint64_t* from, std::uint64_t* to, std::int64_t count, int shift,
                   std::uint64_t mask, Starts& starts) {
  std::uint32_t start = 0;
  for (std::size_t digit = 0; digit <= mask; ++digit) {
    const std::uint32_t size = starts[digit];
    starts[digit] = start;
    start += size;
  }
  for (std::int64_t i = 0; i < count; ++i) to[starts[(from[i] >> shift) & mask]++] = from[i];
}

/// Counts the digits of all passes at once.
template <int kPasses>
void count_digits(const std::uint64_t* entries, std::int64_t count, int width, std::uint64_t mask,
                  std::array<Starts, kMaxPasses>& starts) {
  for (int pass = 0; pass < kPasses; ++pass)
    std::fill_n(starts[static_cast<std::size_t>(pass)].begin(), mask + 1, 0U);
  for (std::int64_t i = 0; i < count; ++i) {
    std::uint64_t rest = entries[i] >> kFirstBit;
    for (int pass = 0; pass < kPasses; ++pass) {
      ++starts[static_cast<std::size_t>(pass)][rest & mask];
      rest >>= width;
    }
  }
}

}  // namespace

void radix_sort(std::uint64_t* entries, std::uint64_t* scratch, std::int64_t count, int bits) {
  if (count < 2 || bits < 1) return;
  const int width = digit_bits(count, bits);
  const int passes = (bits + width - 1) / width;
  const std::uint64_t mask = (std::uint64_t{1} << width) - 1;
  std::array<Starts, kMaxPasses> starts;
  if (passes == 1)
    count_digits<1>(entries, count, width, mask, starts);
  else if (passes == 2)
    count_digits<2>(entries, count, width, mask, starts);
  else if (passes == 3)
    count_digits<3>(entries, count, width, mask, starts);
  else
    count_digits<kMaxPasses>(entries, count, width, mask, starts);
  std::uint64_t* from = entries;
  std::uint64_t* to = scratch;
  for (int pass = 0; pass < passes; ++pass) {
    counting_pass(from, to, count, kFirstBit + (pass * width), mask,
                  starts[static_cast<std::size_t>(pass)]);
    std::swap(from, to);
  }
  if (from != entries) std::copy_n(from, count, entries);
}

int bits_below(std::int64_t limit) {
  return limit <= 1 ? 1 : static_cast<int>(std::bit_width(static_cast<std::uint64_t>(limit - 1)));
}

}  // namespace feat2vec::trainers::kernels
