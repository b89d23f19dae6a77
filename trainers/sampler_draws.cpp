#include "trainers/sampler_draws.h"

#include <fmt/format.h>

#include <limits>
#include <utility>
#include <vector>

#include "feat2vec/error.h"

namespace feat2vec::trainers {
namespace {

std::int32_t checked_place(std::int64_t donor) {
  if (donor > std::numeric_limits<std::int32_t>::max())
    throw Error("DonorDraws", "values that occur in the first 2^31 rows",
                fmt::format("one that is first in row {}", donor));
  return static_cast<std::int32_t>(donor);
}

NoiseSlots donor_slots(const samplers::ImplicitSampler& sampler) {
  return {sampler, [](std::int64_t /*group*/, std::int64_t donor) { return checked_place(donor); }};
}

}  // namespace

DonorDraws::DonorDraws(const samplers::ImplicitSampler& sampler, kernels::Target target)
    : pipeline_(sampler, target),
      slots_(donor_slots(sampler)),
      own_(std::in_place_type<EntityNoise>, sampler, slots_) {}

DonorDraws::DonorDraws(const samplers::ImplicitSampler& sampler, LookupNoise own,
                       kernels::Target target)
    : pipeline_(sampler, target), slots_(donor_slots(sampler)), own_(std::move(own)) {}

void DonorDraws::draw(const std::int64_t* rows, std::int32_t count, std::uint32_t epoch,
                      const kernels::DrawBuffers& out) const {
  std::visit([&](const auto& own) { draw(own, rows, count, epoch, out); }, own_);
}

template <class Own>
void DonorDraws::draw(const Own& own, const std::int64_t* rows, std::int32_t count,
                      std::uint32_t epoch, const kernels::DrawBuffers& out) const {
  const std::int32_t k = slots_.noise_rows();
  std::vector<NoiseSlots::Pick> picks(static_cast<std::size_t>(DrawPipeline::kInWork) *
                                      static_cast<std::size_t>(k));
  const auto picks_of = [&](std::int32_t i) {
    return picks.data() + (std::int64_t{i % DrawPipeline::kInWork} * k);
  };
  const float* own_noise[DrawPipeline::kInWork];
  const auto ask_for = [&](std::int64_t row) { own.ask_for(row); };
  const auto pick = [&](std::int32_t i, DrawPipeline::Random random) {
    const auto present = [&](std::int64_t g) { return own.present(rows[i], g); };
    out.groups[i] = slots_.pick(rows[i], own.complete(rows[i]), present, random, picks_of(i));
    own_noise[i % DrawPipeline::kInWork] = own.log_noise(rows[i], out.groups[i]);
    prefetch(own_noise[i % DrawPipeline::kInWork]);
  };
  const auto resolve = [&](std::int32_t i) {
    std::int64_t* donors = out.donors + (std::int64_t{i} * k);
    float* log_noise = out.log_noise + (std::int64_t{i} * (1 + k));
    *log_noise++ = *own_noise[i % DrawPipeline::kInWork];
    for (std::int32_t j = 0; j < k; ++j) {
      const NoiseSlots::Candidate& drawn = picks_of(i)[j].candidate();
      donors[j] = drawn.place;
      log_noise[j] = drawn.log_noise;
    }
  };
  pipeline_.run(rows, count, epoch, ask_for, pick, resolve);
}

template <class T>
PlainDraws<T>::PlainDraws(const samplers::ImplicitSampler& sampler,
                          const kernels::ModelView<T>& model, const kernels::CellsView<T>& observed,
                          const kernels::CellsView<T>& supply, kernels::Target target)
    : pipeline_(sampler, target),
      features_(model.features),
      group_features_(model.group_features),
      slots_(sampler,
             [&](std::int64_t group, std::int64_t donor) {
               return supply.term[(donor * features_) + group_features_[group]];
             }),
      own_(sampler, model, observed, supply) {}

template <class T>
void PlainDraws<T>::draw(const std::int64_t* rows, std::int32_t count, std::uint32_t epoch,
                         const kernels::DrawBuffers& out) const {
  const auto k = static_cast<std::size_t>(slots_.noise_rows());
  std::vector<NoiseSlots::Pick> picks(DrawPipeline::kInWork * k);
  const auto picks_of = [&](std::int32_t i) {
    return picks.data() + (static_cast<std::size_t>(i % DrawPipeline::kInWork) * k);
  };
  const auto ask_for = [&](std::int64_t row) { own_.ask_for(row); };
  const auto pick = [&](std::int32_t i, DrawPipeline::Random random) {
    const auto present = [&](std::int64_t g) { return own_.present(rows[i], g); };
    out.groups[i] = slots_.pick(rows[i], own_.complete(rows[i]), present, random, picks_of(i));
    prefetch(own_.log_noise(rows[i], out.groups[i]));
  };
  const auto write = [&](std::int32_t i) { resolve(rows[i], i, picks_of(i), out); };
  pipeline_.run(rows, count, epoch, ask_for, pick, write);
}

/// What the picked slots of example `i` give, beside the row's own values.
template <class T>
void PlainDraws<T>::resolve(std::int64_t row, std::int32_t i, const NoiseSlots::Pick* picks,
                            const kernels::DrawBuffers& out) const {
  const std::int32_t k = slots_.noise_rows();
  const std::int32_t* own = own_.cells(row);
  const std::int32_t target = group_features_[out.groups[i]];
  std::int32_t* ids = out.ids + (std::int64_t{i} * (features_ + k));
  float* log_noise = out.log_noise + (std::int64_t{i} * (1 + k));
  // The last feature takes the place of the target, which comes after all others.
  for (std::int32_t f = 0; f < features_; ++f) ids[f] = own[f];
  ids[target] = own[features_ - 1];
  ids[features_ - 1] = own[target];
  ids += features_;
  *log_noise++ = *own_.log_noise(row, out.groups[i]);
  for (std::int32_t j = 0; j < k; ++j) {
    const NoiseSlots::Candidate& drawn = picks[j].candidate();
    ids[j] = drawn.place;
    log_noise[j] = drawn.log_noise;
  }
}

template class PlainDraws<float>;
template class PlainDraws<double>;

}  // namespace feat2vec::trainers
