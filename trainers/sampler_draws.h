#pragma once

#include <cstdint>
#include <variant>

#include "samplers/implicit_sampler.h"
#include "trainers/draw_pipeline.h"
#include "trainers/kernels/draw_source.h"
#include "trainers/kernels/kernels.h"
#include "trainers/noise_slots.h"
#include "trainers/own_noise.h"

namespace feat2vec::trainers {

/// The draws of a sampler as the general kernels take them: donor rows.
class DonorDraws : public kernels::DrawSource {
 public:
  /// Throws Error when a value is first found beyond 2^31 rows of the supply.
  DonorDraws(const samplers::ImplicitSampler& sampler, kernels::Target target);
  /// Where `LookupNoise` fits.
  DonorDraws(const samplers::ImplicitSampler& sampler, LookupNoise own, kernels::Target target);
  void draw(const std::int64_t* rows, std::int32_t count, std::uint32_t epoch,
            const kernels::DrawBuffers& out) const override;

 private:
  template <class Own>
  void draw(const Own& own, const std::int64_t* rows, std::int32_t count, std::uint32_t epoch,
            const kernels::DrawBuffers& out) const;

  DrawPipeline pipeline_;
  NoiseSlots slots_;  ///< places are rows of the supply
  std::variant<EntityNoise, LookupNoise> own_;
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
  void resolve(std::int64_t row, std::int32_t i, const NoiseSlots::Pick* picks,
               const kernels::DrawBuffers& out) const;

  DrawPipeline pipeline_;
  std::int32_t features_;
  const std::int32_t* group_features_;
  NoiseSlots slots_;  ///< places are rows of the table
  LookupNoise own_;
};

}  // namespace feat2vec::trainers
