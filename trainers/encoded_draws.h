#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "samplers/context_sampler.h"
#include "trainers/correction.h"
#include "trainers/encoded_cells.h"
#include "trainers/fused_core.h"
#include "trainers/kernels/context_examples.h"
#include "trainers/kernels/kernels.h"

namespace feat2vec::trainers {

/// The draws of a sampler of contexts as the kernels take them: every vector a sum of rows of the
/// model's table.
template <class T>
class EncodedDraws : public kernels::ContextSource<T> {
 public:
  /// `sampler` and `rows`, of which it was made, must outlive it.
  EncodedDraws(const samplers::ContextSampler& sampler, const samplers::ImplicitSampler& rows,
               FusedCore<T>& core, kernels::Target target);

  void draw(const std::int64_t* targets, std::int32_t count, std::uint32_t epoch,
            kernels::ContextExamples<T>& out) const override;

 private:
  class Writer;
  class PairWriter;

  Correction::Linear<T> correction_of(bool whole) const {
    return whole ? correction_.of_whole<T>() : correction_.of_drawn<T>();
  }

  const samplers::ContextSampler& sampler_;
  std::uint64_t seed_;
  kernels::Target target_;
  Correction correction_;
  std::vector<std::int32_t> first_row_;  ///< of each feature
  std::vector<std::int32_t> position_;   ///< of each feature among those with cells, or -1
  std::vector<T> bias_;                  ///< of each feature: 1 where its values have biases
  std::int32_t features_;                ///< with cells
  bool pairs_ = false;                   ///< all examples are pairs of single values
  std::optional<EncodedCells<T>> observed_;
  std::optional<EncodedCells<T>> supply_;
};

}  // namespace feat2vec::trainers
