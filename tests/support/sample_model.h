#pragma once

#include <c10/core/ScalarType.h>

#include "feat2vec/storage/model.h"

namespace feat2vec::testing {

/// A small model with every kind of feature, random weights and names that are hard on formats:
/// categorical `director` (values with blanks, `=`, `%`, line feeds, UTF-8; missing has a vector and
/// a bias), categorical `a=b c` (unseen is the mean), bags `cast` (√n) and `tags` (mean), numeric
/// `year` (one column, missing) and `attrs` (two columns, with biases), and an offset.
Model sample_model(at::ScalarType type = at::ScalarType::Float);

/// The model with "year" on knots at 1980, 1994 and 2000.5, and random numbers.
Model with_knots(Model model);

}  // namespace feat2vec::testing
