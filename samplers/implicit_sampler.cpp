#include "samplers/implicit_sampler.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/full.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "feat2vec/error.h"
#include "samplers/materialize.h"

namespace feat2vec::samplers {

/// Where the draws of one observed row are written.
struct ImplicitSampler::Output {
  std::int64_t* groups;  ///< [B]
  std::int64_t* donors;  ///< [B, K] or [B, K, G]
  float* log_noise;      ///< [B, 1+K]
};

ImplicitSampler::ImplicitSampler(data::Dataset observed, std::shared_ptr<const NoiseTables> noise,
                                 GroupChooser chooser, const SamplerOptions& options)
    : observed_(std::move(observed)),
      noise_(std::move(noise)),
      chooser_(std::move(chooser)),
      options_(options),
      log_k_(std::log(static_cast<double>(options.noise_rows))) {
  if (options_.noise_rows < 1)
    throw Error("ImplicitSampler", "1 noise row or more", fmt::format("{}", options_.noise_rows));
  const std::int64_t groups = noise_->groups();
  if (static_cast<std::int64_t>(chooser_.probabilities().size()) != groups)
    throw Error("ImplicitSampler", fmt::format("a chooser of {} groups", groups),
                fmt::format("{}", chooser_.probabilities().size()));
}

Draw ImplicitSampler::draw(const at::Tensor& rows, std::uint32_t epoch) const {
  if (rows.dim() != 1 || rows.scalar_type() != at::kLong || !rows.is_cpu())
    throw Error("ImplicitSampler", "rows as int64 [B] on the CPU",
                fmt::format("{} dimensions", rows.dim()));
  const std::int64_t batch = rows.size(0);
  const std::int64_t k = options_.noise_rows;
  const bool all = options_.oversampler == Oversampler::kAll;
  Draw draw;
  draw.rows = rows.contiguous();
  draw.groups = at::full({batch}, -1, at::kLong);
  draw.donors = all ? at::full({batch, k, noise_->groups()}, -1, at::kLong)
                    : at::empty({batch, k}, at::kLong);
  draw.log_noise = at::empty({batch, 1 + k}, at::kFloat);
  const Output out{draw.groups.mutable_data_ptr<std::int64_t>(),
                   draw.donors.mutable_data_ptr<std::int64_t>(),
                   draw.log_noise.mutable_data_ptr<float>()};
  draw_rows(draw.rows.const_data_ptr<std::int64_t>(), batch, epoch, out);
  return draw;
}

void ImplicitSampler::draw(const std::int64_t* rows, std::int64_t count, std::uint32_t epoch,
                           std::int64_t* groups, std::int64_t* donors, float* log_noise) const {
  if (options_.oversampler == Oversampler::kAll)
    throw Error("ImplicitSampler", "the two-step oversampler", "the one that replaces all groups");
  draw_rows(rows, count, epoch, {groups, donors, log_noise});
}

void ImplicitSampler::draw_rows(const std::int64_t* rows, std::int64_t count, std::uint32_t epoch,
                                const Output& out) const {
  const bool all = options_.oversampler == Oversampler::kAll;
  const RowEntities& entities = this->entities();
  for (std::int64_t b = 0; b < count; ++b) {
    if (rows[b] < 0 || rows[b] >= observed_.rows())
      throw Error("ImplicitSampler", fmt::format("rows in [0, {})", observed_.rows()),
                  fmt::format("{}", rows[b]));
    const Philox random(options_.seed, epoch, static_cast<std::uint64_t>(rows[b]));
    if (all)
      draw_all(b, rows[b], entities, random, out);
    else
      draw_group(b, rows[b], entities, random, out);
  }
}

void ImplicitSampler::draw_group(std::int64_t b, std::int64_t row, const RowEntities& entities,
                                 Philox random, const Output& out) const {
  const std::int64_t k = options_.noise_rows;
  const std::int64_t group =
      chooser_.choose([&](std::int64_t g) { return entities.present(row, g); }, random);
  if (group < 0)
    throw Error("ImplicitSampler", "a row with a value to replace", fmt::format("row {}", row));
  const NoiseDistribution& distribution = noise_->distribution(group);
  out.groups[b] = group;
  float* log_noise = out.log_noise + b * (1 + k);
  log_noise[0] = static_cast<float>(log_k_ + distribution.log_prob(entities.at(row, group)));
  for (std::int64_t j = 0; j < k; ++j) {
    const std::int64_t drawn = distribution.draw(random);
    out.donors[b * k + j] = noise_->entities(group).donor(drawn);
    log_noise[1 + j] = static_cast<float>(log_k_ + distribution.log_prob(drawn));
  }
}

void ImplicitSampler::draw_all(std::int64_t b, std::int64_t row, const RowEntities& entities,
                               Philox random, const Output& out) const {
  const std::int64_t k = options_.noise_rows;
  const std::int64_t groups = noise_->groups();
  const std::int32_t* own = entities.of(row);
  if (std::all_of(own, own + groups, [](std::int32_t e) { return e == Entities::kAbsent; }))
    throw Error("ImplicitSampler", "a row with a value to replace", fmt::format("row {}", row));
  for (std::int64_t c = 0; c <= k; ++c) {
    double log_noise = log_k_;
    for (std::int64_t g = 0; g < groups; ++g) {
      if (own[g] == Entities::kAbsent) continue;
      const NoiseDistribution& distribution = noise_->distribution(g);
      if (c == 0) {
        log_noise += distribution.log_prob(own[g]);
        continue;
      }
      const std::int64_t drawn = distribution.draw(random);
      out.donors[(b * k + c - 1) * groups + g] = noise_->entities(g).donor(drawn);
      log_noise += distribution.log_prob(drawn);
    }
    out.log_noise[b * (1 + k) + c] = static_cast<float>(log_noise);
  }
}

data::Batch ImplicitSampler::materialize(const Draw& draw) const {
  const c10::Device device = observed_.device();
  const Draw moved{draw.rows.to(device), draw.groups.to(device), draw.donors.to(device),
                   draw.log_noise.to(device)};
  return samplers::materialize(moved, observed_, noise_->supply(), noise_->group_of_feature());
}

}  // namespace feat2vec::samplers
