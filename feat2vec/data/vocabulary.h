#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "feat2vec/text_dictionary.h"

namespace feat2vec::data {

/// Ids of cells that are not in the vocabulary; what they mean for a vector is said at each.
inline constexpr std::int32_t kNoValue = -1;    ///< adds nothing: the zero vector
inline constexpr std::int32_t kMeanValue = -2;  ///< the mean of all vectors of the feature

/// The values of one feature with their ids and counts. Frozen once made, and copies share texts and counts;
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

  /// From the texts whose count, one each, is above 0. `ids` gets the id of every text, or `kNoValue`.
  /// Throws Error when there is not one count of 0 or more for each.
  Vocabulary(const TextDictionary& texts, std::span<const std::int64_t> counts,
             std::int64_t missing_count, std::vector<std::int32_t>& ids);

  /// Number of values, missing not among them.
  std::int64_t size() const { return values_->texts.size(); }

  /// Number of vectors: `size()`, and one more when missing has a vector of its own.
  std::int64_t rows() const { return size() + (missing_count_ > 0 ? 1 : 0); }

  /// Id of a value, or nothing when training never saw it.
  std::optional<std::int32_t> find(std::string_view value) const;

  /// Id of each text, or `kNoValue`.
  std::vector<std::int32_t> find(const TextDictionary& texts) const;

  /// Id of the missing value, or `kNoValue` when it has no vector.
  std::int32_t missing_id() const;

  /// Text of a value, valid as long as the vocabulary; missing is the empty text. Throws Error when `id` is not in [0, rows()).
  std::string_view value(std::int64_t id) const;

  /// The texts of all values by id, missing not among them.
  const TextDictionary& values() const { return values_->texts; }

  /// Occurrences in the training rows (of members, for a bag).
  std::int64_t count(std::int64_t id) const;

  /// The counts of all ids, [rows()].
  std::span<const std::int64_t> counts() const { return values_->counts; }

  std::int64_t missing_count() const { return missing_count_; }

  /// The known value nearest to `value` in spelling, for messages; empty when none is near.
  std::string nearest_spelling(std::string_view value) const;

 private:
  /// What copies share. Training a model never looks for a text, so the index that finds them is made
  /// when it is first asked for.
  struct Values {
    TextDictionary texts;
    std::vector<std::int64_t> counts;  ///< [rows()]
    std::once_flag has_index;
  };

  const TextDictionary& indexed() const;

  std::shared_ptr<Values> values_ = std::make_shared<Values>();
  std::int64_t missing_count_ = 0;
};

}  // namespace feat2vec::data
