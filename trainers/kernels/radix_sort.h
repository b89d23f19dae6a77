#pragma once

#include <cstdint>

namespace feat2vec::trainers::kernels {

/// Sorts `entries` by their upper 32 bits, of which only the lowest `bits` are ever set; entries that
/// are equal in them keep their order. `scratch` holds `count` entries too. Least significant digit
/// first, in counting passes.
void radix_sort(std::uint64_t* entries, std::uint64_t* scratch, std::int64_t count, int bits);

/// Number of bits that hold every number below `limit`.
int bits_below(std::int64_t limit);

}  // namespace feat2vec::trainers::kernels
