#include "trainers/correction.h"

#include <cmath>

namespace feat2vec::trainers {

Correction::Correction(Objective objective, Prior prior, std::int64_t noise_rows)
    : slope_(objective == Objective::kNegativeSampling ? 0 : -1),
      constant_(objective == Objective::kNce ? -std::log(static_cast<double>(noise_rows)) : 0),
      whole_slope_(prior == Prior::kValue ? 1 : 0) {
  slope_ += whole_slope_;
}

}  // namespace feat2vec::trainers
