#pragma once

#include <sys/resource.h>

namespace feat2vec::benchmarks {

/// CPU-seconds of the process so far: user and system, all threads.
inline double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + (1e-6 * static_cast<double>(t.tv_usec));
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

}  // namespace feat2vec::benchmarks
