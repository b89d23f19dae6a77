#include "feat2vec/embeddings/noise_exponent.h"

#include <nlohmann/json.hpp>

namespace feat2vec::embeddings {

double noise_exponent(const Model& model) {
  constexpr double kDefault = 0.75;
  const auto options = model.provenance.value("options", nlohmann::json::object());
  if (!options.is_object()) return kDefault;
  const auto alpha2 = options.find("alpha2");
  return alpha2 != options.end() && alpha2->is_number() ? alpha2->get<double>() : kDefault;
}

}  // namespace feat2vec::embeddings
