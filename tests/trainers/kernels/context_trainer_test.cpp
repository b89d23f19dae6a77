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

struct Options {
  bool softmax = false;
  VectorKind kind = VectorKind::kSums;
  bool apart = false;  ///< no target has a row or a group in common with the one after it
  std::uint64_t most_noise = 7;
  std::int32_t dim = 11;
  Rule rule = Rule::kRowAdagrad;
  float weight_decay = 0;
  Target target = best_target();
};

/// Targets of two groups in a table of rows of which some are frequent, with noise and one to three
/// contexts. Without torch.
class Targets : public ContextSource<float> {
 public:
  static constexpr std::int64_t kTargets = 4000;
  static constexpr std::int32_t kRows = 600;

  explicit Targets(const Options& options)
      : options_(options), stride_((options.dim + 15) / 16 * 16) {
    float* weights = weights_.reserve(std::int64_t{kRows} * stride_);
    for (std::int64_t i = 0; i < std::int64_t{kRows} * stride_; ++i)
      weights[i] =
          i % stride_ >= options.dim
              ? 0
              : static_cast<float>(mix(static_cast<std::uint64_t>(i)) % 2001) * 1e-4F - 0.1F;
    sums_.assign(kRows, 1e-6F);
    scalars_.assign(kRows + kGroups, 0.0F);
    scalar_sums_.assign(scalars_.size(), 1e-6F);
  }

  void draw(const std::int64_t* targets, std::int32_t count, std::uint32_t epoch,
            ContextExamples<float>& out) const override {
    const bool pairs = options_.kind == VectorKind::kPairs;
    out.clear(pairs);
    for (std::int32_t i = 0; i < count; ++i) {
      std::uint64_t word = (static_cast<std::uint64_t>(targets[i]) * 4) + epoch;
      const auto next = [&](std::uint64_t below) {
        word = mix(word);
        return static_cast<std::int32_t>(word % below);
      };
      const std::int32_t candidates = 2 + next(options_.most_noise);
      const std::int32_t sums = candidates + 1 + (options_.kind == VectorKind::kSums ? next(3) : 0);
      const std::int32_t group = next(kGroups);
      out.begin_example(options_.apart ? i % 2 : group);
      out.candidates.back() = candidates;
      if (pairs) out.biased.push_back(1);
      for (std::int32_t s = 0; s < sums; ++s) {
        const float bias = s < candidates ? 1.0F : 0.0F;
        for (std::int32_t terms = options_.kind == VectorKind::kSums ? 1 + next(3) : 1; terms > 0;
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
    view.dim = options_.dim;
    view.stride = stride_;
    view.groups = kGroups;
    view.group_offsets = true;
    view.softmax = options_.softmax;
    ContextTrainer<float> trainer(view, options_.target, threads);
    RuleView<float> rule;
    rule.rule = options_.rule;
    rule.weight_decay = options_.weight_decay;
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
    std::vector<float> all(weights_.data(), weights_.data() + (std::int64_t{kRows} * stride_));
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
    return options_.apart ? (row / 2 * 2) + (i % 2) : row;
  }

  Options options_;
  std::int32_t stride_;
  AlignedBuffer<float> weights_;
  std::vector<float> sums_;
  std::vector<float> scalars_;
  std::vector<float> scalar_sums_;
};

/// Up to rounding, for any pair as for the kernels that are not told of pairs.
void expect_as_any_targets(Options options, bool async, std::int64_t step) {
  options.kind = VectorKind::kPairs;
  const std::vector<float> fast = Targets(options).train(1, async, step);
  options.kind = VectorKind::kUntoldPairs;
  const std::vector<float> any = Targets(options).train(1, async, step);
  ASSERT_EQ(fast.size(), any.size());
  for (std::size_t i = 0; i < any.size(); ++i)
    ASSERT_NEAR(fast[i], any[i], 1e-4) << "number " << i << ", softmax " << options.softmax
                                       << ", async " << async << ", dim " << options.dim;
}

TEST(ContextTrainer, GivesTheSameBitsForAnyNumberOfThreads) {
  for (const bool softmax : {false, true})
    for (const VectorKind kind : {VectorKind::kSums, VectorKind::kPairs}) {
      const Options options{.softmax = softmax, .kind = kind};
      const std::vector<float> expected = Targets(options).train(1, false);
      for (const int threads : {2, 3, 8})
        EXPECT_EQ(Targets(options).train(threads, false), expected) << threads << " threads";
    }
}

/// Hogwild scores two pairs of a step before it steps them: here there is one in each.
TEST(ContextTrainer, TrainsPairsAsAnyTargets) {
  for (const Target target : {Target::kBaseline, Target::kAvx2, Target::kAvx512}) {
    if (!is_supported(target)) continue;
    for (const bool softmax : {false, true})
      for (const std::int32_t dim : {11, 64, 40}) {
        Options options{.softmax = softmax, .most_noise = 19, .dim = dim, .target = target};
        expect_as_any_targets(options, /*async=*/false, 1000);
        expect_as_any_targets(options, /*async=*/true, 1);
        options.weight_decay = 1e-3F;
        expect_as_any_targets(options, /*async=*/true, 1);
        options.rule = Rule::kSgd;
        expect_as_any_targets(options, /*async=*/true, 1);
      }
  }
}

TEST(ContextTrainer, TrainsTwoPairsAtOnceAsOneAfterTheOther) {
  for (const bool softmax : {false, true})
    expect_as_any_targets({.softmax = softmax, .apart = true}, /*async=*/true, 2);
}

TEST(ContextTrainer, HogwildOnOneThreadIsReproducible) {
  const Options options{.softmax = true};
  EXPECT_EQ(Targets(options).train(1, true), Targets(options).train(1, true));
  EXPECT_NE(Targets(options).train(1, true), Targets(options).train(1, false));
}

}  // namespace
}  // namespace feat2vec::trainers::kernels
