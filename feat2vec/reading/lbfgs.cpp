#include "feat2vec/reading/lbfgs.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <deque>
#include <limits>
#include <numeric>
#include <utility>

namespace feat2vec::reading {
namespace {

using Vector = std::vector<double>;

constexpr double kSufficientDecrease = 1e-4;
constexpr double kCurvature = 0.9;
constexpr int kSearchSteps = 40;

double dot(const Vector& a, const Vector& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

void add(Vector& to, double factor, const Vector& what) {
  for (std::size_t i = 0; i < to.size(); ++i) to[i] += factor * what[i];
}

struct Point {
  Vector x;
  Vector gradient;
  double value = 0;
};

Point evaluated(const Objective& objective, Vector x) {
  Point point{std::move(x), {}, 0};
  point.gradient.resize(point.x.size());
  point.value = objective(point.x, point.gradient);
  return point;
}

/// A step taken, and how the gradient changed by it.
struct Change {
  Vector x;
  Vector gradient;
  double curvature;  // x·gradient > 0
};

/// -H·gradient, H the inverse curvature that the changes tell of.
Vector direction(const Vector& gradient, const std::deque<Change>& changes) {
  Vector result = gradient;
  Vector alphas;
  for (auto change = changes.rbegin(); change != changes.rend(); ++change) {
    alphas.push_back(dot(change->x, result) / change->curvature);
    add(result, -alphas.back(), change->gradient);
  }
  const double scale = changes.empty() ? 1 / std::max(1.0, std::sqrt(dot(gradient, gradient)))
                                       : changes.back().curvature /
                                             dot(changes.back().gradient, changes.back().gradient);
  for (double& entry : result) entry *= scale;
  for (const Change& change : changes) {
    const double beta = dot(change.gradient, result) / change.curvature;
    add(result, alphas.back() - beta, change.x);
    alphas.pop_back();
  }
  for (double& entry : result) entry = -entry;
  return result;
}

/// A point along `way` that satisfies the weak Wolfe conditions, else the last one tried that is
/// lower than `start`, else `start`.
Point search(const Objective& objective, const Point& start, const Vector& way) {
  const double slope = dot(start.gradient, way);
  double low = 0;
  double high = std::numeric_limits<double>::infinity();
  double length = 1;
  Point best = start;
  for (int step = 0; step < kSearchSteps && slope < 0; ++step) {
    Vector x = start.x;
    add(x, length, way);
    Point point = evaluated(objective, std::move(x));
    if (!(point.value <= start.value + kSufficientDecrease * length * slope)) {
      high = length;
    } else {
      best = std::move(point);
      if (dot(best.gradient, way) >= kCurvature * slope) break;
      low = length;
    }
    length = std::isinf(high) ? 2 * low : (low + high) / 2;
  }
  return best;
}

double largest(const Vector& vector) {
  double found = 0;
  for (const double entry : vector) found = std::max(found, std::abs(entry));
  return found;
}

}  // namespace

double minimize(const Objective& objective, Vector& x, const LbfgsOptions& options) {
  Point point = evaluated(objective, x);
  std::deque<Change> changes;
  for (int step = 0; step < options.steps; ++step) {
    if (largest(point.gradient) <= options.gradient_tolerance) break;
    Point next = search(objective, point, direction(point.gradient, changes));
    if (!(next.value < point.value)) break;
    Change change{next.x, next.gradient, 0};
    add(change.x, -1, point.x);
    add(change.gradient, -1, point.gradient);
    change.curvature = dot(change.x, change.gradient);
    if (change.curvature > 0) changes.push_back(std::move(change));
    if (changes.size() > static_cast<std::size_t>(options.history)) changes.pop_front();
    point = std::move(next);
  }
  x = point.x;
  return point.value;
}

}  // namespace feat2vec::reading
