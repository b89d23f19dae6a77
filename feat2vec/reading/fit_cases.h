#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "feat2vec/data/dataset.h"
#include "feat2vec/reading/bag_answer.h"
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
  std::vector<std::int32_t> also_right{};  ///< of the row: neither candidates nor wrong
  double weight = 1;                       ///< the cases of one row and form weigh 1 together
};

struct CaseOptions {
  std::int64_t queries = 4;  ///< of one row, at most
  std::uint64_t seed = 1;    ///< with the row it decides all draws
  /// A member of a bag is drawn at random for each question, or all ask for the first.
  BagAnswer answers = BagAnswer::kRandom;
};

/// The questions that one row gives for the target feature; none when the row has no known answer, or
/// nothing besides.
std::vector<FitCase> cases_of_row(const Values& values, const data::Dataset& rows, std::int64_t row,
                                  std::int32_t target, const CaseOptions& options = {});

}  // namespace feat2vec::reading
