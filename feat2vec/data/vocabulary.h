#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "feat2vec/text_dictionary.h"

namespace feat2vec::data {

/// Ids of cells that are not in the vocabulary; what they mean for a vector is said at each.
inline constexpr std::int32_t kNoValue = -1;    ///< adds nothing: the zero vector
inline constexpr std::int32_t kMeanValue = -2;  ///< the mean of all vectors of the feature

/// The values of one feature with their ids and counts. Frozen once made, and copies share the texts;
/// ids run by count (descending), then by bytes, so they do not depend on the order of the rows.
///
/// Missing is a value too when `missing_count` is above 0: its id is `size()`, after all others.
class Vocabulary {
 public:
  Vocabulary() = default;

  /// From values with their counts, in any order; the texts are copied. Throws Error when a value
  /// occurs twice, a count is not positive, or there are more than 2^31 - 2 values.
  Vocabulary(const std::vector<std::pair<std::string_view, std::int64_t>>& values,
             std::int64_t missing_count);

  /// Number of values, missing not among them.
  std::int64_t size() const { return values_->size(); }

  /// Number of vectors: `size()`, and one more when missing has a vector of its own.
  std::int64_t rows() const { return size() + (missing_count_ > 0 ? 1 : 0); }

  /// Id of a value, or nothing when training never saw it.
  std::optional<std::int32_t> find(std::string_view value) const;

  /// Id of the missing value, or `kNoValue` when it has no vector.
  std::int32_t missing_id() const;

  /// Text of a value, valid as long as the vocabulary; missing is the empty text. Throws Error when `id` is not in [0, rows()).
  std::string_view value(std::int64_t id) const;

  /// Occurrences in the training rows (of members, for a bag).
  std::int64_t count(std::int64_t id) const;

  std::int64_t missing_count() const { return missing_count_; }

  /// The known value nearest to `value` in spelling, for messages; empty when none is near.
  std::string nearest_spelling(std::string_view value) const;

 private:
  std::shared_ptr<const TextDictionary> values_ = std::make_shared<TextDictionary>();
  std::vector<std::int64_t> counts_;
  std::int64_t missing_count_ = 0;
};

}  // namespace feat2vec::data
