#include "samplers/context_sampler.h"

#include <optional>
#include <utility>

#include "feat2vec/error.h"
#include "samplers/context_drawing.h"
#include "samplers/target_words.h"

namespace feat2vec::samplers {
namespace {

ContextOptions checked(const SamplerOptions& options) {
  options.contexts.validate();
  if (options.oversampler == Oversampler::kAll)
    throw Error("ContextSampler", "noise that replaces one value or group", "all groups at once");
  return options.contexts;
}

}  // namespace

ContextSampler::ContextSampler(const ImplicitSampler& rows, std::vector<std::uint8_t> meets)
    : rows_(rows),
      options_(checked(rows.options())),
      targets_(rows, std::move(meets)),
      values_(rows.observed().columns().size()) {
  if (targets() == 0)
    throw Error("ContextSampler", "a row with two values that meet", "none in any row");
  if (options_.unit == Unit::kGroup) return;
  for (std::size_t f = 0; f < values_.size(); ++f) {
    const std::vector<std::int64_t> counts = value_counts(noise().supply().column(f));
    if (counts.empty()) continue;
    values_[f].emplace(counts, noise().options().alpha2, noise().options().count_bias);
  }
}

bool ContextSampler::has_values_alone() const {
  if (options_.unit == Unit::kGroup) return false;
  const auto& columns = rows_.observed().columns();
  for (std::size_t f = 0; f < columns.size(); ++f) {
    if (columns[f].kind == data::FeatureKind::kOffset) continue;
    const bool is_target = noise().group_of_feature()[f] >= 0;
    if (data::is_whole_cell(columns[f].kind) || (is_target && !values_[f])) return false;
  }
  return true;
}

bool ContextSampler::has_single_contexts() const {
  const bool are_pairs = options_.one == 1 && options_.all == 0 && options_.keep == 0;
  return !targets_.have_choice() || (are_pairs && (!options_.shared_noise || options_.cap == 1));
}

void ContextSampler::draw(const std::int64_t* targets, std::int64_t count, std::uint32_t epoch,
                          ContextDraw& out) const {
  out.clear();
  TargetWords words(rows_.options().seed, epoch);
  draw_into(targets, count, words, out);
}

std::vector<double> ContextSampler::mean_log_probs() const {
  std::vector<std::optional<double>> of_values(static_cast<std::size_t>(noise().groups()));
  for (std::size_t f = 0; f < values_.size(); ++f)
    if (values_[f])
      of_values[static_cast<std::size_t>(noise().group_of_feature()[f])] =
          values_[f]->mean_log_prob();
  std::vector<double> means;
  for (std::int64_t group = 0; group < noise().groups(); ++group) {
    const auto& mean = of_values[static_cast<std::size_t>(group)];
    means.push_back(mean ? *mean : noise().distribution(group).mean_log_prob());
  }
  return means;
}

}  // namespace feat2vec::samplers
