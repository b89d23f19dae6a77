#include "feat2vec/storage/model_options_json.h"

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

#include "feat2vec/error.h"

namespace feat2vec::storage {

nlohmann::json to_json(const ModelOptions& options) {
  return {{"dim", options.dim},       {"init_std", options.init_std},
          {"seed", options.seed},     {"prior", options.prior == Prior::kGroup ? "group" : "none"},
          {"groups", options.groups}, {"pairs", options.pairs}};
}

ModelOptions model_options_from_json(const nlohmann::json& json) {
  ModelOptions options;
  json.at("dim").get_to(options.dim);
  json.at("init_std").get_to(options.init_std);
  json.at("seed").get_to(options.seed);
  json.at("groups").get_to(options.groups);
  json.at("pairs").get_to(options.pairs);
  const auto prior = json.at("prior").get<std::string>();
  if (prior != "group" && prior != "none") {
    throw Error("ModelOptions", "prior \"none\" or \"group\"", "another word");
  }
  options.prior = prior == "group" ? Prior::kGroup : Prior::kNone;
  return options;
}

}  // namespace feat2vec::storage
