#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "feat2vec/bounded_json.h"
#include "feat2vec/error.h"
#include "feat2vec/reading/reader.h"

namespace feat2vec::reading {
namespace {

using Json = nlohmann::json;

/// A block of weights: its name, and where it lies.
struct Block {
  const char* name;
  std::size_t first;
  std::size_t size;
  bool may_lack = false;  ///< readers were written before there were such weights: they are 0
};

std::vector<Block> blocks_of(const WeightLayout& layout) {
  const std::size_t features = layout.features();
  return {{"sources", layout.sources(), kSources},
          {"sources_by_feature", layout.by_feature(), 2 * features},
          {"sources_by_bucket", layout.by_bucket(), 2 * kBuckets},
          {"sources_by_feature_and_bucket", layout.by_both(), 2 * features * kBuckets},
          {"sum_by_size", layout.by_size(), kBuckets},
          {"score_by_size", layout.by_size() + kBuckets, kBuckets, true},
          {"mixture", layout.mixture(), 1},
          {"bias", layout.bias(), 1},
          {"prior", layout.prior(), 1},
          {"products", layout.products(), features},
          {"counts", layout.counts(), features},
          {"leading", layout.leading(), 1, true}};
}

Json json_of(const TargetWeights& target, const WeightLayout& layout) {
  Json weights = Json::object();
  for (const Block& block : blocks_of(layout)) {
    const auto first = target.weights.begin() + static_cast<std::ptrdiff_t>(block.first);
    weights[block.name] =
        std::vector<double>(first, first + static_cast<std::ptrdiff_t>(block.size));
  }
  return {{"memory", target.memory},
          {"weights", weights},
          {"rows", target.report.rows},
          {"queries", target.report.queries},
          {"forms", target.report.forms},
          {"answers", to_string(target.report.answers)},
          {"log_likelihood_before", target.report.log_likelihood_before},
          {"log_likelihood_after", target.report.log_likelihood_after}};
}

Error wrong(std::string_view where, std::string_view expected, const Json& received) {
  return Error(fmt::format("{}: expected {}, received {}", where, expected, shown(received)));
}

double finite_number(const Json& json, std::string_view where) {
  if (!json.is_number() || !std::isfinite(json.get<double>())) {
    throw wrong(where, "a finite number", json);
  }
  return json.get<double>();
}

std::int64_t count(const Json& json, std::string_view where) {
  if (!json.is_number_integer() || json.get<std::int64_t>() < 0) {
    throw wrong(where, "a count", json);
  }
  return json.get<std::int64_t>();
}

const Json& at(const Json& json, const char* key, std::string_view where) {
  const auto found = json.is_object() ? json.find(key) : json.end();
  if (found == json.end()) throw wrong(where, fmt::format("an object with \"{}\"", key), json);
  return *found;
}

std::vector<std::string> texts(const Json& json, std::string_view where) {
  const bool fits = json.is_array() && std::all_of(json.begin(), json.end(), [](const Json& text) {
                      return text.is_string();
                    });
  if (!fits) throw wrong(where, "a list of texts", json);
  return json.get<std::vector<std::string>>();
}

std::vector<double> weights_of(const Json& json, const WeightLayout& layout,
                               std::string_view where) {
  std::vector<double> weights;
  for (const Block& block : blocks_of(layout)) {
    if (block.may_lack && json.is_object() && !json.contains(block.name)) {
      weights.resize(weights.size() + block.size);
      continue;
    }
    const Json& list = at(json, block.name, where);
    if (!list.is_array() || list.size() != block.size) {
      throw wrong(where, fmt::format("{} numbers as \"{}\"", block.size, block.name), list);
    }
    for (const Json& number : list) weights.push_back(finite_number(number, where));
  }
  return weights;
}

/// Readers that were written before there was a choice were fitted on random members.
BagAnswer answers_of_fit(const Json& json, std::string_view where) {
  const Json answers = json.value("answers", Json(to_string(BagAnswer::kRandom)));
  for (const BagAnswer answer : {BagAnswer::kRandom, BagAnswer::kFirst}) {
    if (answers == Json(to_string(answer))) return answer;
  }
  throw wrong(where, "random or first as \"answers\"", answers);
}

TargetWeights target_of(const Json& json, const WeightLayout& layout, std::string_view where) {
  TargetWeights target;
  const Json& memory = at(json, "memory", where);
  if (!memory.is_boolean()) throw wrong(where, "true or false as \"memory\"", memory);
  target.memory = memory.get<bool>();
  target.weights = weights_of(at(json, "weights", where), layout, where);
  target.report.rows = count(at(json, "rows", where), where);
  target.report.queries = count(at(json, "queries", where), where);
  target.report.forms = texts(at(json, "forms", where), where);
  target.report.answers = answers_of_fit(json, where);
  target.report.log_likelihood_before =
      finite_number(at(json, "log_likelihood_before", where), where);
  target.report.log_likelihood_after =
      finite_number(at(json, "log_likelihood_after", where), where);
  return target;
}

}  // namespace

Json to_json(const FittedReader& reader) {
  const WeightLayout layout(static_cast<std::int32_t>(reader.features.size()));
  Json targets = Json::object();
  for (const auto& [feature, target] : reader.targets) {
    targets[reader.features.at(static_cast<std::size_t>(feature))] = json_of(target, layout);
  }
  return {{"features", reader.features}, {"targets", targets}};
}

FittedReader fitted_reader_from_json(const Json& json, std::string_view where) {
  FittedReader reader;
  reader.features = texts(at(json, "features", where), where);
  const WeightLayout layout(static_cast<std::int32_t>(reader.features.size()));
  const Json& targets = at(json, "targets", where);
  if (!targets.is_object()) throw wrong(where, "an object as \"targets\"", targets);
  for (const auto& [name, target] : targets.items()) {
    const auto found = std::find(reader.features.begin(), reader.features.end(), name);
    if (found == reader.features.end()) throw wrong(where, "the name of a feature", Json(name));
    const auto feature = static_cast<std::int32_t>(found - reader.features.begin());
    reader.targets[feature] = target_of(target, layout, where);
  }
  return reader;
}

}  // namespace feat2vec::reading
