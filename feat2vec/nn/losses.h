#pragma once

#include <ATen/core/Tensor.h>

namespace feat2vec::nn {

/// Noise-contrastive estimation (paper eq. 7 and 10) in log space. `scores` and `log_noise` are
/// [B, 1+K], column 0 the observed row; log_noise = log(K·P2). Returns the loss of each row,
/// softplus(−l) for an observed and softplus(l) for a noise row, with l = scores − log_noise; its
/// mean is the loss that training reports. Finite for any finite scores.
at::Tensor nce_losses(const at::Tensor& scores, const at::Tensor& log_noise);

/// Plain negative sampling, [B, 1+K]: as `nce_losses` with l = scores (the original's 'ns').
at::Tensor ns_losses(const at::Tensor& scores);

/// Sampled softmax with the log-Q correction (Bengio & Senécal 2008), [B, 1]: −log of the share of the
/// observed row in Σ exp(l) over the row and its noise, with l = scores − log_noise, which may differ
/// by a constant.
at::Tensor softmax_losses(const at::Tensor& scores, const at::Tensor& log_noise);

}  // namespace feat2vec::nn
