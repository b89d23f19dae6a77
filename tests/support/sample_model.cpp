#include "tests/support/sample_model.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/grad_mode.h>

#include "feat2vec/nn/feature_spec.h"

namespace feat2vec::testing {
namespace {

using data::Feature;
using data::FeatureKind;

Feature feature(std::string name, FeatureKind kind, std::vector<std::string> columns) {
  Feature made;
  made.name = std::move(name);
  made.kind = kind;
  made.columns = std::move(columns);
  return made;
}

data::Schema sample_schema() {
  data::Schema schema;
  schema.missing_words = {"n/a"};
  schema.features = {feature("director", FeatureKind::kCategorical, {"director"}),
                     feature("a=b c", FeatureKind::kCategorical, {"a=b c"}),
                     feature("cast", FeatureKind::kBag, {"cast"}),
                     feature("tags", FeatureKind::kBag, {"tags"}),
                     feature("year", FeatureKind::kNumeric, {"year"}),
                     feature("attrs", FeatureKind::kNumeric, {"a1", "a2"}),
                     feature("offset", FeatureKind::kOffset, {}),
                     feature("plot", FeatureKind::kText, {"plot"})};
  schema.features[0].bias = true;
  schema.features[1].unseen = data::UnseenPolicy::kMeanVector;
  schema.features[2].separator = ",";
  schema.features[2].pooling = data::Pooling::kSqrt;
  schema.features[2].bias = true;
  schema.features[3].separator = ",";
  schema.features[3].pooling = data::Pooling::kMean;
  schema.features[3].missing = data::MissingPolicy::kLeaveOut;
  schema.features[4].center = {1994.25};
  schema.features[4].scale = {12.5};
  schema.features[4].missing_counts = {3};
  schema.features[5].center = {0.5, -2};
  schema.features[5].scale = {2, 0.25};
  schema.features[5].missing_counts = {0, 0};
  schema.features[5].bias = true;
  return schema;
}

void randomize_all(Model& model) {
  at::Generator generator = at::detail::createCPUGenerator(11);
  const at::NoGradGuard no_grad;
  for (at::Tensor& parameter : model.module->parameters()) parameter.normal_(0, 0.5, generator);
}

}  // namespace

Model sample_model(at::ScalarType type) {
  Model model;
  model.schema = sample_schema();
  model.vocabularies = {
      data::Vocabulary({{"Jane Campion", 5},
                        {"a=b", 4},
                        {"100%", 3},
                        {"%20", 3},
                        {"line\nbreak", 2},
                        {"tab\tand\rreturn", 2},
                        {"Agnès Varda", 1},
                        {"宮崎 駿", 1}},
                       /*missing_count=*/2),
      data::Vocabulary({{"x", 9}, {"y=z", 4}, {"z", 4}}, 0),
      data::Vocabulary({{"Holly Hunter", 7}, {"Sam Neill", 6}, {"Anna Paquin", 6}, {"u", 1}}, 4),
      data::Vocabulary({{"drama", 8}, {"sea", 3}, {"piano", 2}}, 0),
      data::Vocabulary(),
      data::Vocabulary(),
      data::Vocabulary(),
      data::Vocabulary({{"sea", 9}, {"piano", 6}, {"été", 3}}, 2)};
  ModelOptions options;
  options.dim = 6;
  options.seed = 7;
  model.module = Feat2Vec(options, nn::feature_specs(model.schema, model.vocabularies));
  model.module->to(type);
  randomize_all(model);
  model.provenance = {{"rows", 25}, {"loss", 0.625}};
  return model;
}

Model with_knots(Model model) {
  model.schema.features[4].knots = 4;
  model.schema.features[4].knot_values = {{1980, 1994, 2000.5}};
  model.module =
      Feat2Vec(model.module->options(), nn::feature_specs(model.schema, model.vocabularies));
  randomize_all(model);
  return model;
}

}  // namespace feat2vec::testing
