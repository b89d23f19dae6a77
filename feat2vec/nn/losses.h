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

}  // namespace feat2vec::nn
