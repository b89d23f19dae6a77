#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "trainers/kernels/aligned_buffer.h"
#include "trainers/kernels/thread_pool.h"

namespace feat2vec::trainers::kernels {

/// Deals the occurrences of a batch out to the threads that step their rows: each thread picks the
/// entries of the rows it owns and sorts them. So nothing is written twice, and each row's gradients are
/// added in the order of the examples, whatever the number of threads.
class EntryOwners {
 public:
  /// `rows` of the table; the pool must outlive it.
  EntryOwners(ThreadPool& pool, std::int64_t rows);

  /// Calls `step(owner, mine, count)` with the entries (row << 32 | occurrence) of each owner, sorted
  /// by row. `entries` may be reordered.
  void run(std::uint64_t* entries, std::int64_t count,
           const std::function<void(std::int64_t owner, const std::uint64_t* mine,
                                    std::int64_t count)>& step);

 private:
  struct Buffers {
    AlignedBuffer<std::uint64_t> mine;
    AlignedBuffer<std::uint64_t> sorted;
  };

  ThreadPool& pool_;
  int row_bits_;
  std::vector<Buffers> buffers_;
};

/// Throws Error when the parts of a batch cannot be told apart by 31 bits.
void check_part_numbers(std::int64_t parts);

}  // namespace feat2vec::trainers::kernels
