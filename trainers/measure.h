#pragma once

#include <functional>
#include <string>

namespace feat2vec::trainers {

/// Says how good the weights are after an epoch, where that is not the loss of the validation rows.
struct Measure {
  std::string name;               ///< for reports, such as "mrr:director"
  std::function<double()> value;  ///< of the weights as they are now; must not change them
  bool higher_is_better = true;

  /// As a number of which less is better, and back.
  double as_loss(double number) const { return higher_is_better ? -number : number; }
};

}  // namespace feat2vec::trainers
