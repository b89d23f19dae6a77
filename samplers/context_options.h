#pragma once

#include <cstdint>

namespace feat2vec::samplers {

/// What a noise draw replaces.
enum class Unit {
  kGroup,   ///< the whole value of a sampling group, such as all members of a bag (the paper)
  kMember,  ///< one value: one member of a bag, or the value of a single-valued feature
};

/// What of the row a target is scored against, and which values are targets. All change results.
///
/// Each target draws one kind of context, with these shares as probabilities:
struct ContextOptions {
  Unit unit = Unit::kGroup;
  double all = 1;     ///< the sum of all other values of the row (the paper)
  double keep = 0;    ///< the sum of those kept, each with `keep_probability`
  double one = 0;     ///< each of the other values alone ("pairs")
  double subset = 0;  ///< the sum of n random ones divided by √n, n uniform in 1 … all
  double keep_probability = 0.2;  ///< of kind keep, in (0, 1]
  std::int64_t cap = 10;          ///< pairs a target has at most: of a longer row so many are drawn
  bool same_bag = true;           ///< other members of the target's bag may be context
  /// Pairs: the noise of a target is drawn once for all its pairs, else for each.
  bool shared_noise = true;
  /// Noise may be the target itself. Softmax leaves such draws out.
  bool accidental_hits = true;
  /// Softmax: groups of up to so many values are scored whole, without noise; 0: none.
  std::int64_t exact_values = 0;

  /// Whether it is the paper's scheme, which `ImplicitSampler::draw` draws.
  bool is_paper() const { return unit == Unit::kGroup && keep == 0 && one == 0 && subset == 0; }

  /// Throws Error for shares that are negative or do not add up to 1, and other numbers out of range.
  void validate() const;
};

/// Values of a row that are added up for one context at most; of a longer row so many are drawn.
inline constexpr std::int64_t kMostSummed = 256;

}  // namespace feat2vec::samplers
