#include "feat2vec/embeddings/embeddings.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/full.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "feat2vec/data/knots.h"
#include "feat2vec/embeddings/keys.h"
#include "feat2vec/error.h"
#include "feat2vec/nn/extractor.h"
#include "feat2vec/numbers.h"
#include "feat2vec/spelling.h"
#include "feat2vec/words.h"

namespace feat2vec::embeddings {
namespace {

constexpr const char* kWhere = "embeddings";

/// Vectors of all values of a feature whose φ is a module of the user's own.
at::Tensor computed_vectors(nn::Extractor& extractor, const data::Feature& feature,
                            std::int64_t rows, std::int64_t dim) {
  if (feature.kind == data::FeatureKind::kNumeric) return at::empty({0, dim});
  const at::NoGradGuard no_grad;
  const at::Tensor ids = at::arange(rows, at::kInt);
  const data::Column cells = feature.kind == data::FeatureKind::kBag
                                 ? data::Column::bag(ids, at::arange(rows + 1, at::kLong))
                                 : data::Column::categorical(ids);
  return extractor.forward(cells.to(extractor.device()));
}

at::Tensor vectors_of(nn::Extractor& extractor, const data::Feature& feature, std::int64_t rows,
                      std::int64_t dim) {
  at::Tensor vectors = extractor.parameter("weight");
  if (!vectors.defined()) vectors = computed_vectors(extractor, feature, rows, dim);
  return vectors.detach().cpu().clone(at::MemoryFormat::Contiguous);
}

/// A number as tables have it, or written plainly.
Number parse(const data::Feature& feature, std::string_view value) {
  const Number number = feature.notation(0).parse(value);
  return number.kind == NumberKind::kWord ? parse_number(value) : number;
}

/// The number that `value` is; nothing when it is missing.
std::optional<double> read_number(const data::Feature& feature, std::string_view value) {
  const Number number = parse(feature, value);
  if (number.kind == NumberKind::kMissing) return std::nullopt;
  if (number.kind == NumberKind::kNumber) return number.value;
  const bool infinite = number.kind == NumberKind::kInfinite;
  throw Error(kWhere,
              fmt::format("{} for \"{}\"", infinite ? "a finite number" : "a number", feature.name),
              fmt::format("\"{}\"", value));
}

/// The number of a query, scaled as in training.
float scaled(const data::Feature& feature, double number) {
  const double center = feature.center.empty() ? 0 : feature.center[0];
  const double scale = feature.scale.empty() ? 1 : feature.scale[0];
  const double cell = (number - center) / scale;
  if (!(std::abs(cell) <= static_cast<double>(std::numeric_limits<float>::max()))) {
    throw Error(kWhere,
                fmt::format("a number for \"{}\" that is a float32 once scaled", feature.name),
                fmt::format("{}", number));
  }
  return static_cast<float>(cell);
}

/// What the dense layer of a feature of one column reads of a number, or of a missing one.
data::Column number_cell(const data::Feature& feature, std::optional<double> number) {
  at::Tensor inputs = at::zeros({1, feature.dense_width()}, at::kFloat);
  auto* input = inputs.mutable_data_ptr<float>();
  if (number && !feature.knot_values.empty())
    data::write_hats(*number, feature.knot_values[0], input);
  else if (number)
    *input = scaled(feature, *number);
  return data::Column::numeric(inputs, at::full(inputs.sizes(), !number, at::kBool));
}

/// The rows of the words of a text, each once; without those that training left out.
std::vector<std::int32_t> known_words(const FeatureVectors& vectors, std::string_view text) {
  std::vector<std::int32_t> rows;
  for (const std::string& word : words_of(text)) {
    const std::int64_t row = vectors.row_of(word);
    if (row >= 0) rows.push_back(static_cast<std::int32_t>(row));
  }
  std::sort(rows.begin(), rows.end());
  rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
  return rows;
}

}  // namespace

FeatureVectors::FeatureVectors(const data::Feature& feature, const data::Vocabulary& vocabulary,
                               at::Tensor vectors)
    : feature_(&feature), vocabulary_(&vocabulary), vectors_(std::move(vectors)) {
  if (feature.kind == data::FeatureKind::kNumeric) inputs_ = feature.input_names();
}

std::string FeatureVectors::value(std::int64_t row) const {
  if (kind() == data::FeatureKind::kNumeric) {
    return inputs_.at(static_cast<std::size_t>(row));
  }
  return std::string(vocabulary_->value(row));
}

std::int64_t FeatureVectors::count(std::int64_t row) const {
  return kind() == data::FeatureKind::kNumeric ? 0 : vocabulary_->count(row);
}

std::int64_t FeatureVectors::row_of(std::string_view value) const {
  if (kind() == data::FeatureKind::kNumeric) {
    for (std::int64_t row = 0; row < size(); ++row) {
      if (this->value(row) == value) return row;
    }
    return -1;
  }
  if (value.empty()) return vocabulary_->missing_id();
  const auto id = vocabulary_->find(value);
  return id ? *id : -1;
}

std::string outside_training(const Model& model, const Query& query) {
  const data::Feature& feature = model.schema.features[model.schema.index_of(query.feature)];
  if (query.row >= 0 || query.value.empty() || feature.knot_values.empty()) return {};
  const double number = read_number(feature, query.value).value_or(0);
  const auto [low, high] = feature.range(0);
  if (number >= low && number <= high) return {};
  return fmt::format("{}={} lies outside of {} to {}, which training saw, and is read as {}",
                     query.feature, query.value, low, high, number < low ? low : high);
}

Embeddings::Embeddings(const Model& model) : model_(&model) {
  for (std::size_t f = 0; f < model.schema.features.size(); ++f) {
    const auto& extractor = model.module->extractor(f);
    if (!extractor) continue;
    const data::Feature& feature = model.schema.features[f];
    const data::Vocabulary& vocabulary = model.vocabularies.at(f);
    features_.emplace_back(feature, vocabulary,
                           vectors_of(*extractor, feature, vocabulary.rows(), dim()));
  }
}

const FeatureVectors* Embeddings::known_feature(std::string_view name) const {
  const auto found = std::find_if(features_.begin(), features_.end(),
                                  [&](const auto& known) { return known.feature() == name; });
  return found == features_.end() ? nullptr : &*found;
}

const FeatureVectors& Embeddings::feature(std::string_view name) const {
  if (const auto* found = known_feature(name)) return *found;
  std::vector<std::string> names;
  for (const auto& known : features_) names.push_back(known.feature());
  throw Error(kWhere, "a feature with vectors",
              fmt::format("\"{}\"{}", name, did_you_mean_or_there_are(name, names)));
}

Query Embeddings::find(std::string_view feature_name, std::string_view value) const {
  const FeatureVectors& vectors = feature(feature_name);
  std::int64_t row = vectors.row_of(value);
  if (row < 0 && is_missing_word(value)) value = "";
  if (row < 0 && vectors.kind() == data::FeatureKind::kNumeric) return number(vectors, value);
  // As `nearest` prints it, when no value is called so.
  const bool missing = value.empty() || value == "(missing)";
  if (row < 0 && missing) row = vectors.row_of("");
  if (row >= 0) return {vectors.feature(), vectors.value(row), row, vectors.vectors()[row]};
  if (!missing && vectors.kind() == data::FeatureKind::kText) return text(vectors, value);
  std::string received =
      "missing, which training never saw (train --missing-values vector learns it)";
  if (!value.empty()) {
    const auto& vocabulary = model_->vocabularies.at(model_->schema.index_of(feature_name));
    const std::string nearest = vocabulary.nearest_spelling(value);
    received = fmt::format("\"{}\"{}", value,
                           nearest.empty() ? "" : fmt::format(" (did you mean \"{}\"?)", nearest));
  }
  throw Error(kWhere, fmt::format("a value of \"{}\"", feature_name), received);
}

Query Embeddings::number(const FeatureVectors& vectors, std::string_view value) const {
  const std::size_t position = model_->schema.index_of(vectors.feature());
  const data::Feature& feature = model_->schema.features[position];
  if (feature.columns.size() != 1) {
    throw Error(kWhere,
                fmt::format("the name of one of the {} columns of \"{}\", which share one vector",
                            feature.columns.size(), feature.name),
                fmt::format("\"{}\"", value));
  }
  const auto parsed = read_number(feature, value);
  if (!parsed && !model_->module->features()[position].missing_vectors) {
    throw Error(kWhere, fmt::format("a number for \"{}\"", feature.name),
                "missing, which has no vector");
  }
  const at::NoGradGuard no_grad;
  const auto& extractor = model_->module->extractor(position);
  const data::Column cell = number_cell(feature, parsed).to(extractor->device());
  const at::Tensor vector = extractor->forward(cell)[0].cpu();
  return {feature.name, parsed ? std::string(value) : std::string(), -1, vector};
}

Query Embeddings::text(const FeatureVectors& vectors, std::string_view value) const {
  const std::vector<std::int32_t> ids = known_words(vectors, value);
  if (ids.empty()) {
    throw Error(kWhere, fmt::format("a word of \"{}\" that training learned", vectors.feature()),
                fmt::format("\"{}\"", value));
  }
  if (ids.size() == 1)
    return {vectors.feature(), vectors.value(ids[0]), ids[0], vectors.vectors()[ids[0]]};
  const at::NoGradGuard no_grad;
  const auto& extractor = model_->module->extractor(model_->schema.index_of(vectors.feature()));
  const at::Tensor offsets = at::tensor({0, static_cast<int>(ids.size())}, at::kLong);
  const auto cell = data::Column::text(at::tensor(ids, at::kInt), offsets);
  return {vectors.feature(), std::string(value), -1,
          extractor->forward(cell.to(extractor->device()))[0].cpu()};
}

bool Embeddings::knows(std::string_view feature, std::string_view value) const {
  const FeatureVectors* vectors = known_feature(feature);
  if (vectors == nullptr) return false;
  if (vectors->row_of(value) >= 0) return true;
  if (is_missing_word(value)) return true;
  if (vectors->kind() == data::FeatureKind::kText) return !known_words(*vectors, value).empty();
  if (vectors->kind() != data::FeatureKind::kNumeric) return false;
  const NumberKind kind =
      parse(model_->schema.features[model_->schema.index_of(feature)], value).kind;
  return kind == NumberKind::kNumber || kind == NumberKind::kMissing;
}

bool Embeddings::is_missing_word(std::string_view value) const {
  const auto& words = model_->schema.missing_words;
  return std::find(words.begin(), words.end(), value) != words.end();
}

Query Embeddings::find(std::string_view key) const {
  const std::size_t first = key.find('=');
  if (first == std::string_view::npos) {
    throw Error(kWhere, "feature=value", fmt::format("\"{}\"", key));
  }
  std::size_t split = first;
  for (std::size_t at = first; at != std::string_view::npos; at = key.find('=', at + 1)) {
    if (knows(key.substr(0, at), key.substr(at + 1))) {
      return find(key.substr(0, at), key.substr(at + 1));
    }
    if (known_feature(key.substr(0, at)) != nullptr) split = at;
  }
  const std::string feature = decode_percent(key.substr(0, first));
  const std::string value = decode_percent(key.substr(first + 1));
  if (knows(feature, value)) return find(feature, value);
  return find(key.substr(0, split), key.substr(split + 1));  // throws, with the nearest spelling
}

}  // namespace feat2vec::embeddings
