#pragma once

#include <ATen/core/Tensor.h>

#include <functional>

namespace feat2vec::testing {

/// Checks the gradient of `function` with respect to `parameter` (double, requires_grad), entry by
/// entry, against central differences. The result of `function` is weighted by fixed numbers first,
/// so that every entry of its Jacobian matters.
void expect_right_gradient(const std::function<at::Tensor()>& function,
                           const at::Tensor& parameter);

}  // namespace feat2vec::testing
