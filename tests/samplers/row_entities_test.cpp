#include "samplers/row_entities.h"

#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>

#include <vector>

namespace feat2vec::samplers {
namespace {

data::Dataset table(const std::vector<std::int64_t>& a, const std::vector<std::int64_t>& b) {
  return data::Dataset({data::Column::categorical(at::tensor(a, at::kInt)),
                        data::Column::categorical(at::tensor(b, at::kInt))});
}

NoiseTables noise_of(const data::Dataset& rows) {
  data::Schema schema;
  schema.features = {{.name = "a", .columns = {"a"}}, {.name = "b", .columns = {"b"}}};
  return {rows, schema, NoiseOptions{}};
}

TEST(RowEntities, TellsEqualFromOtherAndAbsentFromUnseen) {
  const NoiseTables noise = noise_of(table({3, 1, 3}, {0, 2, 2}));
  const RowEntities found(table({1, -1, 7, 3}, {2, 0, 0, 2}), noise);
  EXPECT_EQ(noise.entities(0).donor(found.at(0, 0)), 1);
  EXPECT_EQ(noise.entities(0).donor(found.at(3, 0)), 0);
  EXPECT_EQ(found.at(0, 1), found.at(3, 1));
  EXPECT_EQ(found.at(1, 0), Entities::kAbsent);
  EXPECT_EQ(found.at(2, 0), Entities::kUnseen);
  EXPECT_EQ(found.of(2)[1], found.at(2, 1));
}

TEST(RowEntities, TellsWhereAGroupIsAbsent) {
  const NoiseTables noise = noise_of(table({3, 1, 3}, {0, 2, 2}));
  const RowEntities some(table({1, -1, 7}, {2, 0, 0}), noise);
  EXPECT_FALSE(some.complete());
  EXPECT_TRUE(some.complete(0));
  EXPECT_FALSE(some.complete(1));
  EXPECT_FALSE(some.present(1, 0));
  EXPECT_TRUE(some.present(1, 1));
  EXPECT_TRUE(some.complete(2)) << "what was never seen is there";
  EXPECT_TRUE(RowEntities(table({1, 7}, {2, 0}), noise).complete());
}

}  // namespace
}  // namespace feat2vec::samplers
