#include "samplers/entities.h"

#include <ATen/Functions.h>
#include <gmock/gmock.h>

#include <cmath>
#include <limits>
#include <map>
#include <random>

#include "feat2vec/data/vocabulary.h"
#include "tests/support/data.h"
#include "tests/support/errors.h"

namespace feat2vec::samplers {
namespace {

using data::Column;
using data::Dataset;
using testing::bag_column;
using ::testing::ElementsAre;
using testing::error_of;
using ::testing::HasSubstr;
using testing::ids_column;
using testing::numeric_column;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

std::vector<std::int32_t> find_in_itself(const Column& column) {
  const Dataset dataset({column});
  return Entities(dataset, {0}).find(dataset);
}

/// The slow model: values as text, in order of appearance, absent rows left out.
struct Model {
  std::map<std::string, std::size_t> ids;
  std::vector<std::int64_t> counts;
  std::vector<std::int64_t> donors;
};

std::string value_of(const Dataset& dataset, const std::vector<std::size_t>& features,
                     std::int64_t row) {
  std::string text;
  bool present = false;
  for (const std::size_t f : features) {
    const Column& column = dataset.column(f);
    present |= !column.absent()[row].item<bool>();
    text += testing::cell(column, row) + ";";
  }
  return present ? text : "";
}

Model model_of(const Dataset& dataset, const std::vector<std::size_t>& features) {
  Model model;
  for (std::int64_t row = 0; row < dataset.rows(); ++row) {
    const std::string value = value_of(dataset, features, row);
    if (value.empty()) continue;
    const auto [found, fresh] = model.ids.emplace(value, model.counts.size());
    if (fresh) {
      model.counts.push_back(0);
      model.donors.push_back(row);
    }
    ++model.counts[found->second];
  }
  return model;
}

TEST(Entities, AgreeWithAMap) {
  const Dataset train = testing::random_dataset(300, 1);
  const Dataset other = testing::random_dataset(200, 2);
  const std::vector<std::vector<std::size_t>> groups{{0}, {1}, {2}, {0, 1}, {2, 0}, {0, 1, 2}};
  for (const std::vector<std::size_t>& features : groups) {
    const Entities entities(train, features);
    const Model model = model_of(train, features);
    EXPECT_EQ(entities.counts(), model.counts);
    for (std::size_t e = 0; e < model.donors.size(); ++e)
      EXPECT_EQ(entities.donor(static_cast<std::int64_t>(e)), model.donors[e]);
    for (const Dataset& dataset : {train, other}) {
      const std::vector<std::int32_t> found = entities.find(dataset);
      for (std::int64_t row = 0; row < dataset.rows(); ++row) {
        const std::string value = value_of(dataset, features, row);
        const auto known = model.ids.find(value);
        const std::int32_t expected = value.empty() ? Entities::kAbsent
                                      : known == model.ids.end()
                                          ? Entities::kUnseen
                                          : static_cast<std::int32_t>(known->second);
        EXPECT_EQ(found[static_cast<std::size_t>(row)], expected) << value;
      }
    }
  }
}

TEST(Entities, TheMembersOfABagHaveNoOrder) {
  EXPECT_THAT(find_in_itself(bag_column({{1, 2, 3}, {3, 1, 2}, {1, 2}, {1, 1, 2}})),
              ElementsAre(0, 0, 1, 2));
}

TEST(Entities, NeighbouringBagsDoNotRunTogether) {
  const Dataset dataset({bag_column({{1, 2}, {1}, {}}), bag_column({{3}, {2, 3}, {1, 2, 3}})});
  EXPECT_THAT(Entities(dataset, {0, 1}).counts(), ElementsAre(1, 1, 1));
}

TEST(Entities, MinusOneAndMinusTwoDiffer) {
  // The original identifies values by a hash for which −1 and −2 are one.
  EXPECT_THAT(find_in_itself(numeric_column({{-1}, {-2}, {-1}})), ElementsAre(0, 1, 0));
  const Dataset specials({ids_column({-1, -2}), ids_column({-2, -1})});
  EXPECT_THAT(Entities(specials, {0, 1}).counts(), ElementsAre(1, 1));
}

TEST(Entities, NumericValuesAreWholeTuples) {
  EXPECT_THAT(find_in_itself(numeric_column({{1, 2}, {2, 1}, {1, 2}, {1, 3}})),
              ElementsAre(0, 1, 0, 2));
}

TEST(Entities, MinusZeroIsZero) {
  EXPECT_THAT(find_in_itself(numeric_column({{0.0}, {-0.0}})), ElementsAre(0, 0));
}

TEST(Entities, EveryNotANumberIsOneValue) {
  at::Tensor values = at::tensor({kNaN, -kNaN, std::nan("7")}, at::kDouble).view({3, 1});
  EXPECT_THAT(find_in_itself(Column::numeric(values)), ElementsAre(0, 0, 0));
}

TEST(Entities, WhatAMissingCellHoldsDoesNotMatter) {
  const at::Tensor values = at::tensor({5.0, 1.0, 6.0, 1.0}, at::kFloat).view({2, 2});
  const at::Tensor missing = at::tensor({1, 0, 1, 0}, at::kInt).to(at::kBool).view({2, 2});
  EXPECT_THAT(find_in_itself(Column::numeric(values, missing)), ElementsAre(0, 0));
}

TEST(Entities, MissingIsNotZero) {
  EXPECT_THAT(find_in_itself(numeric_column({{kNaN, 1}, {0, 1}, {kNaN, 1}})), ElementsAre(0, 1, 0));
}

TEST(Entities, AMissingRowIsAbsentUnlessMissingIsAValue) {
  EXPECT_THAT(find_in_itself(numeric_column({{kNaN, kNaN}, {1, 2}})),
              ElementsAre(Entities::kAbsent, 0));
  EXPECT_THAT(find_in_itself(numeric_column({{kNaN, kNaN}, {1, 2}}, true)), ElementsAre(0, 1));
  EXPECT_THAT(find_in_itself(ids_column({data::kNoValue, 3})), ElementsAre(Entities::kAbsent, 0));
  EXPECT_THAT(find_in_itself(bag_column({{}, {data::kNoValue}, {3}})),
              ElementsAre(Entities::kAbsent, Entities::kAbsent, 0));
}

TEST(Entities, AGroupIsPresentWhereOneOfItsFeaturesIs) {
  const Dataset dataset({ids_column({-1, -1, 2}), ids_column({-1, 5, -1})});
  EXPECT_THAT(Entities(dataset, {0, 1}).find(dataset), ElementsAre(Entities::kAbsent, 0, 1));
}

TEST(Entities, UnseenIsNotAbsent) {
  const Entities entities(Dataset({ids_column({1, 2})}), {0});
  EXPECT_THAT(entities.find(Dataset({ids_column({3, -1, 2})})),
              ElementsAre(Entities::kUnseen, Entities::kAbsent, 1));
}

TEST(Entities, TakeCountsFromOutside) {
  const Dataset dataset({ids_column({4, 7, 4, -1})});
  const Entities entities(dataset, {0}, {10, 0, 5, 99});
  EXPECT_THAT(entities.counts(), ElementsAre(15, 0));
  EXPECT_EQ(entities.donor(1), 1);
  EXPECT_THAT(error_of([&] {
                Entities(dataset, {0}, {1, 2});
              }),
              HasSubstr("expected 4 counts, received 2"));
  EXPECT_THAT(error_of([&] {
                Entities(dataset, {0}, {1, -2, 0, 0});
              }),
              HasSubstr("expected counts of 0 or more, received -2"));
}

TEST(Entities, ReadTensorsThatAreNotContiguous) {
  const at::Tensor padded = testing::indices({0, 99, 2, 99, 3, 99});
  const at::Tensor ids = at::tensor({1, 9, 2, 9, 1, 9}, at::kInt).slice(0, 0, 6, 2);
  const Column column = Column::bag(ids, padded.slice(0, 0, 6, 2));
  EXPECT_THAT(find_in_itself(column), ElementsAre(0, 1));
  EXPECT_THAT(find_in_itself(Column::categorical(ids)), ElementsAre(0, 1, 0));
  EXPECT_THAT(
      find_in_itself(Column::numeric(at::tensor({1.0, 9.0, 2.0, 9.0}).view({2, 2}).slice(1, 0, 1))),
      ElementsAre(0, 1));
}

}  // namespace
}  // namespace feat2vec::samplers
