#include "samplers/context_options.h"

#include <fmt/format.h>

#include <cmath>

#include "feat2vec/error.h"

namespace feat2vec::samplers {

void ContextOptions::validate() const {
  const auto check = [](bool good, const char* expected, auto received) {
    if (!good) throw Error("ContextOptions", expected, fmt::format("{}", received));
  };
  for (const double share : {all, keep, one, subset})
    check(share >= 0 && share <= 1, "shares of contexts in [0, 1]", share);
  const double sum = all + keep + one + subset;
  check(std::abs(sum - 1) < 1e-9, "shares of contexts that add up to 1", sum);
  check(keep_probability > 0 && keep_probability <= 1, "a keep probability in (0, 1]",
        keep_probability);
  check(cap >= 1, "a cap of 1 context or more", cap);
  check(exact_values >= 0 && exact_values <= 1024, "exact softmax for at most 1024 values",
        exact_values);
}

}  // namespace feat2vec::samplers
