#pragma once

#include <nlohmann/json_fwd.hpp>

#include "feat2vec/nn/feat2vec.h"

namespace feat2vec::storage {

/// The options of a model as JSON, every field present.
nlohmann::json to_json(const ModelOptions& options);

/// The inverse. Throws nlohmann::json::exception for an absent key, and Error for a value of another
/// type or range.
ModelOptions model_options_from_json(const nlohmann::json& json);

}  // namespace feat2vec::storage
