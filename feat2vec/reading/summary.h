#pragma once

#include <string>
#include <string_view>

#include "feat2vec/reading/evaluation.h"

namespace feat2vec::reading {

/// What an evaluation says of the read-out called `readout`, as one sentence without a full stop:
///
///     director from cast and year: 4.1x nearer the top than popularity (mean place 60 against 250 of
///     4113); the right one first in 27.0 % of 820 rows, slightly less often than by plain counts (29.0 %)
///
/// "Plain counts" are the better of `counts` and `pmi`, the latter by name. A comparison of shares is
/// called level within its standard error, and slight within two. What the evaluation lacks is left out. Throws Error when
/// it lacks `readout`.
std::string summarise(const Evaluation& evaluation, std::string_view readout = "reader");

}  // namespace feat2vec::reading
