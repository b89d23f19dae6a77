#include "trainers/kernels/entry_owners.h"

#include <limits>
#include <string>

#include "feat2vec/error.h"
#include "trainers/kernels/kernels.h"
#include "trainers/kernels/radix_sort.h"

namespace feat2vec::trainers::kernels {
namespace {

/// Which of `owners` threads steps a row: a multiplicative hash, for neighbouring rows are often hot
/// together.
std::int64_t owner_of(std::int32_t row, std::int64_t owners) {
  const std::uint32_t mixed = static_cast<std::uint32_t>(row) * 0x9E3779B1U;
  return static_cast<std::int64_t>((std::uint64_t{mixed} * static_cast<std::uint64_t>(owners)) >>
                                   32U);
}

}  // namespace

void check_part_numbers(std::int64_t parts) {
  if (parts >= std::numeric_limits<std::int32_t>::max())
    throw Error("FusedTrainer", "fewer than 2^31 - 1 parts of one batch",
                std::to_string(parts) + "; use a smaller batch or fewer noise rows");
}

EntryOwners::EntryOwners(ThreadPool& pool, std::int64_t rows)
    : pool_(pool),
      row_bits_(bits_below(rows)),
      buffers_(static_cast<std::size_t>(pool.threads())) {}

void EntryOwners::run(
    std::uint64_t* entries, std::int64_t count,
    const std::function<void(std::int64_t, const std::uint64_t*, std::int64_t)>& step) {
  constexpr std::int64_t kWorthASplit = 4096;
  const std::int64_t owners = count < kWorthASplit ? 1 : pool_.threads();
  pool_.run(owners, [&](std::int64_t owner, int) {
    Buffers& buffers = buffers_[static_cast<std::size_t>(owner)];
    std::uint64_t* mine = entries;
    std::int64_t mine_count = count;
    if (owners > 1) {
      mine = buffers.mine.reserve(count);
      mine_count = 0;
      for (std::int64_t i = 0; i < count; ++i) {
        const std::uint64_t entry = entries[i];
        mine[mine_count] = entry;
        mine_count += owner_of(row_of_entry(entry), owners) == owner ? 1 : 0;
      }
    }
    radix_sort(mine, buffers.sorted.reserve(count), mine_count, row_bits_);
    step(owner, mine, mine_count);
  });
}

}  // namespace feat2vec::trainers::kernels
