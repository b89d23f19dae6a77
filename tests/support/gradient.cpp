#include "tests/support/gradient.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

namespace feat2vec::testing {
namespace {

/// Σ w·result with uneven weights w.
at::Tensor weighted_sum(const at::Tensor& result) {
  const at::Tensor flat = result.reshape({-1}).to(at::kDouble);
  return (flat * at::arange(1, flat.numel() + 1, flat.options()).sin()).sum();
}

}  // namespace

void expect_right_gradient(const std::function<at::Tensor()>& function,
                           const at::Tensor& parameter) {
  ASSERT_EQ(parameter.scalar_type(), at::kDouble);
  const at::Tensor value = weighted_sum(function());
  ASSERT_TRUE(value.requires_grad()) << "the result does not depend on the parameter";
  const at::Tensor gradient =
      torch::autograd::grad({value}, {parameter}).front().contiguous().reshape({-1});
  constexpr double kStep = 1e-5;
  const at::NoGradGuard no_grad;
  at::Tensor entries = parameter.data().view({-1});
  for (std::int64_t i = 0; i < entries.numel(); ++i) {
    const double start = entries[i].item<double>();
    const auto at_offset = [&](double offset) {
      entries[i].fill_(start + offset);
      return weighted_sum(function()).item<double>();
    };
    const double numeric = (at_offset(kStep) - at_offset(-kStep)) / (2 * kStep);
    entries[i].fill_(start);
    EXPECT_NEAR(gradient[i].item<double>(), numeric, 1e-8 * (1 + std::abs(numeric)))
        << "entry " << i;
  }
}

}  // namespace feat2vec::testing
