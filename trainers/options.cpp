#include "trainers/options.h"

#include <fmt/format.h>

#include <cmath>

#include "feat2vec/error.h"

namespace feat2vec::trainers {

void TrainOptions::validate() const {
  const auto at_least = [](const char* name, std::int64_t least, std::int64_t value) {
    if (value < least)
      throw Error("TrainOptions", fmt::format("{} of {} or more", name, least),
                  fmt::format("{}", value));
  };
  at_least("epochs", 1, epochs);
  at_least("batch", 1, batch);
  at_least("patience", 0, patience);
  if (!(learning_rate > 0) || !std::isfinite(learning_rate))
    throw Error("TrainOptions", "a learning rate above 0", fmt::format("{}", learning_rate));
}

std::string_view to_string(Objective objective) {
  return objective == Objective::kNce ? "nce" : "ns";
}

std::string_view to_string(OptimizerKind kind) {
  switch (kind) {
    case OptimizerKind::kAdam:
      return "adam";
    case OptimizerKind::kAdagrad:
      return "adagrad";
    case OptimizerKind::kSgd:
      break;
  }
  return "sgd";
}

}  // namespace feat2vec::trainers
