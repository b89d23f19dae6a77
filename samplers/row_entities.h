#pragma once

#include <cstdint>

#include "feat2vec/data/dataset.h"
#include "feat2vec/huge_pages.h"
#include "samplers/noise_tables.h"

namespace feat2vec::samplers {

/// The entity of each sampling group in each row of a table.
class RowEntities {
 public:
  RowEntities(const data::Dataset& rows, const NoiseTables& noise);

  /// Those of a row, [groups]: entities, `Entities::kAbsent` or `Entities::kUnseen`.
  const std::int32_t* of(std::int64_t row) const { return &entities_[index(row, 0)]; }
  std::int32_t at(std::int64_t row, std::int64_t group) const {
    return entities_[index(row, group)];
  }
  bool present(std::int64_t row, std::int64_t group) const {
    return at(row, group) != Entities::kAbsent;
  }
  /// Whether every group is present in the row; whether in all rows.
  bool complete(std::int64_t row) const;
  bool complete() const;

 private:
  std::size_t index(std::int64_t row, std::int64_t group) const {
    return static_cast<std::size_t>(row * groups_ + group);
  }

  std::int64_t groups_;
  PageVector<std::int32_t> entities_;  ///< [rows, groups]
};

}  // namespace feat2vec::samplers
