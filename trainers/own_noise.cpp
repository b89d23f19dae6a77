#include "trainers/own_noise.h"

#include <cmath>
#include <limits>

namespace feat2vec::trainers {

EntityNoise::EntityNoise(const samplers::ImplicitSampler& sampler, const NoiseSlots& slots)
    : slots_(slots), entities_(sampler.entities()), some_absent_(!entities_.complete()) {
  for (std::int64_t g = 0; g < sampler.noise().groups(); ++g)
    unseen_.push_back(log_noise_of(sampler, g, -1));
}

template <class T>
LookupNoise::LookupNoise(const samplers::ImplicitSampler& sampler,
                         const kernels::ModelView<T>& model, const kernels::CellsView<T>& observed,
                         const kernels::CellsView<T>& supply)
    : features_(model.features),
      observed_(observed.term),
      group_features_(model.group_features),
      absent_(model.null_row),
      some_absent_(std::find(observed.term, cells(observed.rows), absent_) != cells(observed.rows)),
      log_noise_(static_cast<std::size_t>(model.rows), std::numeric_limits<float>::quiet_NaN()) {
  const samplers::NoiseTables& noise = sampler.noise();
  for (std::int64_t g = 0; g < model.groups; ++g) {
    for (std::int64_t entity = 0; entity < noise.distribution(g).size(); ++entity) {
      const std::int64_t place = (noise.entities(g).donor(entity) * features_) + group_features_[g];
      log_noise_[static_cast<std::size_t>(supply.term[place])] = log_noise_of(sampler, g, entity);
    }
    if (observed.term == supply.term) continue;
    // Values that the supply does not have.
    const float unseen = log_noise_of(sampler, g, -1);
    for (std::int64_t row = 0; row < observed.rows; ++row) {
      float& log_noise = log_noise_[static_cast<std::size_t>(cell(row, g))];
      if (std::isnan(log_noise)) log_noise = unseen;
    }
  }
}

template LookupNoise::LookupNoise(const samplers::ImplicitSampler&,
                                  const kernels::ModelView<float>&,
                                  const kernels::CellsView<float>&,
                                  const kernels::CellsView<float>&);
template LookupNoise::LookupNoise(const samplers::ImplicitSampler&,
                                  const kernels::ModelView<double>&,
                                  const kernels::CellsView<double>&,
                                  const kernels::CellsView<double>&);

}  // namespace feat2vec::trainers
