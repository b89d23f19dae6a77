#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "feat2vec/data/dataset.h"
#include "feat2vec/reading/bag_answer.h"
#include "feat2vec/reading/fit_objective.h"
#include "feat2vec/reading/memory.h"
#include "feat2vec/reading/reader.h"
#include "feat2vec/reading/values.h"

namespace feat2vec::reading {

struct FitOptions {
  /// Features whose reader is fitted; empty: all that can be asked about.
  std::vector<std::int32_t> targets{};
  std::int64_t queries_per_row = 4;        ///< at most, of all forms together
  BagAnswer answers = BagAnswer::kRandom;  ///< which member of a bag is the right one
  /// Fit on this many of the held-out rows at most, drawn at random; more say little more.
  std::int64_t max_rows = 600;
  int steps = 60;  ///< of L-BFGS, for the mixture and again for the whole
  /// Up to this many candidates all are looked at; of more the right one, the `best` by the mixture
  /// and `random` others, which stand for all that are left.
  std::int64_t all_candidates = 400;
  std::int64_t best = 100;
  std::int64_t random = 100;
  Penalty penalty{};
  std::uint64_t seed = 1;
  /// Told now and then which target is being fitted, by the thread that fits; what it throws ends the
  /// fit. May be empty.
  std::function<void(std::string_view target)> on_progress{};
};

/// Fits the weights of one target feature by the conditional likelihood of the values that held-out
/// rows have, given what else they have: first the mixture A alone, then from it the whole score.
/// `held_out` is encoded as the table that `values` was trained on and lies on the CPU; neither
/// `values` nor `memory` (null: none) may have seen its rows, or the weights trust them too much.
/// Rows without a known answer are passed over; without any the weights are those that nothing was
/// fitted to. Throws Error for a target that cannot be asked about, or an option out of range.
TargetWeights fit_target(const Values& values, const Memory* memory, const data::Dataset& held_out,
                         std::int32_t target, const FitOptions& options = {});

/// `fit_target` for each of the targets.
FittedReader fit_reader(const Values& values, const Memory* memory, const data::Dataset& held_out,
                        const FitOptions& options = {});

}  // namespace feat2vec::reading
