#include "trainers/loss_sum.h"

#include <fmt/format.h>

#include "feat2vec/error.h"

namespace feat2vec::trainers {

LossSum& LossSum::operator+=(const LossSum& other) {
  if (other.group_sum.size() != group_sum.size())
    throw Error("LossSum", fmt::format("{} groups", group_sum.size()),
                fmt::format("{}", other.group_sum.size()));
  sum += other.sum;
  rows += other.rows;
  for (std::size_t g = 0; g < group_sum.size(); ++g) {
    group_sum[g] += other.group_sum[g];
    group_rows[g] += other.group_rows[g];
  }
  return *this;
}

}  // namespace feat2vec::trainers
