#pragma once

#include <filesystem>
#include <string_view>

namespace feat2vec::trainers::kernels {

/// Cores that this process may use: those of its affinity mask, at most the quota of its cgroup.
int available_cores();

/// The smallest CPU quota of a cgroup and of those that it lies in, in whole cores, rounded up; 0 where
/// none has one. `membership`: what /proc/self/cgroup says of the process; `mount`: where cgroups are,
/// /sys/fs/cgroup. Of version 1 the quota of the mount alone is read.
int cgroup_cores(std::string_view membership, const std::filesystem::path& mount);

}  // namespace feat2vec::trainers::kernels
