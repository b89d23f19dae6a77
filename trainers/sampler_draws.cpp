#include "trainers/sampler_draws.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "feat2vec/error.h"

namespace feat2vec::trainers {
namespace {

constexpr float kUnset = std::numeric_limits<float>::quiet_NaN();

std::int32_t checked_place(std::int64_t donor) {
  if (donor > std::numeric_limits<std::int32_t>::max())
    throw Error("DonorDraws", "values that occur in the first 2^31 rows",
                fmt::format("one that is first in row {}", donor));
  return static_cast<std::int32_t>(donor);
}

}  // namespace

DonorDraws::DonorDraws(const samplers::ImplicitSampler& sampler, kernels::Target target)
    : pipeline_(sampler, target),
      slots_(sampler,
             [](std::int64_t /*group*/, std::int64_t donor) { return checked_place(donor); }),
      entities_(sampler.entities()),
      some_absent_(!entities_.complete()) {
  for (std::int64_t g = 0; g < sampler.noise().groups(); ++g)
    unseen_.push_back(slots_.log_noise(g, -1));
}

/// Where log(K·P2) of the observed row's own value is.
const float* DonorDraws::own_log_noise(std::int64_t row, std::int32_t group) const {
  const std::int32_t entity = entities_.at(row, group);
  if (entity < 0) return &unseen_[static_cast<std::size_t>(group)];
  return &slots_.slots(group)[static_cast<std::size_t>(entity)].own.log_noise;
}

void DonorDraws::draw(const std::int64_t* rows, std::int32_t count, std::uint32_t epoch,
                      const kernels::DrawBuffers& out) const {
  const std::int32_t k = slots_.noise_rows();
  std::vector<NoiseSlots::Pick> picks(static_cast<std::size_t>(DrawPipeline::kInWork) *
                                      static_cast<std::size_t>(k));
  const auto picks_of = [&](std::int32_t i) {
    return picks.data() + (std::int64_t{i % DrawPipeline::kInWork} * k);
  };
  const float* own[DrawPipeline::kInWork];
  const auto ask_for = [&](std::int64_t row) { prefetch(entities_.of(row)); };
  const auto pick = [&](std::int32_t i, DrawPipeline::Random random) {
    const bool complete = !some_absent_ || entities_.complete(rows[i]);
    const auto present = [&](std::int64_t g) { return entities_.present(rows[i], g); };
    out.groups[i] = slots_.pick(rows[i], complete, present, random, picks_of(i));
    own[i % DrawPipeline::kInWork] = own_log_noise(rows[i], out.groups[i]);
    prefetch(own[i % DrawPipeline::kInWork]);
  };
  const auto resolve = [&](std::int32_t i) {
    std::int64_t* donors = out.donors + (std::int64_t{i} * k);
    float* log_noise = out.log_noise + (std::int64_t{i} * (1 + k));
    *log_noise++ = *own[i % DrawPipeline::kInWork];
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
      observed_(observed.term),
      null_row_(model.null_row),
      group_features_(model.group_features),
      slots_(sampler,
             [&](std::int64_t group, std::int64_t donor) {
               return supply.term[(donor * features_) + group_features_[group]];
             }),
      some_absent_(std::find(observed.term, observed.term + (observed.rows * model.features),
                             model.null_row) != observed.term + (observed.rows * model.features)),
      log_noise_(static_cast<std::size_t>(model.rows), kUnset) {
  for (std::int32_t g = 0; g < model.groups; ++g) {
    for (const auto& slot : slots_.slots(g))
      log_noise_[static_cast<std::size_t>(slot.own.place)] = slot.own.log_noise;
    // Values that the supply does not have.
    for (std::int64_t r = 0; r < observed.rows; ++r) {
      const std::int32_t row = observed_[(r * features_) + group_features_[g]];
      float& log_noise = log_noise_[static_cast<std::size_t>(row)];
      if (std::isnan(log_noise)) log_noise = slots_.log_noise(g, -1);
    }
  }
}

template <class T>
void PlainDraws<T>::draw(const std::int64_t* rows, std::int32_t count, std::uint32_t epoch,
                         const kernels::DrawBuffers& out) const {
  const auto k = static_cast<std::size_t>(slots_.noise_rows());
  std::vector<NoiseSlots::Pick> picks(DrawPipeline::kInWork * k);
  const auto picks_of = [&](std::int32_t i) {
    return picks.data() + (static_cast<std::size_t>(i % DrawPipeline::kInWork) * k);
  };
  const auto own = [&](std::int64_t row) { return observed_ + (row * features_); };
  const auto ask_for = [&](std::int64_t row) {
    prefetch(own(row));
    prefetch(own(row) + features_ - 1);
  };
  const auto pick = [&](std::int32_t i, DrawPipeline::Random random) {
    const std::int32_t* cells = own(rows[i]);
    const bool complete =
        !some_absent_ || std::find(cells, cells + features_, null_row_) == cells + features_;
    const auto present = [&](std::int64_t g) { return cells[group_features_[g]] != null_row_; };
    out.groups[i] = slots_.pick(rows[i], complete, present, random, picks_of(i));
    const std::int32_t target = cells[group_features_[out.groups[i]]];
    prefetch(&log_noise_[static_cast<std::size_t>(target)]);
  };
  const auto write = [&](std::int32_t i) { resolve(own(rows[i]), i, picks_of(i), out); };
  pipeline_.run(rows, count, epoch, ask_for, pick, write);
}

/// What the picked slots of example `i` give, beside the row's own values.
template <class T>
void PlainDraws<T>::resolve(const std::int32_t* own, std::int32_t i, const NoiseSlots::Pick* picks,
                            const kernels::DrawBuffers& out) const {
  const std::int32_t k = slots_.noise_rows();
  const std::int32_t target = group_features_[out.groups[i]];
  std::int32_t* ids = out.ids + (std::int64_t{i} * (features_ + k));
  float* log_noise = out.log_noise + (std::int64_t{i} * (1 + k));
  // The last feature takes the place of the target, which comes after all others.
  for (std::int32_t f = 0; f < features_; ++f) ids[f] = own[f];
  ids[target] = own[features_ - 1];
  ids[features_ - 1] = own[target];
  ids += features_;
  *log_noise++ = log_noise_[static_cast<std::size_t>(own[target])];
  for (std::int32_t j = 0; j < k; ++j) {
    const NoiseSlots::Candidate& drawn = picks[j].candidate();
    ids[j] = drawn.place;
    log_noise[j] = drawn.log_noise;
  }
}

template class PlainDraws<float>;
template class PlainDraws<double>;

}  // namespace feat2vec::trainers
