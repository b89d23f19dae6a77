#include "trainers/kernels/context_trainer.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <vector>

#include "trainers/kernels/aligned_buffer.h"

namespace feat2vec::trainers::kernels {
namespace {

/// Vectors that are sums of one to three rows, or single rows against one context, of which the kernels
/// are told or not.
enum class VectorKind { kSums, kPairs, kUntoldPairs };

/// Targets of two groups in a table of rows of which some are frequent, with noise and one to three
/// contexts. Without torch.
class Targets : public ContextSource<float> {
 public:
  static constexpr std::int64_t kTargets = 4000;
  static constexpr std::int32_t kRows = 600;
  static constexpr std::int32_t kStride = 16;

  /// `apart`: no target has a row or a group in common with the one after it.
  explicit Targets(bool softmax, VectorKind kind = VectorKind::kSums, bool apart = false)
      : softmax_(softmax), kind_(kind), apart_(apart) {
    float* weights = weights_.reserve(std::int64_t{kRows} * kStride);
    for (std::int64_t i = 0; i < std::int64_t{kRows} * kStride; ++i)
      weights[i] = static_cast<float>(mix(static_cast<std::uint64_t>(i)) % 2001) * 1e-4F - 0.1F;
    sums_.assign(kRows, 1e-6F);
    scalars_.assign(kRows + kGroups, 0.0F);
    scalar_sums_.assign(scalars_.size(), 1e-6F);
  }

  void draw(const std::int64_t* targets, std::int32_t count, std::uint32_t epoch,
            ContextExamples<float>& out) const override {
    const bool pairs = kind_ == VectorKind::kPairs;
    out.clear(pairs);
    for (std::int32_t i = 0; i < count; ++i) {
      std::uint64_t word = (static_cast<std::uint64_t>(targets[i]) * 4) + epoch;
      const auto next = [&](std::uint64_t below) {
        word = mix(word);
        return static_cast<std::int32_t>(word % below);
      };
      const std::int32_t candidates = 2 + next(7);
      const std::int32_t sums = candidates + 1 + (kind_ == VectorKind::kSums ? next(3) : 0);
      const std::int32_t group = next(kGroups);
      out.begin_example(apart_ ? i % 2 : group);
      out.candidates.back() = candidates;
      if (pairs) out.biased.push_back(1);
      for (std::int32_t s = 0; s < sums; ++s) {
        const float bias = s < candidates ? 1.0F : 0.0F;
        for (std::int32_t terms = kind_ == VectorKind::kSums ? 1 + next(3) : 1; terms > 0;
             --terms) {
          const std::int32_t row = row_for(i, next(next(4) == 0 ? kRows : 8));
          if (pairs)
            out.rows.push_back(row);
          else
            out.terms.push_back({row, terms == 1 ? 1.0F : 0.5F, bias});
        }
        if (pairs)
          out.corrections.push_back(-0.5F);
        else
          out.end_sum(-0.5F);
      }
      out.end_example();
    }
    out.end();
  }

  /// The weights after two epochs.
  std::vector<float> train(int threads, bool async, std::int64_t step = 1000) {
    ModelView<float> view;
    view.weights = {weights_.data(), sums_.data(), nullptr};
    view.scalars = {scalars_.data(), scalar_sums_.data(), nullptr};
    view.rows = kRows;
    view.dim = 11;
    view.stride = kStride;
    view.groups = kGroups;
    view.group_offsets = true;
    view.softmax = softmax_;
    ContextTrainer<float> trainer(view, best_target(), threads);
    RuleView<float> rule;
    rule.rate = 0.05F;
    rule.epsilon = 1e-8F;
    std::vector<std::int64_t> order;
    for (std::int64_t t = 0; t < kTargets; ++t) order.push_back((t * 2657) % kTargets);
    for (std::uint32_t epoch = 0; epoch < 2; ++epoch)
      for (std::int64_t first = 0; first < kTargets; first += step) {
        if (async)
          trainer.async_steps(*this, order.data() + first, step, epoch, rule);
        else
          trainer.exact_step(*this, order.data() + first, step, epoch, rule);
      }
    trainer.evaluate(*this, order.data(), kTargets, 2);
    std::vector<float> all(weights_.data(), weights_.data() + (std::int64_t{kRows} * kStride));
    all.insert(all.end(), scalars_.begin(), scalars_.end());
    return all;
  }

 private:
  static constexpr std::int32_t kGroups = 2;

  static std::uint64_t mix(std::uint64_t x) {
    x = (x + 1) * 0x9E3779B97F4A7C15U;
    return (x ^ (x >> 29U)) >> 7U;
  }

  /// The row for target `i` of a draw: even and odd targets have rows of their own when apart.
  std::int32_t row_for(std::int32_t i, std::int32_t row) const {
    return apart_ ? (row / 2 * 2) + (i % 2) : row;
  }

  bool softmax_;
  VectorKind kind_;
  bool apart_;
  AlignedBuffer<float> weights_;
  std::vector<float> sums_;
  std::vector<float> scalars_;
  std::vector<float> scalar_sums_;
};

TEST(ContextTrainer, GivesTheSameBitsForAnyNumberOfThreads) {
  for (const bool softmax : {false, true}) {
    const std::vector<float> expected = Targets(softmax).train(1, false);
    const std::vector<float> pairs = Targets(softmax, VectorKind::kPairs).train(1, false);
    for (const int threads : {2, 3, 8}) {
      EXPECT_EQ(Targets(softmax).train(threads, false), expected) << threads << " threads";
      EXPECT_EQ(Targets(softmax, VectorKind::kPairs).train(threads, false), pairs)
          << threads << " threads";
    }
  }
}

/// Up to rounding. Hogwild scores two pairs of a step before it steps them: here there is one in each.
TEST(ContextTrainer, TrainsPairsAsAnyTargets) {
  for (const bool softmax : {false, true})
    for (const bool async : {false, true}) {
      const std::int64_t step = async ? 1 : 1000;  // a second example would not see the first one's
      const std::vector<float> fast = Targets(softmax, VectorKind::kPairs).train(1, async, step);
      const std::vector<float> any =
          Targets(softmax, VectorKind::kUntoldPairs).train(1, async, step);
      ASSERT_EQ(fast.size(), any.size());
      for (std::size_t i = 0; i < any.size(); ++i)
        EXPECT_NEAR(fast[i], any[i], 1e-4) << softmax << async << " number " << i;
    }
}

TEST(ContextTrainer, TrainsTwoPairsAtOnceAsOneAfterTheOther) {
  for (const bool softmax : {false, true}) {
    const auto train = [&](VectorKind kind) {
      return Targets(softmax, kind, /*apart=*/true).train(1, /*async=*/true, /*step=*/2);
    };
    const std::vector<float> fast = train(VectorKind::kPairs);
    const std::vector<float> any = train(VectorKind::kUntoldPairs);
    ASSERT_EQ(fast.size(), any.size());
    for (std::size_t i = 0; i < any.size(); ++i)
      EXPECT_NEAR(fast[i], any[i], 1e-4) << softmax << " number " << i;
  }
}

TEST(ContextTrainer, HogwildOnOneThreadIsReproducible) {
  EXPECT_EQ(Targets(true).train(1, true), Targets(true).train(1, true));
  EXPECT_NE(Targets(true).train(1, true), Targets(true).train(1, false));
}

}  // namespace
}  // namespace feat2vec::trainers::kernels
