#include "tests/trainers/random_problem.h"

#include <ATen/Functions.h>

#include <string>
#include <utility>
#include <vector>

#include "feat2vec/data/vocabulary.h"
#include "tests/support/model.h"

namespace feat2vec::testing {
namespace {

using Random = std::mt19937_64;

std::int64_t between(Random& random, std::int64_t least, std::int64_t most) {
  return std::uniform_int_distribution<std::int64_t>(least, most)(random);
}
bool coin(Random& random, double share = 0.5) { return std::bernoulli_distribution(share)(random); }

nn::FeatureSpec random_spec(Random& random, const std::string& name, bool plain) {
  const std::int64_t kind = plain ? 0 : between(random, 0, 3);
  nn::FeatureSpec spec;
  if (kind == 1) {
    spec = nn::FeatureSpec::bag(name, between(random, 1, 6),
                                static_cast<data::Pooling>(between(random, 0, 2)));
  } else if (kind == 2) {
    spec = nn::FeatureSpec::numeric(name, between(random, 1, 3), coin(random));
    spec.missing_vectors = coin(random);
  } else if (kind == 3) {
    spec = nn::FeatureSpec::text(name, between(random, 1, 6));
    spec.target = coin(random);
  } else {
    spec = nn::FeatureSpec::categorical(name, between(random, 2, 6));
  }
  if (plain) return spec;
  spec.bias = coin(random, 0.3);
  spec.embedding = !spec.bias || coin(random, 0.7);
  return spec;
}

/// Cells of every kind of value that can be: missing ones, empty bags, members that are nothing.
data::Column random_column(Random& random, const nn::FeatureSpec& spec, std::int64_t rows,
                           bool always_present) {
  const double missing = always_present ? 0 : 0.2;
  if (data::has_members(spec.kind)) {
    std::vector<std::int32_t> ids;
    std::vector<std::int64_t> offsets{0};
    for (std::int64_t r = 0; r < rows; ++r) {
      for (std::int64_t m = between(random, 0, 4); m > 0; --m)
        ids.push_back(coin(random, 0.1)
                          ? data::kNoValue
                          : static_cast<std::int32_t>(between(random, 0, spec.rows - 1)));
      offsets.push_back(static_cast<std::int64_t>(ids.size()));
    }
    const auto make =
        spec.kind == data::FeatureKind::kText ? data::Column::text : data::Column::bag;
    return make(at::tensor(ids, at::kInt), at::tensor(offsets, at::kLong));
  }
  if (spec.kind == data::FeatureKind::kNumeric) {
    at::Tensor values = at::zeros({rows, spec.width});
    at::Tensor absent = at::zeros({rows, spec.width}, at::kBool);
    for (std::int64_t i = 0; i < values.numel(); ++i) {
      if (coin(random, missing))
        absent.view(-1)[i] = true;
      else
        values.view(-1)[i] = static_cast<double>(between(random, -8, 8)) / 4;
    }
    return data::Column::numeric(values, absent, spec.missing_vectors);
  }
  at::Tensor ids = at::zeros({rows}, at::kInt);
  for (std::int64_t r = 0; r < rows; ++r)
    ids[r] = coin(random, missing) ? data::kNoValue : between(random, 0, spec.rows - 1);
  return data::Column::categorical(ids);
}

data::Feature feature_of(const nn::FeatureSpec& spec) {
  data::Feature feature;
  feature.name = spec.name;
  feature.kind = spec.kind;
  const std::int64_t columns = spec.kind == data::FeatureKind::kOffset    ? 0
                               : spec.kind == data::FeatureKind::kNumeric ? spec.width
                                                                          : 1;
  for (std::int64_t c = 0; c < columns; ++c)
    feature.columns.push_back(spec.name + "." + std::to_string(c));
  feature.embedding = spec.embedding;
  feature.bias = spec.bias;
  return feature;
}

/// Groups of one to three features that follow each other.
std::vector<data::SamplingGroup> random_groups(Random& random, std::int64_t features) {
  std::vector<data::SamplingGroup> groups;
  for (std::int64_t f = 0; f < features;) {
    data::SamplingGroup group;
    group.name = "g" + std::to_string(groups.size());
    for (std::int64_t size = between(random, 1, 3); size > 0 && f < features; --size)
      group.features.push_back("f" + std::to_string(f++));
    groups.push_back(group);
  }
  return groups;
}

std::vector<std::pair<std::int64_t, std::int64_t>> random_pairs(
    Random& random, const std::vector<nn::FeatureSpec>& specs) {
  std::vector<std::pair<std::int64_t, std::int64_t>> pairs;
  for (std::size_t i = 0; i < specs.size(); ++i)
    for (std::size_t j = i + 1; j < specs.size(); ++j)
      if (specs[i].embedding && specs[j].embedding && coin(random))
        pairs.emplace_back(static_cast<std::int64_t>(i), static_cast<std::int64_t>(j));
  return pairs;
}

}  // namespace

samplers::ContextOptions contexts_of(std::uint64_t seed, bool softmax) {
  samplers::ContextOptions contexts;
  contexts.unit = seed % 2 == 0 ? samplers::Unit::kMember : samplers::Unit::kGroup;
  contexts.all = seed % 5 == 0 && seed % 2 == 0 ? 1 : 0.1;
  if (contexts.all < 1) {
    contexts.keep = 0.2;
    contexts.one = 0.4;
    contexts.subset = 0.3;
  }
  contexts.keep_probability = 0.5;
  contexts.cap = 1 + static_cast<std::int64_t>(seed % 4);
  contexts.same_bag = seed % 3 != 0;
  contexts.shared_noise = seed % 4 < 2;
  contexts.accidental_hits = !softmax;
  contexts.exact_values = softmax ? static_cast<std::int64_t>(seed % 7) : 0;
  return contexts;
}

RandomProblem make_random_problem(std::uint64_t seed, const RandomProblemOptions& options) {
  Random random(seed);
  const std::int64_t features = between(random, 2, options.most_features);
  std::vector<nn::FeatureSpec> specs;
  std::vector<data::Column> columns;
  std::vector<data::Column> other_columns;
  data::Schema schema;
  for (std::int64_t f = 0; f < features; ++f) {
    // The first one is always there, so that every row has something to replace.
    const bool lookup = options.plain || options.whole || f == 0;
    specs.push_back(random_spec(random, "f" + std::to_string(f), lookup));
    if (options.whole) specs.back().bias = coin(random);
    if (f == 0) specs.back().embedding = true;
    columns.push_back(random_column(random, specs.back(), options.rows, options.whole || f == 0));
    other_columns.push_back(random_column(random, specs.back(), options.rows / 2, f == 0));
  }
  if (!options.whole && coin(random)) {
    specs.push_back(nn::FeatureSpec::offset());
    columns.push_back(data::Column::offset(options.rows));
    other_columns.push_back(data::Column::offset(options.rows / 2));
  }
  for (const nn::FeatureSpec& spec : specs) schema.features.push_back(feature_of(spec));
  if (!options.plain) schema.groups = random_groups(random, features);

  ModelOptions model_options;
  model_options.dim = between(random, 1, 130);
  model_options.prior = coin(random) ? Prior::kGroup : Prior::kNone;
  if (options.prior) model_options.prior = *options.prior;
  model_options.groups = static_cast<std::int64_t>(schema.sampling_groups().size());
  if (!options.plain && coin(random)) model_options.pairs = random_pairs(random, specs);

  RandomProblem problem;
  problem.model = Feat2Vec(model_options, specs);
  randomize(*problem.model, seed);
  {
    const at::NoGradGuard no_grad;
    for (const at::Tensor& parameter : problem.model->parameters()) parameter.mul_(0.3);
  }
  problem.model->to(options.device);
  const data::Dataset table = data::Dataset(std::move(columns)).to(options.device);
  const auto noise =
      std::make_shared<samplers::NoiseTables>(table, schema, samplers::NoiseOptions{});
  const samplers::GroupChooser chooser(
      std::vector<std::int64_t>(static_cast<std::size_t>(model_options.groups), 10), 0.5);
  samplers::SamplerOptions sampler_options;
  sampler_options.noise_rows = between(random, 1, 20);
  sampler_options.seed = seed;
  sampler_options.contexts = options.contexts;
  problem.sampler =
      std::make_shared<samplers::ImplicitSampler>(table, noise, chooser, sampler_options);
  problem.validation = std::make_shared<samplers::ImplicitSampler>(
      data::Dataset(std::move(other_columns)).to(options.device), noise, chooser, sampler_options);
  return problem;
}

}  // namespace feat2vec::testing
