#include "trainers/sampler_draws.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "feat2vec/error.h"

namespace feat2vec::trainers {
namespace {

constexpr float kUnset = std::numeric_limits<float>::quiet_NaN();

}  // namespace

void DonorDraws::draw(const std::int64_t* rows, std::int32_t count, std::uint32_t epoch,
                      const kernels::DrawBuffers& out) const {
  std::vector<std::int64_t> groups(static_cast<std::size_t>(count));
  sampler_.draw(rows, count, epoch, groups.data(), out.donors, out.log_noise);
  for (std::int32_t i = 0; i < count; ++i)
    out.groups[i] = static_cast<std::int32_t>(groups[static_cast<std::size_t>(i)]);
}

template <class T>
PlainDraws<T>::PlainDraws(const samplers::ImplicitSampler& sampler,
                          const kernels::ModelView<T>& model, const kernels::CellsView<T>& observed,
                          const kernels::CellsView<T>& supply)
    : sampler_(sampler),
      features_(model.features),
      observed_(observed.term),
      group_features_(model.group_features),
      log_noise_(static_cast<std::size_t>(model.rows), kUnset) {
  for (std::int64_t g = 0; g < sampler.noise().groups(); ++g) add_group(g, supply);
  // Values that the supply does not have.
  const double log_k = std::log(static_cast<double>(sampler.options().noise_rows));
  for (std::int64_t r = 0; r < observed.rows; ++r)
    for (std::int32_t g = 0; g < model.groups; ++g) {
      const std::int32_t row = observed_[(r * features_) + group_features_[g]];
      float& log_noise = log_noise_[static_cast<std::size_t>(row)];
      if (std::isnan(log_noise))
        log_noise = static_cast<float>(log_k + sampler.noise().distribution(g).log_prob(-1));
    }
}

template <class T>
void PlainDraws<T>::add_group(std::int64_t group, const kernels::CellsView<T>& supply) {
  const samplers::NoiseTables& noise = sampler_.noise();
  const samplers::NoiseDistribution& distribution = noise.distribution(group);
  const double log_k = std::log(static_cast<double>(sampler_.options().noise_rows));
  Group result;
  result.feature = group_features_[group];
  const auto candidate = [&](std::int64_t entity) {
    const std::int64_t donor = noise.entities(group).donor(entity);
    return Candidate{supply.term[(donor * features_) + result.feature],
                     static_cast<float>(log_k + distribution.log_prob(entity))};
  };
  const auto& slots = distribution.table().slots();
  result.slots.reserve(slots.size());
  for (std::size_t i = 0; i < slots.size(); ++i) {
    const Candidate own = candidate(static_cast<std::int64_t>(i));
    result.slots.push_back({slots[i], own, candidate(slots[i].alias)});
    log_noise_[static_cast<std::size_t>(own.row)] = own.log_noise;
  }
  groups_.push_back(std::move(result));
}

template <class T>
void PlainDraws<T>::draw(const std::int64_t* rows, std::int32_t count, std::uint32_t epoch,
                         const kernels::DrawBuffers& out) const {
  const std::int64_t k = sampler_.options().noise_rows;
  for (std::int32_t i = 0; i < count; ++i) {
    __builtin_prefetch(observed_ + (rows[i] * features_));
    __builtin_prefetch(sampler_.present(rows[i]));
  }
  std::vector<Pick> picks(static_cast<std::size_t>(count * k));
  for (std::int32_t i = 0; i < count; ++i) {
    samplers::Philox random(sampler_.options().seed, epoch, static_cast<std::uint64_t>(rows[i]));
    const std::int64_t group = sampler_.chooser().choose(sampler_.present(rows[i]), random);
    if (group < 0)
      throw Error("PlainDraws", "a row with a value to replace", fmt::format("row {}", rows[i]));
    out.groups[i] = static_cast<std::int32_t>(group);
    const std::vector<Slot>& slots = groups_[static_cast<std::size_t>(group)].slots;
    for (std::int64_t j = 0; j < k; ++j) {
      const Slot* slot = &slots[random.below(static_cast<std::uint32_t>(slots.size()))];
      __builtin_prefetch(slot);
      picks[static_cast<std::size_t>((i * k) + j)] = {slot, random.next()};
    }
    const std::int32_t target = groups_[static_cast<std::size_t>(group)].feature;
    __builtin_prefetch(
        &log_noise_[static_cast<std::size_t>(observed_[(rows[i] * features_) + target])]);
  }
  std::int32_t* ids = out.ids;
  float* log_noise = out.log_noise;
  const Pick* pick = picks.data();
  for (std::int32_t i = 0; i < count; ++i) {
    const std::int32_t target = groups_[static_cast<std::size_t>(out.groups[i])].feature;
    const std::int32_t* own = observed_ + (rows[i] * features_);
    for (std::int32_t f = 0; f < target; ++f) *ids++ = own[f];
    for (std::int32_t f = target + 1; f < features_; ++f) *ids++ = own[f];
    *ids++ = own[target];
    *log_noise++ = log_noise_[static_cast<std::size_t>(own[target])];
    for (std::int64_t j = 0; j < k; ++j, ++pick) {
      const Candidate& drawn =
          pick->slot->alias.keeps(pick->word) ? pick->slot->own : pick->slot->other;
      *ids++ = drawn.row;
      *log_noise++ = drawn.log_noise;
    }
  }
}

template class PlainDraws<float>;
template class PlainDraws<double>;

}  // namespace feat2vec::trainers
