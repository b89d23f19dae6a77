#include "feat2vec/data/vocabulary.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "feat2vec/error.h"
#include "feat2vec/spelling.h"

namespace feat2vec::data {

namespace {

/// What a value is sorted by: most of the time its text need not be looked at.
struct Rank {
  std::int64_t count = 0;
  std::uint64_t start = 0;  ///< the first eight bytes, the first one on top
  std::string_view value;

  bool operator<(const Rank& other) const {
    if (count != other.count) return count > other.count;
    return start != other.start ? start < other.start : value < other.value;
  }
};

std::uint64_t start_of(std::string_view value) {
  std::uint64_t start = 0;
  for (std::size_t i = 0; i < sizeof start; ++i)
    start = start << 8U | (i < value.size() ? static_cast<unsigned char>(value[i]) : 0U);
  return start;
}

}  // namespace

Vocabulary::Vocabulary(const std::vector<std::pair<std::string_view, std::int64_t>>& values,
                       std::int64_t missing_count)
    : missing_count_(missing_count) {
  if (missing_count < 0)
    throw Error("Vocabulary", "a missing count of 0 or more", fmt::format("{}", missing_count));
  std::vector<Rank> ranks;
  ranks.reserve(values.size());
  for (const auto& [value, count] : values) ranks.push_back({count, start_of(value), value});
  std::sort(ranks.begin(), ranks.end());
  counts_.reserve(values.size() + 1);
  const auto texts = std::make_shared<TextDictionary>();
  texts->reserve(values.size());
  for (const auto& [count, start, value] : ranks) {
    if (count <= 0)
      throw Error("Vocabulary", "counts above 0", fmt::format("{} for \"{}\"", count, value));
    if (texts->add(value) != static_cast<std::int32_t>(counts_.size()))
      throw Error("Vocabulary", "each value once", fmt::format("\"{}\" twice", value));
    counts_.push_back(count);
  }
  values_ = texts;
  if (missing_count_ > 0) counts_.push_back(missing_count_);
}

std::optional<std::int32_t> Vocabulary::find(std::string_view value) const {
  const std::int32_t id = values_->find(value);
  if (id == TextDictionary::kNone) return std::nullopt;
  return id;
}

std::int32_t Vocabulary::missing_id() const {
  return missing_count_ > 0 ? static_cast<std::int32_t>(size()) : kNoValue;
}

std::string_view Vocabulary::value(std::int64_t id) const {
  if (id < 0 || id >= rows())
    throw Error("Vocabulary", fmt::format("an id in [0, {})", rows()), fmt::format("{}", id));
  return id == size() ? std::string_view() : (*values_)[static_cast<std::int32_t>(id)];
}

std::int64_t Vocabulary::count(std::int64_t id) const {
  if (id < 0 || id >= rows())
    throw Error("Vocabulary", fmt::format("an id in [0, {})", rows()), fmt::format("{}", id));
  return counts_[static_cast<std::size_t>(id)];
}

std::string Vocabulary::nearest_spelling(std::string_view value) const {
  std::vector<std::string> values;
  for (std::int32_t id = 0; id < values_->size(); ++id) values.emplace_back((*values_)[id]);
  return feat2vec::nearest_spelling(value, values);
}

}  // namespace feat2vec::data
