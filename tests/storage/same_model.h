#pragma once

#include <ATen/ops/equal.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>

#include "feat2vec/storage/model.h"
#include "feat2vec/storage/model_tensors.h"

namespace feat2vec::testing {

/// Expects two models with the same schema, provenance, vocabularies and numbers, to the bit.
inline void expect_equal(const Model& a, const Model& b) {
  EXPECT_EQ(a.schema, b.schema);
  EXPECT_EQ(a.provenance, b.provenance);
  ASSERT_EQ(a.vocabularies.size(), b.vocabularies.size());
  for (std::size_t f = 0; f < a.vocabularies.size(); ++f) {
    ASSERT_EQ(a.vocabularies[f].rows(), b.vocabularies[f].rows());
    for (std::int64_t id = 0; id < a.vocabularies[f].rows(); ++id) {
      EXPECT_EQ(a.vocabularies[f].value(id), b.vocabularies[f].value(id));
      EXPECT_EQ(a.vocabularies[f].count(id), b.vocabularies[f].count(id));
    }
  }
  ASSERT_EQ(a.seen.has_value(), b.seen.has_value());
  if (a.seen) {
    EXPECT_EQ(a.seen->rows, b.seen->rows);
    EXPECT_EQ(a.seen->different, b.seen->different);
    EXPECT_EQ(a.seen->once, b.seen->once);
    EXPECT_TRUE(at::equal(a.seen->hashes, b.seen->hashes));
  }
  const NamedTensors x = storage::model_tensors(a.module);
  const NamedTensors y = storage::model_tensors(b.module);
  ASSERT_EQ(x.size(), y.size());
  for (std::size_t i = 0; i < x.size(); ++i) {
    EXPECT_EQ(x[i].first, y[i].first);
    EXPECT_EQ(x[i].second.scalar_type(), y[i].second.scalar_type());
    EXPECT_TRUE(at::equal(x[i].second, y[i].second)) << x[i].first;
  }
}

}  // namespace feat2vec::testing
