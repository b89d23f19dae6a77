#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include "feat2vec/data/dataset.h"
#include "feat2vec/string_hash.h"

namespace feat2vec::samplers {

/// The entities of one sampling group: its distinct values over the rows of a table, with their counts
/// and a donor row each. A value is the whole tuple of the group's features; the members of a bag have
/// no order. A row in which all of them are absent has no entity.
class Entities {
 public:
  static constexpr std::int32_t kAbsent = -1;  ///< the group is absent in the row
  static constexpr std::int32_t kUnseen = -2;  ///< present, but the value is not among the entities

  /// Of the features `features` of `dataset`. Every row counts once, or `counts[row]` times when
  /// given (values supplied from outside; 0 keeps an entity that was never seen).
  Entities(const data::Dataset& dataset, std::vector<std::size_t> features,
           const std::vector<std::int64_t>& counts = {});

  const std::vector<std::int64_t>& counts() const { return counts_; }
  const std::vector<std::size_t>& features() const { return features_; }

  /// First row that holds the entity.
  std::int64_t donor(std::int64_t entity) const {
    return donors_[static_cast<std::size_t>(entity)];
  }

  /// The entity of each row of a dataset with the same columns, or `kAbsent`, or `kUnseen`.
  std::vector<std::int32_t> find(const data::Dataset& dataset) const;

 private:
  void collect(const data::Dataset& dataset, const std::vector<std::int64_t>& counts);
  void collect_ids(const data::Column& column, const std::vector<std::int64_t>& counts);
  void add(std::int32_t& entity, std::int64_t row, const std::vector<std::int64_t>& counts);
  bool has_one_lookup(const data::Dataset& dataset) const;

  std::vector<std::size_t> features_;
  std::vector<std::int64_t> counts_;
  std::vector<std::int64_t> donors_;
  std::unordered_map<std::string, std::int32_t, StringHash, std::equal_to<>> ids_;
  std::vector<std::int32_t> entity_of_id_;  ///< instead of `ids_` for one categorical feature
};

}  // namespace feat2vec::samplers
