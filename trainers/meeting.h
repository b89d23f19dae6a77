#pragma once

#include <cstdint>
#include <vector>

#include "feat2vec/nn/feat2vec.h"

namespace feat2vec::trainers {

/// Which features may be target and context of each other, [F, F]: those with vectors that the model
/// lets interact; on the diagonal bags, when `same_bag`.
std::vector<std::uint8_t> meeting_features(const Feat2VecImpl& model, bool same_bag);

}  // namespace feat2vec::trainers
