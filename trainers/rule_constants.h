#pragma once

namespace feat2vec::trainers {

/// Where Adagrad's accumulators start: small beside any gradient, so that the first steps are whole.
inline constexpr double kFirstAccumulator = 1e-6;
inline constexpr double kEpsilon = 1e-8;  ///< ε of Adagrad and Adam
inline constexpr double kBeta1 = 0.9;     ///< β1 of Adam
inline constexpr double kBeta2 = 0.999;   ///< β2 of Adam

}  // namespace feat2vec::trainers
