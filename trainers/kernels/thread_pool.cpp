#include "trainers/kernels/thread_pool.h"

#include <sched.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
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

/// `quota` of each `period` in whole cores, rounded up; 0 where there is none.
int whole_cores(double quota, double period) {
  if (!(quota > 0) || !(period > 0)) return 0;
  constexpr double kMost = 1 << 20;
  return static_cast<int>(std::min(kMost, std::max(1.0, std::ceil(quota / period))));
}

/// The quota in a cpu.max of version 2: "max 100000" or "150000 100000".
int unified_cores(const std::filesystem::path& file) {
  std::string quota;
  double period = 0;
  std::ifstream(file) >> quota >> period;
  return whole_cores(std::strtod(quota.c_str(), nullptr), period);
}

/// The quota of version 1.
int cfs_cores(const std::filesystem::path& folder) {
  double quota = 0;
  double period = 0;
  std::ifstream(folder / "cpu.cfs_quota_us") >> quota;
  std::ifstream(folder / "cpu.cfs_period_us") >> period;
  return whole_cores(quota, period);
}

/// The path of the process in the tree of version 2, whose line is "0::/path"; empty: at its root.
std::filesystem::path unified_path(std::string_view membership) {
  constexpr std::string_view kUnified = "0::/";
  std::istringstream lines{std::string(membership)};
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with(kUnified)) return line.substr(kUnified.size());
  return {};
}

std::string content_of(const char* file) {
  std::ifstream stream(file);
  return {std::istreambuf_iterator<char>(stream), {}};
}

}  // namespace

int cgroup_cores(std::string_view membership, const std::filesystem::path& mount) {
  int cores = cfs_cores(mount / "cpu");
  const auto bound_by = [&](int quota) {
    if (quota > 0) cores = cores > 0 ? std::min(cores, quota) : quota;
  };
  std::filesystem::path group = mount;
  bound_by(unified_cores(group / "cpu.max"));
  for (const std::filesystem::path& name : unified_path(membership)) {
    group /= name;
    bound_by(unified_cores(group / "cpu.max"));
  }
  return cores;
}

int available_cores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  int cores = sched_getaffinity(0, sizeof(set), &set) == 0
                  ? CPU_COUNT(&set)
                  : static_cast<int>(std::thread::hardware_concurrency());
  if (const int quota = cgroup_cores(content_of("/proc/self/cgroup"), "/sys/fs/cgroup"); quota > 0)
    cores = std::min(cores, quota);
  return std::max(cores, 1);
}

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
