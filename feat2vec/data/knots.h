#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace feat2vec::data {

/// Knots for numbers: `count` quantiles, from the smallest to the largest, evenly spread over their
/// ranks. Ascending and each once, so that numbers that repeat give fewer; none for no numbers.
std::vector<double> fit_knots(std::vector<double> numbers, std::int64_t count);

/// The hat functions of `knots` at `x`: hats[k] is 1 at knot k, 0 at all others, linear between, and
/// constant beyond the ends. At most two of them are not 0, and they add up to 1. REQUIRES: one knot or
/// more, ascending, and as many hats.
void write_hats(double x, std::span<const double> knots, float* hats);

}  // namespace feat2vec::data
