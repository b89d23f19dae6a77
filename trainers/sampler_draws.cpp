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

/// A Philox stream whose first words have been made beforehand.
class PreparedPhilox : public samplers::RandomWords<PreparedPhilox> {
 public:
  /// `words`: every eighth of 8·4·`blocks`.
  PreparedPhilox(std::uint64_t seed, std::uint32_t epoch, std::int64_t row,
                 const std::uint32_t* words, std::int32_t blocks)
      : words_(words),
        end_(words + (std::int64_t{blocks} * 4 * kStep)),
        rest_(seed, epoch, static_cast<std::uint64_t>(row), static_cast<std::uint32_t>(blocks)) {}

  std::uint32_t next() {
    if (words_ >= end_) return rest_.next();
    const std::uint32_t word = *words_;
    words_ += kStep;
    return word;
  }

 private:
  static constexpr std::int64_t kStep = 8;

  const std::uint32_t* words_;
  const std::uint32_t* end_;
  samplers::Philox rest_;
};

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
                          const kernels::CellsView<T>& supply, kernels::Target target)
    : sampler_(sampler),
      features_(model.features),
      observed_(observed.term),
      null_row_(model.null_row),
      kernels_(kernels::kernels_for<T>(target)),
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

/// Draws the group of a row and the slots of its noise.
template <class T>
template <class Random>
void PlainDraws<T>::pick(std::int64_t row, Random random, std::int32_t& group, Pick* picks) const {
  const std::int32_t* own = observed_ + (row * features_);
  bool all_present = true;
  for (std::int32_t f = 0; f < features_; ++f) all_present = all_present && own[f] != null_row_;
  if (all_present)
    group = static_cast<std::int32_t>(sampler_.chooser().at(random.uniform()));
  else
    group = static_cast<std::int32_t>(sampler_.chooser().choose(sampler_.present(row), random));
  if (group < 0)
    throw Error("PlainDraws", "a row with a value to replace", fmt::format("row {}", row));
  const Group& chosen = groups_[static_cast<std::size_t>(group)];
  const auto size = static_cast<std::uint32_t>(chosen.slots.size());
  for (std::int64_t j = 0; j < sampler_.options().noise_rows; ++j) {
    const Slot* slot = chosen.slots.data() + random.below(size);
    __builtin_prefetch(slot);
    picks[j] = {slot, random.next()};
  }
  __builtin_prefetch(&log_noise_[static_cast<std::size_t>(own[chosen.feature])]);
}

template <class T>
void PlainDraws<T>::draw(const std::int64_t* rows, std::int32_t count, std::uint32_t epoch,
                         const kernels::DrawBuffers& out) const {
  constexpr std::int32_t kStreams = 8;
  constexpr std::int32_t kGroupWords = 2;
  const auto k = static_cast<std::int32_t>(sampler_.options().noise_rows);
  const std::int32_t blocks = (kGroupWords + (2 * k) + 3) / 4;
  const std::uint64_t seed = sampler_.options().seed;
  for (std::int32_t i = 0; i < count; ++i) __builtin_prefetch(observed_ + (rows[i] * features_));
  std::vector<Pick> picks(static_cast<std::size_t>(count) * static_cast<std::size_t>(k));
  std::vector<std::uint32_t> words(static_cast<std::size_t>(blocks) * 4 * kStreams);
  for (std::int32_t first = 0; first < count; first += kStreams) {
    std::int64_t streams[kStreams];
    for (std::int32_t i = 0; i < kStreams; ++i) streams[i] = rows[std::min(first + i, count - 1)];
    kernels_.philox_eight(seed, epoch, streams, blocks, words.data());
    for (std::int32_t i = 0; i < kStreams && first + i < count; ++i)
      pick(streams[i], PreparedPhilox(seed, epoch, streams[i], words.data() + i, blocks),
           out.groups[first + i], picks.data() + (std::int64_t{first + i} * k));
  }
  resolve(rows, count, picks.data(), out);
}

/// What the picked slots give, beside the row's own values.
template <class T>
void PlainDraws<T>::resolve(const std::int64_t* rows, std::int32_t count, const Pick* picks,
                            const kernels::DrawBuffers& out) const {
  const std::int64_t k = sampler_.options().noise_rows;
  std::int32_t* ids = out.ids;
  float* log_noise = out.log_noise;
  for (std::int32_t i = 0; i < count; ++i) {
    const std::int32_t target = groups_[static_cast<std::size_t>(out.groups[i])].feature;
    const std::int32_t* own = observed_ + (rows[i] * features_);
    // The last feature takes the place of the target, which comes after all others.
    for (std::int32_t f = 0; f < features_; ++f) ids[f] = own[f];
    ids[target] = own[features_ - 1];
    ids[features_ - 1] = own[target];
    ids += features_;
    *log_noise++ = log_noise_[static_cast<std::size_t>(own[target])];
    for (std::int64_t j = 0; j < k; ++j, ++picks) {
      const Candidate& drawn =
          picks->slot->alias.keeps(picks->word) ? picks->slot->own : picks->slot->other;
      *ids++ = drawn.row;
      *log_noise++ = drawn.log_noise;
    }
  }
}

template class PlainDraws<float>;
template class PlainDraws<double>;

}  // namespace feat2vec::trainers
