#include "trainers/kernels/available_cores.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace feat2vec::trainers::kernels {
namespace {

/// A folder of cgroups, in which files can be written.
class CgroupCores : public ::testing::Test {
 protected:
  CgroupCores() { std::filesystem::remove_all(mount_); }
  ~CgroupCores() override { std::filesystem::remove_all(mount_); }

  void write(const std::string& file, const std::string& content) const {
    std::filesystem::create_directories((mount_ / file).parent_path());
    std::ofstream(mount_ / file) << content;
  }

  std::filesystem::path mount_ =
      std::filesystem::temp_directory_path() / ("feat2vec-cgroups-" + std::to_string(getpid()));
};

TEST_F(CgroupCores, AreAllWithoutAQuota) {
  EXPECT_EQ(cgroup_cores("", mount_), 0);
  write("cpu.max", "max 100000\n");
  EXPECT_EQ(cgroup_cores("0::/\n", mount_), 0);
  write("cpu.max", "nonsense");
  EXPECT_EQ(cgroup_cores("0::/a/b\n", mount_), 0);
}

TEST_F(CgroupCores, AreTheSmallestQuotaOnTheWayToTheProcess) {
  write("user.slice/cpu.max", "250000 100000\n");
  write("user.slice/job.scope/cpu.max", "max 100000\n");
  write("other.slice/cpu.max", "100000 100000\n");
  EXPECT_EQ(cgroup_cores("4:memory:/x\n0::/user.slice/job.scope\n", mount_), 3);
  write("cpu.max", "50000 100000\n");
  EXPECT_EQ(cgroup_cores("0::/user.slice/job.scope\n", mount_), 1);
}

TEST_F(CgroupCores, AreThoseOfVersionOneToo) {
  write("cpu/cpu.cfs_period_us", "100000\n");
  write("cpu/cpu.cfs_quota_us", "-1\n");
  EXPECT_EQ(cgroup_cores("3:cpu,cpuacct:/x\n", mount_), 0);
  write("cpu/cpu.cfs_quota_us", "200000\n");
  EXPECT_EQ(cgroup_cores("3:cpu,cpuacct:/x\n", mount_), 2);
}

TEST(AvailableCores, IsAtLeastOne) { EXPECT_GE(available_cores(), 1); }

}  // namespace
}  // namespace feat2vec::trainers::kernels
