#include "trainers/options.h"

#include <gtest/gtest.h>

namespace feat2vec::trainers {
namespace {

TEST(BatchRows, GrowWithTheRowsSeen) {
  const TrainOptions options;
  EXPECT_EQ(batch_rows(options, 0), 64);
  EXPECT_EQ(batch_rows(options, 32767), 64);
  EXPECT_EQ(batch_rows(options, 32768), 128);
  EXPECT_EQ(batch_rows(options, 100000), 384);
  EXPECT_EQ(batch_rows(options, 262144), 1024);
  EXPECT_EQ(batch_rows(options, 1000000000), 1024);
}

TEST(BatchRows, AreFixedWhenTheFirstBatchIsTheLast) {
  TrainOptions options;
  options.batch = 500;
  options.first_batch = 500;
  EXPECT_EQ(batch_rows(options, 0), 500);
  EXPECT_EQ(batch_rows(options, 1000000), 500);
}

TEST(RateAt, FollowsTheSchedule) {
  TrainOptions options;
  options.learning_rate = 0.2;
  EXPECT_DOUBLE_EQ(rate_at(options, 0.7), 0.2);
  options.schedule = Schedule::kLinear;
  EXPECT_DOUBLE_EQ(rate_at(options, 0.75), 0.05);
  options.schedule = Schedule::kCosine;
  EXPECT_DOUBLE_EQ(rate_at(options, 0.5), 0.1);
  EXPECT_NEAR(rate_at(options, 1), 0, 1e-15);
  options.warmup = 0.5;
  EXPECT_DOUBLE_EQ(rate_at(options, 0.25), 0.1);
  EXPECT_DOUBLE_EQ(rate_at(options, 0.5), 0.2);
  EXPECT_DOUBLE_EQ(rate_at(options, 0.75), 0.1);
}

}  // namespace
}  // namespace feat2vec::trainers
