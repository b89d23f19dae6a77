#include "feat2vec/storage/model_options_json.h"

#include <fmt/format.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "feat2vec/bounded_json.h"
#include "feat2vec/error.h"

namespace feat2vec::storage {
namespace {

constexpr const char* kWhere = "ModelOptions";

/// A whole number of `Integer`'s range: no conversion from a real or a negative number.
template <class Integer>
Integer integer(const nlohmann::json& value, const char* name) {
  if (!value.is_number_integer()) {
    throw Error(kWhere, std::string("an integer as ") + name, shown(value));
  }
  using Limits = std::numeric_limits<Integer>;
  const bool fits = value.is_number_unsigned()
                        ? std::cmp_less_equal(value.get<std::uint64_t>(), Limits::max())
                        : std::cmp_greater_equal(value.get<std::int64_t>(), Limits::min());
  if (!fits) {
    throw Error(kWhere, fmt::format("{} in [{}, {}]", name, Limits::min(), Limits::max()),
                shown(value));
  }
  return value.get<Integer>();
}

double init_std(const nlohmann::json& value) {
  const double deviation = value.is_number() ? value.get<double>() : -1;
  if (!std::isfinite(deviation) || deviation < 0) {
    throw Error(kWhere, "a finite number of 0 or more as init_std", shown(value));
  }
  return deviation;
}

std::vector<std::pair<std::int64_t, std::int64_t>> pairs(const nlohmann::json& list) {
  std::vector<std::pair<std::int64_t, std::int64_t>> read;
  if (!list.is_array()) throw Error(kWhere, "a list of pairs", shown(list));
  for (const auto& pair : list) {
    if (!pair.is_array() || pair.size() != 2) throw Error(kWhere, "pairs of two", shown(pair));
    read.emplace_back(integer<std::int64_t>(pair[0], "pairs"),
                      integer<std::int64_t>(pair[1], "pairs"));
  }
  return read;
}

}  // namespace

nlohmann::json to_json(const ModelOptions& options) {
  return {{"dim", options.dim},       {"init_std", options.init_std},
          {"seed", options.seed},     {"prior", to_string(options.prior)},
          {"groups", options.groups}, {"pairs", options.pairs}};
}

ModelOptions model_options_from_json(const nlohmann::json& json) {
  ModelOptions options;
  options.dim = integer<std::int64_t>(json.at("dim"), "dim");
  options.init_std = init_std(json.at("init_std"));
  options.seed = integer<std::uint64_t>(json.at("seed"), "seed");
  options.groups = integer<std::int64_t>(json.at("groups"), "groups");
  options.pairs = pairs(json.at("pairs"));
  const auto prior = json.at("prior").get<std::string>();
  for (const Prior known : {Prior::kNone, Prior::kGroup, Prior::kValue}) {
    if (prior != to_string(known)) continue;
    options.prior = known;
    return options;
  }
  throw Error(kWhere, "prior \"none\", \"group\" or \"value\"", shown(json.at("prior")));
}

}  // namespace feat2vec::storage
