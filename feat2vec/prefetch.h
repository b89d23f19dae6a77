#pragma once

namespace feat2vec {

/// Asks for the line of the cache that holds `address`, into the second level: the first has places for
/// so few lines on their way that who asks for many random ones mostly waits for a place. Not
/// `__builtin_prefetch` where that can be helped: GCC holds a function or loop that only prefetches for
/// one without effect, and drops it.
[[gnu::always_inline]] inline void prefetch(const void* address) {
#if defined(__x86_64__) || defined(__i386__)
  asm volatile("prefetcht1 %0" : : "m"(*static_cast<const char*>(address)));
#else
  __builtin_prefetch(address, 1, 2);
#endif
}

}  // namespace feat2vec
