#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "feat2vec/reading/bag_answer.h"
#include "feat2vec/reading/memory.h"
#include "feat2vec/reading/readout.h"
#include "feat2vec/reading/weights.h"

namespace feat2vec::reading {

/// What the weights of one target feature were fitted on, and what that brought.
struct FitReport {
  std::int64_t rows = 0;  ///< held-out rows that gave a query
  std::int64_t queries = 0;
  std::vector<std::string> forms{};        ///< the kinds of queries, in words
  BagAnswer answers = BagAnswer::kRandom;  ///< which member of a bag was the right one
  /// Mean log-probability of the right answer among the candidates looked at: of the mixture that the
  /// fit starts from, and of the fitted reader.
  double log_likelihood_before = 0;
  double log_likelihood_after = 0;

  bool operator==(const FitReport&) const = default;
};

/// The weights of one target feature, laid out as WeightLayout says.
struct TargetWeights {
  bool memory = false;  ///< fitted with counts, and needs them
  std::vector<double> weights{};
  FitReport report{};

  bool operator==(const TargetWeights&) const = default;
};

/// The weights of a reader: apart from the vectors and counts that they weigh, so that they can be
/// fitted on rows that the vectors have not seen and used with vectors that have learned all rows.
struct FittedReader {
  std::vector<std::string> features{};              ///< of the schema, in order
  std::map<std::int32_t, TargetWeights> targets{};  ///< by position of the target feature

  bool operator==(const FittedReader&) const = default;
};

/// JSON: features, and for each target its weights by blocks with what it was fitted on. Numbers come
/// back bit for bit.
nlohmann::json to_json(const FittedReader& reader);

/// Reads and checks. Throws Error `WHERE: expected …` for anything that is no reader.
FittedReader fitted_reader_from_json(const nlohmann::json& json, std::string_view where = "reader");

/// Ranks by the fitted weights: see WeightLayout for the score. Works for any known values.
class Reader final : public Readout {
 public:
  /// `values` and `memory` (null: none) must outlive it. Throws Error when they are not those of the
  /// features that the weights belong to, or counts are needed and there are none.
  Reader(const Values& values, const Memory* memory, FittedReader fitted);

  std::string_view name() const override { return "reader"; }
  const FittedReader& fitted() const { return fitted_; }

  /// Throws Error for a target that nothing was fitted for, too.
  void scores(std::int32_t target_feature, const Query& query,
              std::span<double> out) const override;

 private:
  const Values* values_;
  const Memory* memory_;
  FittedReader fitted_;
  WeightLayout layout_;
};

}  // namespace feat2vec::reading
