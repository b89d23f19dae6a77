#pragma once

#include <cstdint>

#include "feat2vec/nn/feat2vec.h"
#include "trainers/options.h"

namespace feat2vec::trainers {

/// What a candidate's logit has besides its score: a linear function of log P2, made of what the
/// objective takes off and of the log prior that the model puts in.
///
///     NCE      − log(K·P2)      negative sampling   0      softmax   − log P2
///     prior by value                                               + log P2
///
/// Among all values of a group (softmax without noise) nothing is taken off.
class Correction {
 public:
  Correction(Objective objective, Prior prior, std::int64_t noise_rows);

  double operator()(double log_prob) const { return (slope_ * log_prob) + constant_; }
  double whole(double log_prob) const { return whole_slope_ * log_prob; }

  double slope() const { return slope_; }
  double constant() const { return constant_; }

 private:
  double slope_;
  double constant_;
  double whole_slope_;
};

}  // namespace feat2vec::trainers
