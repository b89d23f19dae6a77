#pragma once

namespace feat2vec {

/// A level of the cache.
enum class CacheLevel { kFirst, kSecond };

/// Asks for the line of the cache that holds `address`. What comes from memory goes into the second
/// level: the first has places for so few lines on their way that who asks for many random ones mostly
/// waits for a place. The first is for what the second holds already. Not `__builtin_prefetch` where
/// that can be helped: GCC holds a function or loop that only prefetches for one without effect, and
/// drops it.
template <CacheLevel kInto = CacheLevel::kSecond>
[[gnu::always_inline]] inline void prefetch(const void* address) {
#if defined(__x86_64__) || defined(__i386__)
  if constexpr (kInto == CacheLevel::kFirst)
    asm volatile("prefetcht0 %0" : : "m"(*static_cast<const char*>(address)));
  else
    asm volatile("prefetcht1 %0" : : "m"(*static_cast<const char*>(address)));
#else
  __builtin_prefetch(address, 1, kInto == CacheLevel::kFirst ? 3 : 2);
#endif
}

}  // namespace feat2vec
