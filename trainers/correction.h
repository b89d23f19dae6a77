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

  /// slope · log P2 + constant.
  template <class T>
  struct Linear {
    T slope = 0;
    T constant = 0;
    T operator()(T log_prob) const { return (slope * log_prob) + constant; }
  };

  /// Of candidates that were drawn.
  template <class T>
  Linear<T> of_drawn() const {
    return {static_cast<T>(slope_), static_cast<T>(constant_)};
  }
  /// Of candidates that are all there are.
  template <class T>
  Linear<T> of_whole() const {
    return {static_cast<T>(whole_slope_), T{0}};
  }

 private:
  double slope_;
  double constant_;
  double whole_slope_;
};

}  // namespace feat2vec::trainers
