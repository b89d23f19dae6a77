#include "trainers/kernels/available_cores.h"

#include <sched.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <thread>

namespace feat2vec::trainers::kernels {
namespace {

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

}  // namespace feat2vec::trainers::kernels
