#include "feat2vec/embeddings/torchscript.h"

#include <ATen/ops/tensor.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/serialization/export.h>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "feat2vec/embeddings/torchscript_source.h"
#include "feat2vec/error.h"
#include "feat2vec/nn/extractor.h"
#include "feat2vec/numbers.h"
#include "feat2vec/storage/atomic_file.h"

namespace feat2vec::embeddings {
namespace {

using data::FeatureKind;

constexpr std::int64_t kIsError = -3;  // beside data::kNoValue and data::kMeanValue

/// A copy whose storage holds nothing else: the whole storage of a tensor is written.
at::Tensor copy_of(const at::Tensor& tensor) {
  return tensor.detach().cpu().clone(at::MemoryFormat::Contiguous);
}

void add_parameter(torch::jit::Module& module, const char* name, const at::Tensor& tensor) {
  if (tensor.defined()) module.register_parameter(name, copy_of(tensor), /*is_buffer=*/false);
}

void add_training_flag(torch::jit::Module& module) {
  module.register_attribute("training", c10::BoolType::get(), false);
}

/// The tensors of a φ under the names `weight`, `added` and `missing`, those that it has.
void add_extractor(torch::jit::Module& module, const nn::Extractor& extractor,
                   const std::string& feature, const char* weight, const char* added,
                   const char* missing) {
  const at::Tensor own = extractor.parameter("weight");
  if (!own.defined()) {
    throw Error("TorchScript", "features whose vectors are a table or a dense layer",
                "\"" + feature + "\" with a module of its own");
  }
  add_parameter(module, weight, own);
  add_parameter(module, added, extractor.parameter("bias"));
  add_parameter(module, missing, extractor.parameter("missing"));
}

std::vector<std::string> values_of(const data::Feature& feature,
                                   const data::Vocabulary& vocabulary) {
  if (feature.kind == FeatureKind::kNumeric) return feature.input_names();
  std::vector<std::string> values;
  for (std::int64_t id = 0; id < vocabulary.rows(); ++id) values.emplace_back(vocabulary.value(id));
  return values;
}

/// What a missing cell means: its vector, nothing, or an error; as training reads tables.
std::int64_t missing_meaning(const data::Feature& feature, const data::Vocabulary& vocabulary) {
  const bool is_error = vocabulary.missing_id() == data::kNoValue &&
                        feature.missing == data::MissingPolicy::kVector &&
                        feature.unseen == data::UnseenPolicy::kError;
  return is_error ? kIsError : vocabulary.missing_id();
}

std::int64_t unseen_meaning(const data::Feature& feature) {
  switch (feature.unseen) {
    case data::UnseenPolicy::kMeanVector:
      return data::kMeanValue;
    case data::UnseenPolicy::kError:
      return kIsError;
    case data::UnseenPolicy::kLeaveOut:
      break;
  }
  return data::kNoValue;
}

void add_names(torch::jit::Module& module, const data::Schema& schema, const data::Feature& feature,
               const data::Vocabulary& vocabulary) {
  const std::vector<std::string> values = values_of(feature, vocabulary);
  const auto named = feature.kind == FeatureKind::kNumeric
                         ? static_cast<std::int64_t>(values.size())
                         : vocabulary.size();
  c10::List<std::string> list;
  c10::Dict<std::string, std::int64_t> ids;
  for (std::int64_t id = 0; id < static_cast<std::int64_t>(values.size()); ++id) {
    list.push_back(values[static_cast<std::size_t>(id)]);
    if (id < named) ids.insert(values[static_cast<std::size_t>(id)], id);
  }
  c10::Dict<std::string, bool> missing_words;
  missing_words.insert("", true);
  for (const auto& word : schema.missing_words) missing_words.insert(word, true);
  if (feature.kind == FeatureKind::kNumeric) {
    for (const auto word : kMissingNumbers) missing_words.insert(std::string(word), true);
  }
  const auto text = c10::StringType::get();
  module.register_attribute("name", text, feature.name);
  module.register_attribute("values", c10::ListType::create(text), list);
  module.register_attribute("ids", c10::DictType::create(text, c10::IntType::get()), ids);
  module.register_attribute("missing_words", c10::DictType::create(text, c10::BoolType::get()),
                            missing_words);
}

/// Of each knot its number and column, and the slopes of its hat to the left and to the right.
void add_knots(torch::jit::Module& module, const data::Feature& feature) {
  if (feature.knot_values.empty()) return;
  std::vector<double> numbers;
  std::vector<double> rises;
  std::vector<double> falls;
  std::vector<std::int64_t> columns;
  for (std::size_t c = 0; c < feature.columns.size(); ++c) {
    const std::vector<double>& knots = feature.knot_values[c];
    for (std::size_t k = 0; k < knots.size(); ++k) {
      numbers.push_back(knots[k]);
      rises.push_back(k == 0 ? 0 : 1 / (knots[k] - knots[k - 1]));
      falls.push_back(k + 1 == knots.size() ? 0 : 1 / (knots[k + 1] - knots[k]));
      columns.push_back(static_cast<std::int64_t>(c));
    }
  }
  module.register_buffer("knots", at::tensor(numbers, at::kDouble));
  module.register_buffer("rises", at::tensor(rises, at::kDouble));
  module.register_buffer("falls", at::tensor(falls, at::kDouble));
  module.register_buffer("column_of_knot", at::tensor(columns, at::kLong));
}

void add_meanings(torch::jit::Module& module, const data::Feature& feature,
                  const data::Vocabulary& vocabulary) {
  if (feature.kind == FeatureKind::kNumeric) {
    const std::size_t width = feature.columns.size();
    const auto buffer = [&](const char* name, const std::vector<double>& fitted, double otherwise) {
      module.register_buffer(
          name,
          at::tensor(fitted.empty() ? std::vector<double>(width, otherwise) : fitted, at::kDouble));
    };
    buffer("center", feature.center, 0);
    buffer("scale", feature.scale, 1);
    add_knots(module, feature);
    return;
  }
  module.register_attribute("missing", c10::IntType::get(), missing_meaning(feature, vocabulary));
  module.register_attribute("unseen", c10::IntType::get(), unseen_meaning(feature));
}

ScriptFeature script_feature(const Model& model, std::size_t position) {
  const Feat2Vec& module = model.module;
  const nn::FeatureSpec& spec = module->features()[position];
  return {position,
          spec.kind,
          spec.pooling,
          module->extractor(position) != nullptr,
          module->bias(position) != nullptr,
          spec.kind == FeatureKind::kNumeric && spec.dense_bias,
          spec.kind == FeatureKind::kNumeric && spec.missing_vectors,
          !model.schema.features[position].knot_values.empty()};
}

torch::jit::Module feature_module(const Model& model, const ScriptFeature& script) {
  const std::size_t f = script.position;
  const data::Feature& feature = model.schema.features[f];
  const data::Vocabulary& vocabulary = model.vocabularies.at(f);
  torch::jit::Module module("__torch__.feat2vec.Feature" + std::to_string(f));
  add_training_flag(module);
  if (script.vectors) {
    add_extractor(module, *model.module->extractor(f), feature.name, "weight", "dense_bias",
                  "missing");
  }
  if (script.biases) {
    add_extractor(module, *model.module->bias(f), feature.name, "bias", "bias_dense_bias",
                  "bias_missing");
  }
  add_names(module, model.schema, feature, vocabulary);
  add_meanings(module, feature, vocabulary);
  module.define(feature_source(script));
  return module;
}

torch::jit::Module script_module(const Model& model) {
  torch::jit::Module module("__torch__.feat2vec.Feat2Vec");
  add_training_flag(module);
  std::vector<ScriptFeature> scripts;
  c10::List<std::string> names;
  for (std::size_t f = 0; f < model.schema.features.size(); ++f) {
    const ScriptFeature script = script_feature(model, f);
    if (!script.vectors && !script.biases) continue;
    scripts.push_back(script);
    const std::string suffix = std::to_string(f);
    if (script.kind == FeatureKind::kOffset) {
      if (script.biases) {
        const at::Tensor offset = model.module->bias(f)->parameter("weight");
        module.register_parameter("offset_" + suffix, copy_of(offset).view(-1), false);
      }
      continue;
    }
    if (script.vectors) names.push_back(model.schema.features[f].name);
    module.register_module("feature_" + suffix, feature_module(model, script));
  }
  module.register_attribute("features", c10::ListType::create(c10::StringType::get()), names);
  module.define(model_source(scripts, model.module->options().pairs));
  return module;
}

/// Writes the module through a function and not by name: a name would become part of the bytes. The
/// writer of LibTorch lets no exception pass, so the first one waits until it is done.
void export_to(storage::AtomicFile& file, const torch::jit::Module& module, std::string about) {
  std::exception_ptr failure;
  const auto write = [&](const void* data, std::size_t size) noexcept {
    try {
      if (!failure) file.write(data, size);
    } catch (...) {
      failure = std::current_exception();
    }
    return size;
  };
  torch::jit::ExportModule(module, write, {{"feat2vec.json", std::move(about)}});
  if (failure) std::rethrow_exception(failure);
}

}  // namespace

void write_torchscript(const Model& model, const std::string& path) {
  const torch::jit::Module module = script_module(model);
  const nlohmann::json about = {{"schema", data::to_json(model.schema)},
                                {"provenance", model.provenance}};
  storage::AtomicFile file(path);
  export_to(file, module, about.dump());
  file.commit();
}

}  // namespace feat2vec::embeddings
