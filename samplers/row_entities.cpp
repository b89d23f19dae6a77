#include "samplers/row_entities.h"

#include <algorithm>
#include <vector>

namespace feat2vec::samplers {

RowEntities::RowEntities(const data::Dataset& rows, const NoiseTables& noise)
    : groups_(noise.groups()), entities_(static_cast<std::size_t>(rows.rows() * noise.groups())) {
  for (std::int64_t group = 0; group < groups_; ++group) {
    const std::vector<std::int32_t> found = noise.entities(group).find(rows);
    for (std::size_t row = 0; row < found.size(); ++row)
      entities_[index(static_cast<std::int64_t>(row), group)] = found[row];
  }
}

bool RowEntities::complete(std::int64_t row) const {
  const std::int32_t* end = of(row) + groups_;
  return std::find(of(row), end, Entities::kAbsent) == end;
}

bool RowEntities::complete() const {
  return std::find(entities_.begin(), entities_.end(), Entities::kAbsent) == entities_.end();
}

}  // namespace feat2vec::samplers
