#pragma once

#include <cstdint>
#include <vector>

#include "feat2vec/data/batch.h"
#include "feat2vec/data/dataset.h"
#include "samplers/draw.h"

namespace feat2vec::samplers {

/// Makes the rows of a draw whole: observed rows from `observed`; in noise rows the columns of the
/// replaced group from the donor rows of `supply`. All on one device.
/// `group_of_feature` gives the sampling group of each feature, -1 for none.
data::Batch materialize(const Draw& draw, const data::Dataset& observed,
                        const data::Dataset& supply,
                        const std::vector<std::int64_t>& group_of_feature);

}  // namespace feat2vec::samplers
