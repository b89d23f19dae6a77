#include "trainers/sampler_draws.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "feat2vec/error.h"
#include "feat2vec/prefetch.h"

namespace feat2vec::trainers {
namespace {

constexpr float kUnset = std::numeric_limits<float>::quiet_NaN();

constexpr std::int32_t kStreams = 8;  ///< whose words are made at once

/// A Philox stream whose first words have been made beforehand.
class PreparedPhilox : public samplers::RandomWords<PreparedPhilox> {
 public:
  /// `words`: every eighth of 8·4·`blocks`.
  PreparedPhilox(std::uint64_t seed, std::uint32_t epoch, std::int64_t row,
                 const std::uint32_t* words, std::int32_t blocks)
      : words_(words),
        end_(words + (std::int64_t{blocks} * 4 * kStreams)),
        seed_(seed),
        row_(row),
        epoch_(epoch),
        blocks_(blocks) {}

  std::uint32_t next() {
    if (words_ >= end_) return beyond();
    const std::uint32_t word = *words_;
    words_ += kStreams;
    return word;
  }

 private:
  /// The next word after those that were made: seldom more than a few.
  [[gnu::noinline]] std::uint32_t beyond() {
    samplers::Philox rest(seed_, epoch_, static_cast<std::uint64_t>(row_),
                          static_cast<std::uint32_t>(blocks_));
    for (std::uint32_t word = 0; word < beyond_; ++word) rest.next();
    ++beyond_;
    return rest.next();
  }

  const std::uint32_t* words_;
  const std::uint32_t* end_;
  std::uint64_t seed_;
  std::int64_t row_;
  std::uint32_t epoch_;
  std::int32_t blocks_;
  std::uint32_t beyond_ = 0;
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
      noise_rows_(static_cast<std::int32_t>(sampler.options().noise_rows)),
      some_absent_(std::find(observed.term, observed.term + (observed.rows * model.features),
                             model.null_row) != observed.term + (observed.rows * model.features)),
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
  const bool complete =
      !some_absent_ || std::find(own, own + features_, null_row_) == own + features_;
  if (complete)
    group = static_cast<std::int32_t>(sampler_.chooser().at(random.uniform()));
  else
    group = static_cast<std::int32_t>(sampler_.chooser().choose(sampler_.present(row), random));
  if (group < 0)
    throw Error("PlainDraws", "a row with a value to replace", fmt::format("row {}", row));
  const Group& chosen = groups_[static_cast<std::size_t>(group)];
  const Slot* slots = chosen.slots.data();
  const auto size = static_cast<std::uint32_t>(chosen.slots.size());
  for (std::int32_t j = 0; j < noise_rows_; ++j) {
    const Slot* slot = slots + random.below(size);
    prefetch(slot);
    picks[j] = {slot, random.next()};
  }
  prefetch(&log_noise_[static_cast<std::size_t>(own[chosen.feature])]);
}

/// A pipeline over eights of rows, for each of its reads is a miss of the cache: cells of a row are
/// asked for some eights before its slots are picked, and what they give is read an eight later.
template <class T>
void PlainDraws<T>::draw(const std::int64_t* rows, std::int32_t count, std::uint32_t epoch,
                         const kernels::DrawBuffers& out) const {
  constexpr std::int32_t kAhead = 3 * kStreams;
  constexpr std::int32_t kGroupWords = 2;
  const std::int32_t blocks = (kGroupWords + (2 * noise_rows_) + 3) / 4;
  const std::uint64_t seed = sampler_.options().seed;
  const auto ask_for = [&](std::int32_t first) {
    for (std::int32_t i = first; i < std::min(first + kStreams, count); ++i) {
      const std::int32_t* own = observed_ + (rows[i] * features_);
      prefetch(own);
      prefetch(own + features_ - 1);
    }
  };
  const auto k = static_cast<std::size_t>(noise_rows_);
  std::vector<Pick> picks(2 * kStreams * k);
  std::vector<std::uint32_t> words(static_cast<std::size_t>(blocks) * 4 * kStreams);
  const auto picks_of = [&](std::int32_t i) {
    return picks.data() + (static_cast<std::size_t>(i % (2 * kStreams)) * k);
  };
  for (std::int32_t first = 0; first < kAhead; first += kStreams) ask_for(first);
  for (std::int32_t first = 0; first < count; first += kStreams) {
    ask_for(first + kAhead);
    std::int64_t streams[kStreams];
    for (std::int32_t i = 0; i < kStreams; ++i) streams[i] = rows[std::min(first + i, count - 1)];
    kernels_.philox_eight(seed, epoch, streams, blocks, words.data());
    for (std::int32_t i = 0; i < kStreams && first + i < count; ++i)
      pick(streams[i], PreparedPhilox(seed, epoch, streams[i], words.data() + i, blocks),
           out.groups[first + i], picks_of(first + i));
    for (std::int32_t i = std::max(0, first - kStreams); i < first; ++i)
      resolve(rows[i], i, picks_of(i), out);
  }
  const std::int32_t last = (count - 1) / kStreams * kStreams;
  for (std::int32_t i = std::max(0, last); i < count; ++i) resolve(rows[i], i, picks_of(i), out);
}

/// What the picked slots of example `i` give, beside the row's own values.
template <class T>
void PlainDraws<T>::resolve(std::int64_t row, std::int32_t i, const Pick* picks,
                            const kernels::DrawBuffers& out) const {
  const std::int32_t target = groups_[static_cast<std::size_t>(out.groups[i])].feature;
  const std::int32_t* own = observed_ + (row * features_);
  std::int32_t* ids = out.ids + (std::int64_t{i} * (features_ + noise_rows_));
  float* log_noise = out.log_noise + (std::int64_t{i} * (1 + noise_rows_));
  // The last feature takes the place of the target, which comes after all others.
  for (std::int32_t f = 0; f < features_; ++f) ids[f] = own[f];
  ids[target] = own[features_ - 1];
  ids[features_ - 1] = own[target];
  ids += features_;
  *log_noise++ = log_noise_[static_cast<std::size_t>(own[target])];
  for (std::int32_t j = 0; j < noise_rows_; ++j) {
    const Slot& slot = *picks[j].slot;
    const Candidate& drawn = slot.alias.keeps(picks[j].word) ? slot.own : slot.other;
    ids[j] = drawn.row;
    log_noise[j] = drawn.log_noise;
  }
}

template class PlainDraws<float>;
template class PlainDraws<double>;

}  // namespace feat2vec::trainers
