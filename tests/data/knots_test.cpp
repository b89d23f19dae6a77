#include "feat2vec/data/knots.h"

#include <gmock/gmock.h>

#include <limits>
#include <vector>

namespace feat2vec::data {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<float> hats(double x, const std::vector<double>& knots) {
  std::vector<float> found(knots.size(), 7);
  write_hats(x, knots, found.data());
  return found;
}

TEST(Knots, AreQuantilesEachOnce) {
  EXPECT_THAT(fit_knots({5, 1, 4, 2, 3}, 3), ElementsAre(1, 3, 5));
  EXPECT_THAT(fit_knots({5, 1, 4, 2, 3}, 9), ElementsAre(1, 2, 3, 4, 5));
  EXPECT_THAT(fit_knots({7, 7, 7, 7, 9}, 3), ElementsAre(7, 9));
  EXPECT_THAT(fit_knots({7}, 4), ElementsAre(7));
  EXPECT_THAT(fit_knots({}, 4), IsEmpty());
}

TEST(Hats, AreLinearBetweenKnotsAndConstantBeyond) {
  const std::vector<double> knots{0, 1, 5};
  EXPECT_THAT(hats(0, knots), ElementsAre(1, 0, 0));
  EXPECT_THAT(hats(0.25, knots), ElementsAre(0.75F, 0.25F, 0));
  EXPECT_THAT(hats(1, knots), ElementsAre(0, 1, 0));
  EXPECT_THAT(hats(4, knots), ElementsAre(0, 0.25F, 0.75F));
  EXPECT_THAT(hats(5, knots), ElementsAre(0, 0, 1));
  EXPECT_THAT(hats(-9, knots), ElementsAre(1, 0, 0));
  EXPECT_THAT(hats(9e300, knots), ElementsAre(0, 0, 1));
  EXPECT_THAT(hats(3, {2}), ElementsAre(1));
}

TEST(Hats, HoldWhereDifferencesOverflow) {
  constexpr double kMost = std::numeric_limits<double>::max();
  EXPECT_THAT(hats(0, {-kMost, kMost}), ElementsAre(0.5F, 0.5F));
}

}  // namespace
}  // namespace feat2vec::data
