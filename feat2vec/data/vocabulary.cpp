#include "feat2vec/data/vocabulary.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "feat2vec/error.h"
#include "feat2vec/spelling.h"

namespace feat2vec::data {

Vocabulary::Vocabulary(std::vector<std::pair<std::string, std::int64_t>> values,
                       std::int64_t missing_count)
    : missing_count_(missing_count) {
  constexpr std::size_t kMaxValues = std::numeric_limits<std::int32_t>::max() - 1;
  if (values.size() > kMaxValues)
    throw Error("Vocabulary", fmt::format("at most {} values", kMaxValues),
                fmt::format("{}", values.size()));
  if (missing_count < 0)
    throw Error("Vocabulary", "a missing count of 0 or more", fmt::format("{}", missing_count));
  std::sort(values.begin(), values.end(), [](const auto& a, const auto& b) {
    return a.second != b.second ? a.second > b.second : a.first < b.first;
  });
  values_.reserve(values.size());
  counts_.reserve(values.size() + 1);
  ids_.reserve(values.size());
  for (auto& [value, count] : values) {
    if (count <= 0)
      throw Error("Vocabulary", "counts above 0", fmt::format("{} for \"{}\"", count, value));
    if (!ids_.emplace(value, static_cast<std::int32_t>(values_.size())).second)
      throw Error("Vocabulary", "each value once", fmt::format("\"{}\" twice", value));
    values_.push_back(std::move(value));
    counts_.push_back(count);
  }
  if (missing_count_ > 0) counts_.push_back(missing_count_);
}

std::optional<std::int32_t> Vocabulary::find(std::string_view value) const {
  const auto found = ids_.find(value);
  if (found == ids_.end()) return std::nullopt;
  return found->second;
}

std::int32_t Vocabulary::missing_id() const {
  return missing_count_ > 0 ? static_cast<std::int32_t>(size()) : kNoValue;
}

const std::string& Vocabulary::value(std::int64_t id) const {
  static const std::string missing;
  if (id < 0 || id >= rows())
    throw Error("Vocabulary", fmt::format("an id in [0, {})", rows()), fmt::format("{}", id));
  return id == size() ? missing : values_[static_cast<std::size_t>(id)];
}

std::int64_t Vocabulary::count(std::int64_t id) const {
  if (id < 0 || id >= rows())
    throw Error("Vocabulary", fmt::format("an id in [0, {})", rows()), fmt::format("{}", id));
  return counts_[static_cast<std::size_t>(id)];
}

std::string Vocabulary::nearest_spelling(std::string_view value) const {
  return feat2vec::nearest_spelling(value, values_);
}

}  // namespace feat2vec::data
