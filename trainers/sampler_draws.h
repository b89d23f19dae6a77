#pragma once

#include <cstdint>
#include <vector>

#include "feat2vec/huge_pages.h"
#include "samplers/implicit_sampler.h"
#include "trainers/draw_pipeline.h"
#include "trainers/kernels/draw_source.h"
#include "trainers/kernels/kernels.h"
#include "trainers/noise_slots.h"

namespace feat2vec::trainers {

/// The draws of a sampler as the general kernels take them: donor rows.
class DonorDraws : public kernels::DrawSource {
 public:
  /// Throws Error when a value is first found beyond 2^31 rows of the supply.
  DonorDraws(const samplers::ImplicitSampler& sampler, kernels::Target target);
  void draw(const std::int64_t* rows, std::int32_t count, std::uint32_t epoch,
            const kernels::DrawBuffers& out) const override;

 private:
  const float* own_log_noise(std::int64_t row, std::int32_t group) const;

  DrawPipeline pipeline_;
  NoiseSlots slots_;  ///< places are rows of the supply
  const samplers::RowEntities& entities_;
  bool some_absent_;           ///< some observed row lacks a group
  std::vector<float> unseen_;  ///< log(K·P2) of a value of each group that the supply does not have
};

/// The draws of a sampler as the plain kernels take them, rows of the table: word for word the same
/// noise, without the way over donor rows.
template <class T>
class PlainDraws : public kernels::DrawSource {
 public:
  /// `observed` and `supply`: the plain cells of the sampler's rows and of its supply.
  PlainDraws(const samplers::ImplicitSampler& sampler, const kernels::ModelView<T>& model,
             const kernels::CellsView<T>& observed, const kernels::CellsView<T>& supply,
             kernels::Target target);
  void draw(const std::int64_t* rows, std::int32_t count, std::uint32_t epoch,
            const kernels::DrawBuffers& out) const override;

 private:
  void resolve(const std::int32_t* own, std::int32_t i, const NoiseSlots::Pick* picks,
               const kernels::DrawBuffers& out) const;

  DrawPipeline pipeline_;
  std::int32_t features_;
  const std::int32_t* observed_;
  std::int32_t null_row_;
  const std::int32_t* group_features_;
  NoiseSlots slots_;             ///< places are rows of the table
  bool some_absent_;             ///< some observed row lacks a value
  PageVector<float> log_noise_;  ///< [rows + 1] of the table
};

}  // namespace feat2vec::trainers
