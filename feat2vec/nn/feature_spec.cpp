#include "feat2vec/nn/feature_spec.h"

#include <fmt/format.h>

#include <utility>

#include "feat2vec/error.h"

namespace feat2vec::nn {

FeatureSpec FeatureSpec::categorical(std::string name, std::int64_t rows) {
  FeatureSpec spec;
  spec.name = std::move(name);
  spec.rows = rows;
  return spec;
}

FeatureSpec FeatureSpec::bag(std::string name, std::int64_t rows, data::Pooling pooling) {
  FeatureSpec spec;
  spec.name = std::move(name);
  spec.kind = data::FeatureKind::kBag;
  spec.rows = rows;
  spec.pooling = pooling;
  return spec;
}

FeatureSpec FeatureSpec::text(std::string name, std::int64_t rows) {
  FeatureSpec spec = bag(std::move(name), rows, data::Pooling::kSqrt);
  spec.kind = data::FeatureKind::kText;
  spec.target = data::is_target_by_default(spec.kind);
  return spec;
}

FeatureSpec FeatureSpec::numeric(std::string name, std::int64_t width, bool dense_bias) {
  FeatureSpec spec;
  spec.name = std::move(name);
  spec.kind = data::FeatureKind::kNumeric;
  spec.width = width;
  spec.dense_bias = dense_bias;
  return spec;
}

FeatureSpec FeatureSpec::offset(std::string name) {
  FeatureSpec spec;
  spec.name = std::move(name);
  spec.kind = data::FeatureKind::kOffset;
  spec.embedding = false;
  spec.bias = true;
  return spec;
}

FeatureSpec FeatureSpec::custom(std::string name, data::FeatureKind kind,
                                torch::nn::AnyModule module) {
  FeatureSpec spec;
  spec.name = std::move(name);
  spec.kind = kind;
  spec.module = std::move(module);
  return spec;
}

std::vector<FeatureSpec> feature_specs(const data::Schema& schema,
                                       const std::vector<data::Vocabulary>& vocabularies) {
  if (vocabularies.size() != schema.features.size())
    throw Error("feature_specs", fmt::format("{} vocabularies", schema.features.size()),
                fmt::format("{}", vocabularies.size()));
  std::vector<FeatureSpec> specs;
  for (std::size_t f = 0; f < schema.features.size(); ++f) {
    const data::Feature& feature = schema.features[f];
    FeatureSpec spec;
    spec.name = feature.name;
    spec.kind = feature.kind;
    spec.rows = vocabularies[f].rows();
    spec.pooling =
        feature.kind == data::FeatureKind::kText ? data::Pooling::kSqrt : feature.pooling;
    spec.dense_bias = feature.dense_bias && feature.knots == 0;
    spec.embedding = feature.embedding && feature.kind != data::FeatureKind::kOffset;
    spec.target = feature.target;
    spec.bias = feature.bias || feature.kind == data::FeatureKind::kOffset;
    spec.missing_vectors = feature.has_missing_vector();
    if (feature.kind == data::FeatureKind::kNumeric) spec.width = feature.dense_width();
    specs.push_back(std::move(spec));
  }
  return specs;
}

}  // namespace feat2vec::nn
