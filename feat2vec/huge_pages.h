#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <cstdlib>
#include <limits>
#include <new>
#include <vector>

namespace feat2vec {

/// Memory of `bytes` that starts on a line of the cache, or on a huge page when it would fill one: then
/// the kernel is asked for huge pages, for random reads of a large array otherwise wait for the page
/// table. Free it with `std::free`. Throws std::bad_alloc.
inline void* allocate_pages(std::size_t bytes) {
  constexpr std::size_t kLine = 64;
  constexpr std::size_t kHugePage = std::size_t{2} << 20U;
  const std::size_t alignment = bytes >= kHugePage ? kHugePage : kLine;
  if (bytes > std::numeric_limits<std::size_t>::max() - alignment) throw std::bad_alloc();
  const std::size_t whole = (bytes + alignment - 1) / alignment * alignment;
  void* memory = std::aligned_alloc(alignment, whole > 0 ? whole : alignment);
  if (memory == nullptr) throw std::bad_alloc();
  if (bytes >= kHugePage) madvise(memory, whole, MADV_HUGEPAGE);
  return memory;
}

/// An allocator of such memory.
template <class T>
struct PageAllocator {
  using value_type = T;

  PageAllocator() = default;
  template <class U>
  explicit PageAllocator(const PageAllocator<U>& /*other*/) {}

  T* allocate(std::size_t count) {
    if (count > std::numeric_limits<std::size_t>::max() / sizeof(T)) throw std::bad_alloc();
    return static_cast<T*>(allocate_pages(count * sizeof(T)));
  }
  void deallocate(T* memory, std::size_t /*count*/) { std::free(memory); }

  bool operator==(const PageAllocator& /*other*/) const { return true; }
};

/// A vector for large arrays that are read at random.
template <class T>
using PageVector = std::vector<T, PageAllocator<T>>;

}  // namespace feat2vec
