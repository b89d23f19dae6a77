#include "feat2vec/reading/popularity.h"

#include <algorithm>

namespace feat2vec::reading {

void FrequentFirst::scores(std::int32_t target_feature, const Query& query,
                           std::span<double> out) const {
  std::ranges::copy(values_->target(target_feature).log_prior, out.begin());
  mask_known(target_feature, query, out);
}

}  // namespace feat2vec::reading
