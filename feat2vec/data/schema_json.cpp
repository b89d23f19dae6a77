#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "feat2vec/bounded_json.h"
#include "feat2vec/data/schema.h"
#include "feat2vec/error.h"
#include "feat2vec/spelling.h"

namespace feat2vec::data {
namespace {

using nlohmann::json;

template <class Enum, std::size_t N>
using Words = std::array<std::pair<Enum, std::string_view>, N>;

constexpr Words<FeatureKind, 5> kKinds{{{FeatureKind::kCategorical, "categorical"},
                                        {FeatureKind::kBag, "bag"},
                                        {FeatureKind::kNumeric, "numeric"},
                                        {FeatureKind::kText, "text"},
                                        {FeatureKind::kOffset, "offset"}}};
constexpr Words<Pooling, 3> kPoolings{
    {{Pooling::kSum, "sum"}, {Pooling::kMean, "mean"}, {Pooling::kSqrt, "sqrt"}}};
constexpr Words<Scaling, 3> kScalings{
    {{Scaling::kNone, "none"}, {Scaling::kStandard, "standard"}, {Scaling::kMinMax, "minmax"}}};
constexpr Words<MissingPolicy, 2> kMissing{
    {{MissingPolicy::kVector, "vector"}, {MissingPolicy::kLeaveOut, "leave_out"}}};
constexpr Words<UnseenPolicy, 3> kUnseen{{{UnseenPolicy::kLeaveOut, "leave_out"},
                                          {UnseenPolicy::kMeanVector, "mean"},
                                          {UnseenPolicy::kError, "error"}}};

/// Whether a value is what its field holds, without a conversion: whole numbers are not cut from others.
template <class T>
bool fits(const json& value) {
  if constexpr (std::is_same_v<T, std::int64_t>) {
    return value.is_number_integer() &&
           (!value.is_number_unsigned() || std::in_range<std::int64_t>(value.get<std::uint64_t>()));
  } else if constexpr (std::is_same_v<T, std::vector<std::int64_t>>) {
    return value.is_array() && std::all_of(value.begin(), value.end(), fits<std::int64_t>);
  } else {
    return true;
  }
}

template <class Enum, std::size_t N>
std::string_view word_of(const Words<Enum, N>& words, Enum value) {
  for (const auto& [key, word] : words)
    if (key == value) return word;
  return "";
}

/// Reads one JSON object field by field; what was not asked for in the end is an unknown key.
class ObjectReader {
 public:
  ObjectReader(const json& object, std::string where) : object_(object), where_(std::move(where)) {
    if (!object.is_object()) throw Error(where_, "an object", object.type_name());
  }

  template <class T>
  void read(const char* key, T& target) {
    known_.emplace_back(key);
    const auto found = object_.find(key);
    if (found == object_.end()) return;
    const auto refuse = [&] {
      return Error(where_, fmt::format("a fitting value for \"{}\"", key), shown(*found));
    };
    if (!fits<T>(*found)) throw refuse();
    try {
      target = found->get<T>();
    } catch (const json::exception&) {
      throw refuse();
    }
  }

  template <class Enum, std::size_t N>
  void read(const char* key, const Words<Enum, N>& words, Enum& target) {
    std::string word(word_of(words, target));
    read(key, word);
    std::vector<std::string> all;
    for (const auto& [value, name] : words) {
      if (name == word) {
        target = value;
        return;
      }
      all.emplace_back(name);
    }
    throw Error(where_, fmt::format("\"{}\" to be one of {}", key, json(all).dump()),
                fmt::format("\"{}\"{}", word, did_you_mean(word, all)));
  }

  /// The list under `key`, empty when absent.
  json list(const char* key) {
    json result = json::array();
    read(key, result);
    if (!result.is_array())
      throw Error(where_, fmt::format("a list for \"{}\"", key), result.type_name());
    return result;
  }

  void reject_unknown() const {
    for (const auto& [key, value] : object_.items()) {
      if (std::find(known_.begin(), known_.end(), key) != known_.end()) continue;
      throw Error(where_, "known keys", fmt::format("\"{}\"{}", key, did_you_mean(key, known_)));
    }
  }

 private:
  const json& object_;
  std::string where_;
  std::vector<std::string> known_;
};

Feature feature_from_json(const json& object, const std::string& where) {
  Feature feature;
  ObjectReader reader(object, where);
  reader.read("name", feature.name);
  reader.read("kind", kKinds, feature.kind);
  feature.target = is_target_by_default(feature.kind);
  if (feature.kind != FeatureKind::kOffset) feature.columns = {feature.name};
  reader.read("columns", feature.columns);
  reader.read("separator", feature.separator);
  reader.read("pooling", kPoolings, feature.pooling);
  reader.read("min_count", feature.min_count);
  reader.read("max_share", feature.max_share);
  reader.read("missing", kMissing, feature.missing);
  reader.read("unseen", kUnseen, feature.unseen);
  reader.read("dense_bias", feature.dense_bias);
  reader.read("scaling", kScalings, feature.scaling);
  reader.read("written", feature.written);
  reader.read("center", feature.center);
  reader.read("scale", feature.scale);
  reader.read("missing_counts", feature.missing_counts);
  reader.read("knots", feature.knots);
  reader.read("knot_values", feature.knot_values);
  reader.read("embedding", feature.embedding);
  reader.read("target", feature.target);
  reader.read("bias", feature.bias);
  reader.reject_unknown();
  return feature;
}

json feature_to_json(const Feature& feature) {
  json object{{"name", feature.name}, {"kind", to_string(feature.kind)}};
  if (feature.kind == FeatureKind::kOffset) return object;
  const Feature plain;
  object["columns"] = feature.columns;
  if (feature.separator != plain.separator) object["separator"] = feature.separator;
  if (feature.pooling != plain.pooling) object["pooling"] = to_string(feature.pooling);
  if (feature.kind == FeatureKind::kText) {
    object["min_count"] = feature.min_count;
    object["max_share"] = feature.max_share;
  }
  if (feature.missing != plain.missing) object["missing"] = to_string(feature.missing);
  if (feature.unseen != plain.unseen) object["unseen"] = to_string(feature.unseen);
  if (feature.dense_bias != plain.dense_bias) object["dense_bias"] = feature.dense_bias;
  if (feature.kind == FeatureKind::kNumeric) object["scaling"] = to_string(feature.scaling);
  if (!feature.written.empty()) object["written"] = feature.written;
  if (!feature.center.empty()) {
    object["center"] = feature.center;
    object["scale"] = feature.scale;
    object["missing_counts"] = feature.missing_counts;
  }
  if (feature.knots != plain.knots) object["knots"] = feature.knots;
  if (!feature.knot_values.empty()) object["knot_values"] = feature.knot_values;
  if (feature.embedding != plain.embedding) object["embedding"] = feature.embedding;
  if (feature.target != is_target_by_default(feature.kind)) object["target"] = feature.target;
  if (feature.bias != plain.bias) object["bias"] = feature.bias;
  return object;
}

}  // namespace

std::string_view to_string(FeatureKind kind) { return word_of(kKinds, kind); }
std::string_view to_string(Pooling pooling) { return word_of(kPoolings, pooling); }
std::string_view to_string(Scaling scaling) { return word_of(kScalings, scaling); }
std::string_view to_string(MissingPolicy policy) { return word_of(kMissing, policy); }
std::string_view to_string(UnseenPolicy policy) { return word_of(kUnseen, policy); }

json to_json(const Schema& schema) {
  json object{{"features", json::array()}};
  for (const Feature& feature : schema.features)
    object["features"].push_back(feature_to_json(feature));
  for (const SamplingGroup& group : schema.groups)
    object["groups"].push_back({{"name", group.name}, {"features", group.features}});
  if (!schema.missing_words.empty()) object["missing_words"] = schema.missing_words;
  return object;
}

Schema schema_from_json(const json& object, std::string_view where) {
  Schema schema;
  const std::string place(where);
  ObjectReader reader(object, place);
  for (const json& item : reader.list("features")) {
    schema.features.push_back(
        feature_from_json(item, fmt::format("{}, feature {}", place, schema.features.size() + 1)));
  }
  for (const json& item : reader.list("groups")) {
    SamplingGroup group;
    ObjectReader group_reader(item, fmt::format("{}, group {}", place, schema.groups.size() + 1));
    group_reader.read("features", group.features);
    if (!group.features.empty()) group.name = fmt::format("{}", fmt::join(group.features, "+"));
    group_reader.read("name", group.name);
    group_reader.reject_unknown();
    schema.groups.push_back(std::move(group));
  }
  reader.read("missing_words", schema.missing_words);
  reader.reject_unknown();
  schema.validate();
  return schema;
}

}  // namespace feat2vec::data
