#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "feat2vec/data/batch.h"
#include "feat2vec/data/dataset.h"
#include "samplers/context_options.h"
#include "samplers/draw.h"
#include "samplers/group_chooser.h"
#include "samplers/lazy.h"
#include "samplers/noise_tables.h"
#include "samplers/row_entities.h"

namespace feat2vec::samplers {

/// Which groups of an observed row its noise rows replace.
enum class Oversampler {
  kTwoStep,  ///< one group a row, drawn with P1 and shared by its noise rows (paper §2.3)
  kAll,      ///< every group of every noise row; its noise probability is the product of their P2
};

/// Options of the sampler. All change results.
struct SamplerOptions {
  std::int64_t noise_rows = 5;  ///< K, noise rows for each observed row
  std::uint64_t seed = 1;
  Oversampler oversampler = Oversampler::kTwoStep;
  ContextOptions contexts{};  ///< unless the paper's, `ContextSampler` draws
};

/// The implicit sampler of Feat2Vec: for each observed row, K noise rows in which the values of a
/// sampling group were replaced by draws from P2. A pure function of (seed, epoch, row): no state, the
/// same draws for any batch, thread or worker. Safe to share between threads.
class ImplicitSampler {
 public:
  /// `observed` are the rows to draw for; `noise` is made of the training rows (of `observed` itself,
  /// or for validation of others with the same columns). Throws Error when `noise_rows` is below 1 or
  /// the chooser has another number of groups.
  ImplicitSampler(data::Dataset observed, std::shared_ptr<const NoiseTables> noise,
                  GroupChooser chooser, const SamplerOptions& options);

  /// Draws for `rows` (int64 [B] on the CPU). A row in which nothing is present cannot be drawn for
  /// and throws Error; encoders drop such rows. Use a fixed epoch for draws that never change.
  Draw draw(const at::Tensor& rows, std::uint32_t epoch) const;

  /// As `draw`, for `count` rows into arrays of the caller: `groups` [B], `donors` [B, K] and
  /// `log_noise` [B, 1+K]. Of a two-step sampler; one that replaces all groups throws Error.
  void draw(const std::int64_t* rows, std::int64_t count, std::uint32_t epoch, std::int64_t* groups,
            std::int64_t* donors, float* log_noise) const;

  /// The rows of a draw, whole, on the device of the data.
  data::Batch materialize(const Draw& draw) const;

  /// The entities of the observed rows, made by the first who asks.
  const RowEntities& entities() const {
    return entities_->get([this] { return RowEntities(observed_, *noise_); });
  }

  const data::Dataset& observed() const { return observed_; }
  const NoiseTables& noise() const { return *noise_; }
  const GroupChooser& chooser() const { return chooser_; }
  const SamplerOptions& options() const { return options_; }

 private:
  struct Output;
  void draw_rows(const std::int64_t* rows, std::int64_t count, std::uint32_t epoch,
                 const Output& out) const;
  void draw_group(std::int64_t b, std::int64_t row, const RowEntities& entities, Philox random,
                  const Output& out) const;
  void draw_all(std::int64_t b, std::int64_t row, const RowEntities& entities, Philox random,
                const Output& out) const;

  data::Dataset observed_;
  std::shared_ptr<const NoiseTables> noise_;
  GroupChooser chooser_;
  SamplerOptions options_;
  double log_k_;  ///< log K
  std::shared_ptr<const Lazy<RowEntities>> entities_ = std::make_shared<const Lazy<RowEntities>>();
};

}  // namespace feat2vec::samplers
