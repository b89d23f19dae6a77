#include "feat2vec/reading/lbfgs.h"

#include <gmock/gmock.h>

#include <cmath>
#include <vector>

namespace feat2vec::reading {
namespace {

using ::testing::DoubleNear;
using ::testing::Each;

double quadratic(std::span<const double> x, std::span<double> gradient) {
  double value = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double curvature = std::pow(10.0, static_cast<double>(i));
    value += curvature * (x[i] - 1) * (x[i] - 1);
    gradient[i] = 2 * curvature * (x[i] - 1);
  }
  return value;
}

double rosenbrock(std::span<const double> x, std::span<double> gradient) {
  const double a = 1 - x[0];
  const double b = x[1] - x[0] * x[0];
  gradient[0] = -2 * a - 400 * x[0] * b;
  gradient[1] = 200 * b;
  return a * a + 100 * b * b;
}

TEST(Minimize, SolvesAnIllConditionedQuadratic) {
  std::vector<double> x(5, -3);
  EXPECT_NEAR(minimize(quadratic, x), 0, 1e-10);
  EXPECT_THAT(x, Each(DoubleNear(1, 1e-5)));
}

TEST(Minimize, FollowsACurvedValley) {
  std::vector<double> x{-1.2, 1};
  EXPECT_NEAR(minimize(rosenbrock, x), 0, 1e-10);
  EXPECT_THAT(x, Each(DoubleNear(1, 1e-5)));
}

TEST(Minimize, StopsAfterItsStepsWithAValueThatIsLower) {
  std::vector<double> x{-1.2, 1};
  const double value = minimize(rosenbrock, x, {.steps = 3});
  std::vector<double> gradient(2);
  EXPECT_EQ(value, rosenbrock(x, gradient));
  EXPECT_LT(value, 24.2);
  EXPECT_GT(value, 1e-3);
}

TEST(Minimize, StaysWhereNothingIsLower) {
  std::vector<double> x(3, 1);
  EXPECT_EQ(minimize(quadratic, x), 0);
  EXPECT_EQ(x, std::vector<double>(3, 1));
}

TEST(Minimize, StepsBackFromValuesThatAreNoNumbers) {
  std::vector<double> x{4};
  const auto logarithm = [](std::span<const double> at, std::span<double> gradient) {
    gradient[0] = 5 - 5 / at[0];
    return 5 * at[0] - 5 * std::log(at[0]);  // NaN below 0
  };
  EXPECT_NEAR(minimize(logarithm, x), 5, 1e-10);
  EXPECT_NEAR(x[0], 1, 1e-5);
}

}  // namespace
}  // namespace feat2vec::reading
