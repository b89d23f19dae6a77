#include "feat2vec/reading/questions.h"

#include <algorithm>
#include <random>
#include <utility>

#include "feat2vec/data/vocabulary.h"

namespace feat2vec::reading {
namespace {

/// Values of the row that training never saw.
std::int64_t unseen_values(const data::Column& column, std::int64_t row) {
  const auto* ids = column.ids.const_data_ptr<std::int32_t>();
  std::int64_t begin = row;
  std::int64_t end = row + 1;
  if (column.kind == data::FeatureKind::kBag) {
    begin = column.offsets.const_data_ptr<std::int64_t>()[row];
    end = column.offsets.const_data_ptr<std::int64_t>()[row + 1];
  }
  return std::count(ids + begin, ids + end, data::kMeanValue);
}

/// A number in [0, size), a function of (seed, row).
std::size_t draw(std::size_t size, std::uint64_t seed, std::int64_t row) {
  if (size == 1) return 0;
  const auto place = static_cast<std::uint64_t>(row);
  std::seed_seq words{seed & 0xFFFFFFFFU, seed >> 32U, place & 0xFFFFFFFFU, place >> 32U};
  std::mt19937_64 generator(words);
  return generator() % size;
}

/// One of the values, or `kMeanValue` when one of the unseen ones was drawn.
std::int32_t random_member(const std::vector<std::int32_t>& values, std::int64_t unseen,
                           std::uint64_t seed, std::int64_t row) {
  const std::size_t drawn = draw(values.size() + static_cast<std::size_t>(unseen), seed, row);
  return drawn < values.size() ? values[drawn] : data::kMeanValue;
}

}  // namespace

RowPart Task::known_without(std::int32_t answer) const {
  return {.features = given, .without_feature = target, .without_value = answer};
}

std::vector<Task> default_tasks(const Values& values) {
  std::vector<Task> tasks;
  for (std::int32_t target = 0; target < values.feature_count(); ++target) {
    if (values.feature(target).candidates() == 0) continue;
    Task task{.target = target};
    for (std::int32_t f = 0; f < values.feature_count(); ++f) {
      if (f != target && values.has_vectors(f)) task.given.push_back(f);
    }
    if (task.given.empty()) task.given.push_back(target);
    tasks.push_back(std::move(task));
  }
  return tasks;
}

data::Schema marking_unseen(data::Schema schema) {
  for (data::Feature& feature : schema.features) {
    if (feature.kind == data::FeatureKind::kText) continue;  // unknown words are always left out
    if (data::has_vocabulary(feature.kind)) feature.unseen = data::UnseenPolicy::kMeanVector;
  }
  return schema;
}

Questions ask(const Values& values, const data::Dataset& rows, const Task& task, std::uint64_t seed,
              BagAnswer answers) {
  const std::int32_t candidates = values.target(task.target).candidates();
  const data::Column& column = rows.column(static_cast<std::size_t>(task.target));
  Questions questions;
  for (std::int64_t row = 0; row < rows.rows(); ++row) {
    std::vector<std::int32_t> held = members(column, row, candidates);
    const std::int64_t unseen = unseen_values(column, row);
    if (held.empty() && unseen == 0) continue;
    const bool first = answers == BagAnswer::kFirst;
    Question question{.row = row,
                      .answer = first ? first_member(column, row, candidates)
                                      : random_member(held, unseen, seed, row)};
    if (question.answer == data::kMeanValue) {
      ++questions.unseen_targets;
      continue;
    }
    if (!first) {
      std::erase(held, question.answer);
      question.right_too = std::move(held);
    }
    question.query = row_query(values, rows, row, task.known_without(question.answer));
    if (!question.query.empty()) questions.answerable.push_back(std::move(question));
  }
  return questions;
}

}  // namespace feat2vec::reading
