#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "feat2vec/data/dataset.h"
#include "feat2vec/reading/known.h"
#include "feat2vec/reading/values.h"

namespace feat2vec::reading {

/// What a question of the fit knows of its row.
enum class CaseForm {
  kRow,             ///< all but the target feature
  kFeature,         ///< one other feature, drawn at random
  kRowWithMembers,  ///< a bag as target: all but the answer
  kMembers,         ///< a bag as target: its other members alone
};
std::string_view to_string(CaseForm form);

/// A question with its answer.
struct FitCase {
  CaseForm form = CaseForm::kRow;
  Query query{};
  std::int32_t answer = 0;
  std::vector<std::int32_t> also_right{};  ///< other values of the row: no candidates, nor wrong
  double weight = 1;                       ///< the cases of one row and form weigh 1 together
};

/// The questions that one row gives for the target feature, at most `queries`; none when the row has
/// no known answer, or nothing besides. The answer of a bag is a member drawn at random for each.
/// `seed` and the row decide all draws.
std::vector<FitCase> cases_of_row(const Values& values, const data::Dataset& rows, std::int64_t row,
                                  std::int32_t target, std::int64_t queries, std::uint64_t seed);

}  // namespace feat2vec::reading
