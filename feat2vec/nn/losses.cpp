#include "feat2vec/nn/losses.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/log_sigmoid.h>
#include <ATen/ops/logsumexp.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "feat2vec/error.h"

namespace feat2vec::nn {

at::Tensor nce_losses(const at::Tensor& scores, const at::Tensor& log_noise) {
  if (scores.sizes() != log_noise.sizes())
    throw Error("nce_losses",
                fmt::format("log_noise of the scores' shape [{}]", fmt::join(scores.sizes(), ", ")),
                fmt::format("[{}]", fmt::join(log_noise.sizes(), ", ")));
  return ns_losses(scores - log_noise);
}

at::Tensor ns_losses(const at::Tensor& scores) {
  if (scores.dim() != 2 || scores.size(1) < 2)
    throw Error("ns_losses", "scores [B, 1+K] with K of 1 or more",
                fmt::format("[{}]", fmt::join(scores.sizes(), ", ")));
  // softplus(x) = −log σ(−x); at::softplus itself is x above 20, off by up to 2e-9.
  return -at::log_sigmoid(at::cat({scores.slice(1, 0, 1), -scores.slice(1, 1)}, 1));
}

at::Tensor softmax_losses(const at::Tensor& scores, const at::Tensor& log_noise) {
  const at::Tensor logits = scores - log_noise;
  return at::logsumexp(logits, 1, true) - logits.slice(1, 0, 1);
}

}  // namespace feat2vec::nn
