#pragma once

#include <cstdint>
#include <vector>

#include "feat2vec/data/dataset.h"
#include "feat2vec/data/schema.h"
#include "feat2vec/reading/bag_answer.h"
#include "feat2vec/reading/known.h"
#include "feat2vec/reading/values.h"

namespace feat2vec::reading {

/// What is asked of a row: which value of `target` is in it, when the cells of `given` are known.
struct Task {
  std::int32_t target = 0;
  /// Positions in the schema, at least one. With `target` among them the other members of its bag are
  /// known.
  std::vector<std::int32_t> given{};

  bool operator==(const Task&) const = default;

  /// What is known of a row when its value `answer` of the target is hidden.
  RowPart known_without(std::int32_t answer) const;
};

/// One task for each feature whose values have names and vectors: given all other features with
/// vectors or, where there is no other, the other members of its bag.
std::vector<Task> default_tasks(const Values& values);

/// One row with its answer hidden.
struct Question {
  std::int64_t row = 0;
  std::int32_t answer = 0;                ///< a candidate of the target
  std::vector<std::int32_t> right_too{};  ///< other values of the target that are no wrong answers
  Query query{};                          ///< what is known; never empty
};

/// The questions that can be answered, and how many cannot be.
struct Questions {
  std::vector<Question> answerable{};
  std::int64_t unseen_targets = 0;  ///< rows whose answer training never saw
};

/// `schema` so that encoding tells values that training never saw (`kMeanValue`) from cells without
/// a value, for `ask` to count them. Questions are the same.
data::Schema marking_unseen(data::Schema schema);

/// A question for each row that has a value of the target and at least one known value of the rest. Of
/// a bag one member is the answer, the first or one drawn at random, a function of (seed, row) alone;
/// unseen members can be it too. `rows` are on the CPU. Throws Error for a target without candidates.
Questions ask(const Values& values, const data::Dataset& rows, const Task& task, std::uint64_t seed,
              BagAnswer answers = BagAnswer::kRandom);

}  // namespace feat2vec::reading
