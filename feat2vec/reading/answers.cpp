#include "feat2vec/reading/answers.h"

#include <algorithm>

namespace feat2vec::reading {
namespace {

template <typename T>
void append_bytes(std::string& text, const T* data, std::size_t size) {
  text.append(reinterpret_cast<const char*>(data), size * sizeof(T));
}

/// Equal for equal sets of known values: features and values as they come from `row_query`, in order,
/// and the vector of a cell.
std::string key_of(const Query& query, std::size_t dim) {
  std::string key;
  for (const Known& known : query) {
    append_bytes(key, &known.feature, 1);
    append_bytes(key, &known.value, 1);
    if (known.value == kCell) append_bytes(key, known.vector, dim);
  }
  return key;
}

/// The values of the row that answer a question about it.
std::vector<std::int32_t> answers_of(const data::Column& column, std::int64_t row,
                                     std::int32_t candidates, BagAnswer answers) {
  if (answers == BagAnswer::kRandom) return members(column, row, candidates);
  const std::int32_t first = first_member(column, row, candidates);
  return first < 0 ? std::vector<std::int32_t>() : std::vector<std::int32_t>{first};
}

}  // namespace

Answers::Answers(const Values& values, const data::Dataset& rows, const Task& task,
                 BagAnswer answers)
    : dim_(static_cast<std::size_t>(values.dim())) {
  const data::Column& column = rows.column(static_cast<std::size_t>(task.target));
  for (std::int64_t row = 0; row < rows.rows(); ++row) {
    for (const std::int32_t value :
         answers_of(column, row, values.target(task.target).candidates(), answers)) {
      const Query query = row_query(values, rows, row, task.known_without(value));
      answers_[key_of(query, dim_)].push_back(value);
    }
  }
  for (auto& [key, found] : answers_) {
    std::sort(found.begin(), found.end());
    found.erase(std::unique(found.begin(), found.end()), found.end());
  }
}

const std::vector<std::int32_t>& Answers::find(const Query& query) const {
  static const std::vector<std::int32_t> kNone;
  const auto found = answers_.find(key_of(query, dim_));
  return found == answers_.end() ? kNone : found->second;
}

}  // namespace feat2vec::reading
