#include "feat2vec/nn/extractor.h"

#include <ATen/TensorOperators.h>
#include <gmock/gmock.h>
#include <torch/nn/modules/container/any.h>
#include <torch/nn/modules/linear.h>

#include <limits>

#include "tests/support/data.h"
#include "tests/support/errors.h"
#include "tests/support/gradient.h"
#include "tests/support/model.h"

namespace feat2vec::nn {
namespace {

using data::Column;
using testing::bag_column;
using testing::error_of;
using testing::expect_right_gradient;
using ::testing::HasSubstr;
using testing::ids_column;
using testing::numeric_column;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr std::int64_t kDim = 3;

void expect_near(const at::Tensor& received, const at::Tensor& expected, double tolerance = 1e-12) {
  ASSERT_EQ(received.sizes(), expected.sizes());
  EXPECT_LT((received - expected).abs().max().item<double>(), tolerance)
      << received << "\nexpected\n"
      << expected;
}

void expect_right_gradients(Extractor& extractor, const Column& column) {
  for (const auto& parameter : extractor.named_parameters()) {
    SCOPED_TRACE(parameter.key());
    expect_right_gradient([&] { return extractor.forward(column); }, parameter.value());
  }
}

/// Σ of the table's rows that `members` name, by the meaning of the special ids.
at::Tensor sum_of(const at::Tensor& weight, const std::vector<std::int32_t>& members) {
  at::Tensor sum = at::zeros({weight.size(1)}, at::kDouble);
  for (const std::int32_t id : members) {
    if (id == data::kNoValue) continue;
    sum = sum + (id == data::kMeanValue ? weight.mean(0) : weight[id]);
  }
  return sum;
}

TEST(Lookup, PicksRowsOfTheTable) {
  Lookup lookup(5, kDim);
  testing::randomize(lookup, 1);
  EXPECT_EQ(lookup.parameter_count(), 15);
  expect_near(lookup.forward(ids_column({4, 0, 4})),
              lookup.weight.index_select(0, testing::indices({4, 0, 4})));
}

TEST(Lookup, KnowsTheSpecialIds) {
  Lookup lookup(4, kDim);
  testing::randomize(lookup, 2);
  const at::Tensor vectors = lookup.forward(ids_column({data::kNoValue, 3, data::kMeanValue}));
  expect_near(vectors[0], at::zeros({kDim}, at::kDouble), 1e-300);
  expect_near(vectors[1], lookup.weight[3]);
  expect_near(vectors[2], lookup.weight.mean(0));
}

TEST(Lookup, HasRightGradients) {
  Lookup lookup(4, kDim);
  testing::randomize(lookup, 3);
  expect_right_gradients(lookup, ids_column({1, 1, 3}));
  expect_right_gradients(lookup, ids_column({data::kMeanValue, 1, data::kNoValue, 1}));
}

TEST(Lookup, RejectsIdsOutsideTheTable) {
  Lookup lookup(4, kDim);
  for (const std::int32_t id : {4, -3, 1 << 30})
    EXPECT_ANY_THROW(lookup.forward(ids_column({0, id})));
}

TEST(Lookup, RejectsOtherColumns) {
  EXPECT_THAT(error_of([] { Lookup(4, kDim).forward(bag_column({{1}})); }),
              HasSubstr("[Extractor] expected a categorical column, received a bag column"));
}

class BagLookupOf : public ::testing::TestWithParam<data::Pooling> {
 protected:
  static double divisor(std::size_t members) {
    const double n = std::max(1.0, static_cast<double>(members));
    switch (GetParam()) {
      case data::Pooling::kSum:
        return 1;
      case data::Pooling::kMean:
        return n;
      case data::Pooling::kSqrt:
        return std::sqrt(n);
    }
    return 0;
  }
};

TEST_P(BagLookupOf, PoolsTheMembers) {
  BagLookup lookup(5, kDim, GetParam());
  testing::randomize(lookup, 4);
  const std::vector<std::vector<std::int32_t>> bags{{0, 3}, {}, {2, 2, 2}, {data::kMeanValue, 4},
                                                    {1},    {}};
  const at::Tensor vectors = lookup.forward(bag_column(bags));
  ASSERT_EQ(vectors.size(0), 6);
  for (std::size_t row = 0; row < bags.size(); ++row)
    expect_near(vectors[static_cast<std::int64_t>(row)],
                sum_of(lookup.weight, bags[row]) / divisor(bags[row].size()));
}

TEST_P(BagLookupOf, NothingIsTheZeroVector) {
  BagLookup lookup(5, kDim, GetParam());
  testing::randomize(lookup, 5);
  expect_near(lookup.forward(bag_column({{}, {data::kNoValue}, {}})),
              at::zeros({3, kDim}, at::kDouble), 1e-300);
}

TEST_P(BagLookupOf, HasRightGradients) {
  BagLookup lookup(4, kDim, GetParam());
  testing::randomize(lookup, 6);
  expect_right_gradients(lookup, bag_column({{0, 1}, {}, {3, 3, 1}}));
  expect_right_gradients(lookup, bag_column({{data::kMeanValue, 1}, {data::kNoValue}, {2}}));
}

INSTANTIATE_TEST_SUITE_P(EachPooling, BagLookupOf,
                         ::testing::Values(data::Pooling::kSum, data::Pooling::kMean,
                                           data::Pooling::kSqrt));

TEST(BagLookup, RejectsIdsOutsideTheTable) {
  BagLookup lookup(4, kDim, data::Pooling::kSum);
  EXPECT_ANY_THROW(lookup.forward(bag_column({{0, 4}})));
  EXPECT_ANY_THROW(lookup.forward(bag_column({{0, -3}})));
}

TEST(Dense, IsAnAffineMap) {
  Dense dense(2, kDim, true, false);
  testing::randomize(dense, 7);
  EXPECT_EQ(dense.parameter_count(), 9);
  const at::Tensor vectors = dense.forward(numeric_column({{2, -0.5}, {0, 0}}));
  expect_near(vectors[0], 2 * dense.weight[0] - 0.5 * dense.weight[1] + dense.bias);
  expect_near(vectors[1], dense.bias);
}

TEST(Dense, WithoutABiasIsLinear) {
  Dense dense(2, kDim, false, false);
  testing::randomize(dense, 8);
  EXPECT_EQ(dense.parameter_count(), 6);
  expect_near(dense.forward(numeric_column({{0, 4}}))[0], 4 * dense.weight[1]);
}

TEST(Dense, AMissingCellHasAVectorOfItsOwn) {
  Dense dense(2, kDim, true, true);
  testing::randomize(dense, 9);
  EXPECT_EQ(dense.parameter_count(), 15);
  const at::Tensor vectors = dense.forward(numeric_column({{kNaN, 3}, {kNaN, kNaN}}, true));
  expect_near(vectors[0], dense.missing[0] + 3 * dense.weight[1] + dense.bias);
  expect_near(vectors[1], dense.missing[0] + dense.missing[1] + dense.bias);
}

TEST(Dense, ARowWithNothingInItIsTheZeroVector) {
  Dense dense(2, kDim, true, false);
  testing::randomize(dense, 10);
  const at::Tensor vectors = dense.forward(numeric_column({{kNaN, kNaN}, {kNaN, 2}}));
  expect_near(vectors[0], at::zeros({kDim}, at::kDouble), 1e-300);
  expect_near(vectors[1], 2 * dense.weight[1] + dense.bias);
}

TEST(Dense, HasRightGradients) {
  for (const bool bias : {false, true})
    for (const bool missing : {false, true}) {
      Dense dense(2, kDim, bias, missing);
      testing::randomize(dense, 11);
      expect_right_gradients(dense, numeric_column({{1, 2}, {kNaN, 0.5}, {kNaN, kNaN}}));
    }
}

/// 2 → 4 → kDim with a tanh between.
struct SmallMlpImpl : torch::nn::Module {
  at::Tensor forward(const at::Tensor& values) { return second(first(values).tanh()); }

  torch::nn::Linear first = register_module("first", torch::nn::Linear(2, 4));
  torch::nn::Linear second = register_module("second", torch::nn::Linear(4, kDim));
};
TORCH_MODULE(SmallMlp);

torch::nn::AnyModule small_mlp() {
  SmallMlp mlp;
  testing::randomize(*mlp, 12);
  return torch::nn::AnyModule(mlp);
}

Column doubles(Column column) {
  column.values = column.values.to(at::kDouble);
  return column;
}

TEST(Custom, RunsAModuleOfTheUser) {
  torch::nn::AnyModule mlp = small_mlp();
  Custom custom(mlp, kDim);
  EXPECT_EQ(custom.parameter_count(), 2 * 4 + 4 + 4 * kDim + kDim);
  const Column column = doubles(numeric_column({{1, 2}, {0.5, -1}}));
  expect_near(custom.forward(column), mlp.forward<at::Tensor>(column.values));
  expect_right_gradients(custom, column);
}

TEST(Custom, AnAbsentRowIsTheZeroVector) {
  Custom custom(small_mlp(), kDim);
  const at::Tensor vectors = custom.forward(doubles(numeric_column({{kNaN, kNaN}, {1, kNaN}})));
  expect_near(vectors[0], at::zeros({kDim}, at::kDouble), 1e-300);
  EXPECT_GT(vectors[1].abs().max().item<double>(), 0);
}

TEST(Custom, MustGiveVectorsOfTheModelsLength) {
  Custom custom(small_mlp(), 5);
  EXPECT_THAT(error_of([&] {
                custom.forward(doubles(numeric_column({{1, 2}})));
              }),
              HasSubstr("[Custom] expected vectors [1, 5] from the module, received [1, 3]"));
}

TEST(Offset, IsOneVectorForAllRows) {
  Offset offset(kDim);
  testing::randomize(offset, 13);
  EXPECT_EQ(offset.parameter_count(), kDim);
  expect_near(offset.forward(Column::offset(4)), offset.weight.expand({4, kDim}));
  expect_right_gradients(offset, Column::offset(4));
}

}  // namespace
}  // namespace feat2vec::nn
