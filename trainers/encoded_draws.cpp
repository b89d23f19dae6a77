#include "trainers/encoded_draws.h"

#include <algorithm>

namespace feat2vec::trainers {
namespace {

/// Whether vectors can be of whole cells, not of single values alone.
bool needs_cells(const Feat2VecImpl& model, const samplers::ImplicitSampler& rows) {
  return rows.options().contexts.unit == samplers::Unit::kGroup ||
         std::any_of(model.features().begin(), model.features().end(),
                     [](const auto& feature) { return data::is_whole_cell(feature.kind); });
}

}  // namespace

template <class T>
EncodedDraws<T>::EncodedDraws(const samplers::ContextSampler& sampler,
                              const samplers::ImplicitSampler& rows, FusedCore<T>& core)
    : sampler_(sampler),
      correction_(core.options().objective, core.module().options().prior,
                  rows.options().noise_rows),
      position_(core.module().features().size(), -1),
      features_(static_cast<std::int32_t>(core.model().features().size())) {
  const auto& features = core.model().features();
  for (std::size_t p = 0; p < features.size(); ++p)
    position_[features[p]] = static_cast<std::int32_t>(p);
  for (std::size_t f = 0; f < position_.size(); ++f) {
    first_row_.push_back(static_cast<std::int32_t>(core.table().first_row[f]));
    has_bias_.push_back(core.module().bias(f) != nullptr ? 1 : 0);
  }
  if (!needs_cells(core.module(), rows)) return;
  const auto encode = [&](const data::Dataset& dataset) {
    return EncodedCells<T>(dataset, core.module(), core.table(), features, /*plain=*/false);
  };
  observed_.emplace(encode(rows.observed()));
  supply_.emplace(encode(rows.noise().supply()));
}

template <class T>
void EncodedDraws<T>::add_part(const samplers::Part& part, T scale,
                               kernels::ContextExamples<T>& out) const {
  const auto feature = static_cast<std::size_t>(part.feature);
  const T bias = has_bias_[feature] != 0 ? T{1} : T{0};
  if (part.from == samplers::Part::From::kValue) {
    out.terms.push_back(
        {first_row_[feature] + static_cast<std::int32_t>(part.id), scale, scale * bias});
    return;
  }
  const kernels::CellsView<T> cells =
      part.from == samplers::Part::From::kSupply ? supply_->view() : observed_->view();
  const std::int64_t cell = (part.id * features_) + position_[feature];
  for (std::int64_t t = cells.begin[cell]; t < cells.begin[cell + 1]; ++t)
    out.terms.push_back(
        {cells.term[t], scale * cells.coefficient[t], scale * cells.coefficient[t] * bias});
}

template <class T>
void EncodedDraws<T>::draw(const std::int64_t* targets, std::int32_t count, std::uint32_t epoch,
                           kernels::ContextExamples<T>& out) const {
  samplers::ContextDraw draw;
  sampler_.draw(targets, count, epoch, draw);
  out.terms.clear();
  out.terms.reserve(draw.parts.size());
  out.sum_begin.assign(1, 0);
  for (std::size_t s = 0; s < draw.scales.size(); ++s) {
    for (std::int32_t p = draw.sum_begin[s]; p < draw.sum_begin[s + 1]; ++p)
      add_part(draw.parts[static_cast<std::size_t>(p)], static_cast<T>(draw.scales[s]), out);
    out.sum_begin.push_back(static_cast<std::int32_t>(out.terms.size()));
  }
  out.corrections.assign(draw.scales.size(), T{0});
  for (std::size_t i = 0; i < draw.groups.size(); ++i)
    for (std::int32_t c = 0; c < draw.candidates[i]; ++c) {
      const auto s = static_cast<std::size_t>(draw.example_begin[i] + c);
      const double log_prob = draw.log_probs[s];
      out.corrections[s] =
          static_cast<T>(draw.whole[i] != 0 ? correction_.whole(log_prob) : correction_(log_prob));
    }
  out.groups = std::move(draw.groups);
  out.candidates = std::move(draw.candidates);
  out.example_begin = std::move(draw.example_begin);
}

template class EncodedDraws<float>;
template class EncodedDraws<double>;

}  // namespace feat2vec::trainers
