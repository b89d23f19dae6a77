#pragma once

#include <ATen/Context.h>
#include <c10/core/Device.h>
#include <gtest/gtest.h>

#include "trainers/parameters.h"

namespace feat2vec::testing {

/// Tests that need a GPU; they are skipped where there is none.
class CudaTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!at::hasCUDA()) GTEST_SKIP() << "this machine has no CUDA device";
  }
};

inline c10::Device gpu() { return {at::kCUDA, 0}; }

/// |received − expected| ≤ relative·|expected| + absolute for every weight, wherever it is.
inline void expect_weights_near(const NamedTensors& received, const NamedTensors& expected,
                                double relative, double absolute) {
  ASSERT_EQ(received.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const at::Tensor gap = (received[i].second.cpu() - expected[i].second.cpu()).abs();
    EXPECT_TRUE(gap.le(expected[i].second.cpu().abs() * relative + absolute).all().item<bool>())
        << expected[i].first << ", gap " << gap.max().item().toDouble();
  }
}

}  // namespace feat2vec::testing
