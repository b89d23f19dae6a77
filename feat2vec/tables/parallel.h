#pragma once

#include <functional>

namespace feat2vec::tables {

/// Calls `body` with 0 to `count` - 1, in this order, on up to `threads` threads, and waits for all.
/// Of the exceptions that are thrown, the one of the lowest number is thrown again.
void parallel_for(int count, int threads, const std::function<void(int)>& body);

}  // namespace feat2vec::tables
