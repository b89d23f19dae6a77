#include "trainers/kernels/fused_trainer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>
#include <vector>

#include "trainers/kernels/aligned_buffer.h"

namespace feat2vec::trainers::kernels {
namespace {

enum class Kind {
  kPlain,    ///< four lookups, for the plain kernels
  kLookups,  ///< the same for the general ones
  kSums,     ///< the last feature is a bag, with biases
  kGroups,   ///< and replaced together with the one before it
  kPairs,    ///< the same with a list of pairs
};
constexpr Kind kKinds[] = {Kind::kPlain, Kind::kLookups, Kind::kSums, Kind::kGroups, Kind::kPairs};

/// A table of four features, some of few values and some of many, without torch.
class Problem : public DrawSource {
 public:
  static constexpr std::int32_t kFeatures = 4;
  static constexpr std::int32_t kNoise = 3;
  static constexpr std::int64_t kRows = 4000;
  static constexpr std::int32_t kStride = 16;

  explicit Problem(Kind kind) : kind_(kind) {
    const std::int32_t values[kFeatures] = {2, 5, 60, 700};
    std::int32_t first = 0;
    for (std::int32_t f = 0; f < kFeatures; ++f) {
      first_[f] = first;
      values_[f] = values[f];
      first += values[f];
    }
    begin_.push_back(0);
    for (std::int64_t r = 0; r < kRows; ++r)
      for (std::int32_t f = 0; f < kFeatures; ++f) {
        const std::int64_t members = kind >= Kind::kSums && f + 1 == kFeatures ? r % 4 : 1;
        for (std::int64_t m = 0; m < members; ++m) {
          cells_.push_back(value(f, static_cast<std::uint64_t>(r + (m * kRows))));
          coefficients_.push_back(1 / static_cast<float>(members));
        }
        begin_.push_back(static_cast<std::int64_t>(cells_.size()));
      }
    rows_ = first + 1;
    float* weights = weights_.reserve(std::int64_t{rows_} * kStride);
    for (std::int64_t i = 0; i < std::int64_t{rows_ - 1} * kStride; ++i)
      weights[i] = static_cast<float>(mix(static_cast<std::uint64_t>(i)) % 2001) * 1e-4F - 0.1F;
    sums_.assign(static_cast<std::size_t>(rows_), 1e-6F);
    scalars_.assign(static_cast<std::size_t>(rows_ + kFeatures), 0.0F);
    scalar_sums_.assign(scalars_.size(), 1e-6F);
  }

  ModelView<float> model() {
    ModelView<float> view;
    view.weights = {weights_.data(), sums_.data(), nullptr};
    view.scalars = {scalars_.data(), scalar_sums_.data(), nullptr};
    view.rows = rows_;
    view.dim = 11;  // the rest would stay zero in a real table; here it is learned too
    view.stride = kStride;
    view.features = kFeatures;
    view.groups = groups();
    view.group_of = kind_ >= Kind::kGroups ? joined_ : positions_;
    view.has_vector = ones_;
    view.has_bias = kind_ >= Kind::kSums ? ones_ : zeros_;
    view.group_begin = kind_ >= Kind::kGroups ? joined_begin_ : positions_;
    view.group_features = positions_;
    view.all_pairs = kind_ != Kind::kPairs;
    view.pairs = pairs_;
    view.pair_count = 3;
    view.group_offsets = true;
    view.null_row = rows_ - 1;
    return view;
  }

  Rows<float> data() const {
    Rows<float> rows;
    rows.observed.rows = kRows;
    rows.observed.term = cells_.data();
    if (kind_ != Kind::kPlain) {
      rows.observed.begin = begin_.data();
      rows.observed.coefficient = coefficients_.data();
    }
    rows.supply = rows.observed;
    rows.draws = this;
    rows.noise_rows = kNoise;
    return rows;
  }

  void draw(const std::int64_t* rows, std::int32_t count, std::uint32_t epoch,
            const DrawBuffers& out) const override {
    for (std::int32_t i = 0; i < count; ++i) {
      const auto row = static_cast<std::uint64_t>(rows[i]);
      const auto group =
          static_cast<std::int32_t>(mix((row * 8) + epoch) % static_cast<std::uint64_t>(groups()));
      out.groups[i] = group;
      for (std::int32_t c = 0; c <= kNoise; ++c) out.log_noise[(i * (1 + kNoise)) + c] = -2.0F;
      for (std::int32_t k = 0; k < kNoise; ++k) {
        const std::uint64_t donor =
            mix((row * 64) + (epoch * 8) + static_cast<std::uint64_t>(k)) % kRows;
        if (kind_ == Kind::kPlain)
          out.ids[(i * (kFeatures + kNoise)) + kFeatures + k] = value(group, donor);
        else
          out.donors[(i * kNoise) + k] = static_cast<std::int64_t>(donor);
      }
      if (kind_ != Kind::kPlain) continue;
      std::int32_t* ids = out.ids + (std::int64_t{i} * (kFeatures + kNoise));
      for (std::int32_t f = 0; f < kFeatures; ++f) ids[f] = value(f, row);
      std::swap(ids[group], ids[kFeatures - 1]);
    }
  }

  /// The weights after two epochs.
  std::vector<float> train(int threads, bool async) {
    const ModelView<float> view = model();
    FusedTrainer<float> trainer(view, kind_ == Kind::kPlain, best_target(), threads);
    RuleView<float> rule;
    rule.rate = 0.05F;
    rule.epsilon = 1e-8F;
    std::vector<std::int64_t> order;
    for (std::int64_t r = 0; r < kRows; ++r) order.push_back((r * 2657) % kRows);
    for (std::uint32_t epoch = 0; epoch < 2; ++epoch) {
      if (async) {
        trainer.async_steps(data(), order.data(), kRows, epoch, rule);
        continue;
      }
      for (std::int64_t first = 0; first < kRows; first += 1000)
        trainer.exact_step(data(), order.data() + first, 1000, epoch, rule);
    }
    std::vector<float> all(weights_.data(), weights_.data() + (std::int64_t{rows_} * kStride));
    all.insert(all.end(), scalars_.begin(), scalars_.end());
    return all;
  }

 private:
  static std::uint64_t mix(std::uint64_t x) {
    x = (x + 1) * 0x9E3779B97F4A7C15U;
    return (x ^ (x >> 29U)) >> 7U;
  }
  std::int32_t value(std::int32_t feature, std::uint64_t row) const {
    const std::uint64_t word = mix((row * kFeatures) + static_cast<std::uint64_t>(feature));
    return first_[feature] +
           static_cast<std::int32_t>(word % static_cast<std::uint64_t>(values_[feature]));
  }

  std::int32_t groups() const { return kind_ >= Kind::kGroups ? kFeatures - 1 : kFeatures; }

  Kind kind_;
  std::int32_t first_[kFeatures] = {};
  std::int32_t values_[kFeatures] = {};
  std::int32_t rows_ = 0;
  const std::int32_t positions_[kFeatures + 1] = {0, 1, 2, 3, 4};
  const std::int32_t joined_[kFeatures] = {0, 1, 2, 2};
  const std::int32_t joined_begin_[kFeatures] = {0, 1, 2, 4};
  const Pair pairs_[3] = {{0, 1}, {0, 3}, {2, 3}};
  const std::uint8_t ones_[kFeatures] = {1, 1, 1, 1};
  const std::uint8_t zeros_[kFeatures] = {0, 0, 0, 0};
  std::vector<std::int32_t> cells_;
  std::vector<std::int64_t> begin_;
  std::vector<float> coefficients_;
  AlignedBuffer<float> weights_;
  std::vector<float> sums_;
  std::vector<float> scalars_;
  std::vector<float> scalar_sums_;
};

TEST(FusedTrainer, GivesTheSameBitsForAnyNumberOfThreads) {
  for (const Kind kind : kKinds) {
    const std::vector<float> expected = Problem(kind).train(1, false);
    for (const int threads : {2, 3, 8})
      EXPECT_EQ(Problem(kind).train(threads, false), expected)
          << threads << " threads, kind " << static_cast<int>(kind);
  }
}

TEST(FusedTrainer, BothKernelsTellTheSame) {
  const std::vector<float> general = Problem(Kind::kLookups).train(1, false);
  const std::vector<float> plain = Problem(Kind::kPlain).train(1, false);
  double gap = 0;
  for (std::size_t i = 0; i < plain.size(); ++i)
    gap = std::max(gap, std::abs(static_cast<double>(plain[i]) - static_cast<double>(general[i])));
  EXPECT_LT(gap, 2e-3);
  EXPECT_GT(gap, 0);  // they are not one kernel
}

TEST(FusedTrainer, HogwildOnOneThreadIsReproducible) {
  for (const Kind kind : kKinds)
    EXPECT_EQ(Problem(kind).train(1, true), Problem(kind).train(1, true));
}

/// Fails at one row.
class Failing : public DrawSource {
 public:
  void draw(const std::int64_t*, std::int32_t, std::uint32_t, const DrawBuffers&) const override {
    throw std::runtime_error("no draw");
  }
};

TEST(FusedTrainer, AnErrorOfTheDrawsReachesTheCaller) {
  for (const int threads : {1, 3}) {
    Problem problem(Kind::kPlain);
    const ModelView<float> view = problem.model();
    FusedTrainer<float> trainer(view, true, best_target(), threads);
    const Failing failing;
    Rows<float> rows = problem.data();
    rows.draws = &failing;
    std::vector<std::int64_t> order(1000);
    EXPECT_THROW(trainer.exact_step(rows, order.data(), 1000, 0, {}), std::runtime_error);
  }
}

}  // namespace
}  // namespace feat2vec::trainers::kernels
