#include "feat2vec/named_tensors.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/ones.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>

namespace feat2vec {
namespace {

TEST(NamedTensors, AreFoundByTheirPrefix) {
  NamedTensors all{{"a", at::ones({1})}};
  append_with_prefix(all, "best/", {{"a", at::ones({2})}, {"b", at::ones({3})}});
  const NamedTensors best = with_prefix(all, "best/");
  ASSERT_EQ(best.size(), 2);
  EXPECT_EQ(best[0].first, "a");
  EXPECT_EQ(best[0].second.numel(), 2);
  EXPECT_EQ(best[1].first, "b");
  EXPECT_TRUE(with_prefix(all, "worst/").empty());
}

TEST(RowParts, AreAllRowsInOrderAsViews) {
  for (const std::int64_t rows : {0, 1, 16383, 16384, 32767, 32768, 50001}) {
    const at::Tensor tensor = at::arange(rows * 3).view({rows, 3}).narrow(1, 0, 2);
    const std::vector<at::Tensor> parts = row_parts(tensor);
    EXPECT_TRUE(at::equal(at::cat(parts), tensor));
    for (std::size_t i = 0; i < parts.size(); ++i) {
      EXPECT_TRUE(parts[i].is_alias_of(tensor));
      if (i + 1 < parts.size()) {
        EXPECT_EQ(parts[i].size(0) % 16, 0);
      }
    }
    EXPECT_GE(parts.back().size(0), std::min<std::int64_t>(rows, 16));
  }
  EXPECT_EQ(row_parts(at::ones({})).size(), 1);
}

}  // namespace
}  // namespace feat2vec
