#include "samplers/group_chooser.h"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "tests/support/errors.h"
#include "tests/support/statistics.h"

namespace feat2vec::samplers {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;
using testing::error_of;
using ::testing::HasSubstr;
using ::testing::Pointwise;

auto flagged(const std::vector<std::uint8_t>& present) {
  return [&present](std::int64_t g) { return present[static_cast<std::size_t>(g)] != 0; };
}

std::vector<std::int64_t> histogram(const GroupChooser& chooser,
                                    const std::vector<std::uint8_t>& present) {
  std::vector<std::int64_t> counts(present.size(), 0);
  for (std::uint64_t row = 0; row < 100'000; ++row) {
    Philox random(1, 0, row);
    ++counts.at(static_cast<std::size_t>(chooser.choose(flagged(present), random)));
  }
  return counts;
}

TEST(GroupChooser, IsProportionalToParametersAtAlphaOne) {
  EXPECT_THAT(GroupChooser({100, 500, 30, 20, 0}, 1).probabilities(),
              Pointwise(DoubleNear(1e-8), {0.15384615, 0.76923077, 0.04615385, 0.03076923, 0.0}));
}

TEST(GroupChooser, NeverChoosesAGroupWithoutParametersEvenAtAlphaZero) {
  // The original takes 0^0 as 1 and then "replaces" its offset: negatives that equal positives.
  const GroupChooser chooser({7, 0, 900}, 0);
  EXPECT_THAT(chooser.probabilities(), ElementsAre(0.5, 0, 0.5));
  EXPECT_EQ(histogram(chooser, {1, 1, 1})[1], 0);
}

TEST(GroupChooser, DrawsWhatItSays) {
  const GroupChooser chooser({100, 500, 30, 20, 0}, 0.5);
  EXPECT_LT(testing::chi_square(histogram(chooser, {1, 1, 1, 1, 1}), chooser.probabilities()),
            testing::chi_square_bound(3));
}

TEST(GroupChooser, ChoosesAmongPresentGroupsByTheirShares) {
  const GroupChooser chooser({100, 500, 300, 20}, 1);
  EXPECT_LT(testing::chi_square(histogram(chooser, {1, 0, 1, 0}), {0.25, 0, 0.75, 0}),
            testing::chi_square_bound(1));
}

TEST(GroupChooser, ChoosesNothingWhenNothingCanBeChosen) {
  const GroupChooser chooser({5, 0}, 0.5);
  Philox random(1, 0, 0);
  for (const std::vector<std::uint8_t>& present : {std::vector<std::uint8_t>{0, 0}, {0, 1}})
    EXPECT_EQ(chooser.choose(flagged(present), random), -1);
}

TEST(GroupChooser, WorksForOneGroup) {
  const GroupChooser chooser({42}, 0.25);
  EXPECT_THAT(chooser.probabilities(), ElementsAre(1));
  EXPECT_THAT(histogram(chooser, {1}), ElementsAre(100'000));
}

TEST(GroupChooser, RejectsWhatMakesNoSense) {
  for (const double alpha1 : {-0.1, 1.1, std::numeric_limits<double>::quiet_NaN()})
    EXPECT_THAT(error_of([=] { GroupChooser({1}, alpha1); }), HasSubstr("alpha1 in [0, 1]"));
  EXPECT_THAT(error_of([] {
                GroupChooser({1, -1}, 0);
              }),
              HasSubstr("counts of 0 or more, received -1"));
  EXPECT_THAT(error_of([] {
                GroupChooser({0, 0}, 0);
              }),
              HasSubstr("expected a group with parameters"));
  EXPECT_THAT(error_of([] { GroupChooser({}, 0); }), HasSubstr("expected a group with parameters"));
}

}  // namespace
}  // namespace feat2vec::samplers
