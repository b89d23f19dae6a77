#include "trainers/kernels/thread_pool.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace feat2vec::trainers::kernels {
namespace {

TEST(ThreadPool, DoesEveryItemOnce) {
  for (const int threads : {1, 2, 3, 8}) {
    ThreadPool pool(threads);
    EXPECT_EQ(pool.threads(), threads);
    for (const std::int64_t items : {0, 1, 2, 7, 1000}) {
      std::vector<std::atomic<int>> done(static_cast<std::size_t>(items));
      pool.run(items, [&](std::int64_t item, int thread) {
        EXPECT_LT(thread, threads);
        ++done[static_cast<std::size_t>(item)];
      });
      for (const std::atomic<int>& count : done) EXPECT_EQ(count, 1);
    }
  }
}

TEST(ThreadPool, CanBeUsedManyTimes) {
  ThreadPool pool(3);
  std::int64_t total = 0;
  for (int round = 0; round < 2000; ++round) {
    std::atomic<std::int64_t> sum{0};
    pool.run(5, [&](std::int64_t item, int) { sum += item; });
    total += sum;
  }
  EXPECT_EQ(total, 2000 * 10);
}

TEST(ThreadPool, ThrowsWhatAnItemThrowsAndGoesOn) {
  for (const int threads : {1, 4}) {
    ThreadPool pool(threads);
    EXPECT_THROW(pool.run(100,
                          [](std::int64_t item, int) {
                            if (item == 42) throw std::runtime_error("item 42");
                          }),
                 std::runtime_error);
    std::atomic<int> done{0};
    pool.run(10, [&](std::int64_t, int) { ++done; });
    EXPECT_EQ(done, 10);
  }
}

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
