#pragma once

#include <atomic>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace feat2vec::trainers::kernels {

/// A fixed team of threads, the caller among them. Who does which item is not determined; what an item
/// does must not depend on it. The caller waits for items that others have taken, never for threads that
/// have not woken up: on a busy machine it does most of the work itself.
class ThreadPool {
 public:
  /// `threads` of 1 or more, the caller included; no thread is started for 1. Throws std::system_error
  /// when the system has no more of them.
  explicit ThreadPool(int threads);
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;
  ~ThreadPool();

  int threads() const { return static_cast<int>(workers_.size()) + 1; }

  /// Calls `work(item, thread)` for every item in [0, items), thread in [0, threads()), and waits. An
  /// exception of an item stops the handing out of further ones and is thrown here again. Only one
  /// thread may call it at a time, and `work` must not.
  void run(std::int64_t items, const std::function<void(std::int64_t item, int thread)>& work);

 private:
  void stop();
  void serve(int thread);
  void take_items(int thread);

  const std::function<void(std::int64_t, int)>* work_ = nullptr;
  std::atomic<std::int64_t> untaken_{
      0};                              ///< items of this run that nobody has taken; below 0: none
  std::atomic<std::int64_t> left_{0};  ///< items of this run that are not done
  std::atomic<std::uint32_t> round_{0};
  std::atomic<bool> stop_{false};
  std::mutex failure_mutex_;
  std::exception_ptr failure_;
  std::vector<std::thread> workers_;
};

}  // namespace feat2vec::trainers::kernels
