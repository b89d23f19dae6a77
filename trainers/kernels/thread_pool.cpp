#include "trainers/kernels/thread_pool.h"

#include <algorithm>
#include <utility>

namespace feat2vec::trainers::kernels {
namespace {

/// Looks at `value` a short while, for work is often microseconds away, then sleeps until it changes.
template <class T>
void wait_while(const std::atomic<T>& value, T current) {
  constexpr int kSpins = 2000;
  for (int spin = 0; spin < kSpins; ++spin)
    if (value.load(std::memory_order_acquire) != current) return;
  while (value.load(std::memory_order_acquire) == current) value.wait(current);
}

}  // namespace

ThreadPool::ThreadPool(int threads) {
  try {
    for (int thread = 1; thread < threads; ++thread)
      workers_.emplace_back([this, thread] { serve(thread); });
  } catch (...) {
    stop();
    throw;
  }
}

ThreadPool::~ThreadPool() { stop(); }

void ThreadPool::stop() {
  stop_.store(true);
  round_.fetch_add(1, std::memory_order_release);
  round_.notify_all();
  for (std::thread& worker : workers_) worker.join();
}

void ThreadPool::run(std::int64_t items, const std::function<void(std::int64_t, int)>& work) {
  if (workers_.empty() || items <= 1) {
    for (std::int64_t item = 0; item < items; ++item) work(item, 0);
    return;
  }
  work_ = &work;
  left_.store(items, std::memory_order_relaxed);
  untaken_.store(items, std::memory_order_release);
  round_.fetch_add(1, std::memory_order_release);
  round_.notify_all();
  take_items(0);
  for (std::int64_t left = left_.load(std::memory_order_acquire); left > 0;
       left = left_.load(std::memory_order_acquire))
    wait_while(left_, left);
  if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
}

void ThreadPool::serve(int thread) {
  for (std::uint32_t seen = 0;;) {
    wait_while(round_, seen);
    seen = round_.load(std::memory_order_acquire);
    if (stop_.load()) return;
    take_items(thread);
  }
}

/// Takes items until there are none. What `run` has set for an item may be read once the item is taken,
/// and not before: until it is done `run` does not return.
void ThreadPool::take_items(int thread) {
  for (std::int64_t item = untaken_.fetch_sub(1, std::memory_order_acq_rel) - 1; item >= 0;
       item = untaken_.fetch_sub(1, std::memory_order_acq_rel) - 1) {
    std::int64_t done = 1;
    try {
      (*work_)(item, thread);
    } catch (...) {
      done += std::max<std::int64_t>(untaken_.exchange(0, std::memory_order_acq_rel), 0);
      const std::lock_guard<std::mutex> lock(failure_mutex_);
      if (!failure_) failure_ = std::current_exception();
    }
    if (left_.fetch_sub(done, std::memory_order_acq_rel) == done) left_.notify_one();
  }
}

}  // namespace feat2vec::trainers::kernels
