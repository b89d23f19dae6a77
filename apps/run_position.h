#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

namespace feat2vec::apps {

/// Where a run of `train` stands, as its checkpoint keeps it.
struct RunPosition {
  std::string stage;  ///< name of the Stage
  std::int64_t epochs = 0;
  nlohmann::json selection;  ///< what the stage before found
  nlohmann::json options;    ///< `result_options` of the run
  std::string data;          ///< fingerprint of the rows
  nlohmann::json trainer;    ///< position of the Trainer
};

nlohmann::json to_json(const RunPosition& position);

/// Throws Error that names `path` and the first entry that is not as `to_json` writes it.
RunPosition run_position_from_json(const nlohmann::json& written, const std::string& path);

}  // namespace feat2vec::apps
