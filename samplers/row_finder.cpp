#include "samplers/row_finder.h"

#include <algorithm>

namespace feat2vec::samplers {

RowFinder::RowFinder(std::span<const std::int64_t> begins) {
  const auto rows = static_cast<std::int64_t>(begins.size()) - 1;
  const std::int64_t numbers = begins.back();
  hints_.reserve(static_cast<std::size_t>((numbers + kStep - 1) / kStep) + 1);
  for (std::int64_t row = 0, next = 0; row < rows; ++row)
    for (; next < begins[static_cast<std::size_t>(row) + 1]; next += kStep)
      hints_.push_back(static_cast<std::int32_t>(row));
  hints_.push_back(static_cast<std::int32_t>(rows - 1));
}

std::int64_t RowFinder::operator()(std::span<const std::int64_t> begins,
                                   std::int64_t number) const {
  const auto block = static_cast<std::size_t>(number / kStep);
  const auto* first = begins.data() + hints_[block] + 1;
  const auto* last = begins.data() + hints_[block + 1] + 1;
  return std::upper_bound(first, last, number) - begins.data() - 1;
}

}  // namespace feat2vec::samplers
