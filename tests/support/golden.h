#pragma once

#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

namespace feat2vec::testing {

/// tests/goldens/NAME; each is written by a script beside it, which its `provenance` names.
inline nlohmann::json golden(const std::string& name) {
  const std::string path = std::string(FEAT2VEC_SOURCE_DIR) + "/tests/goldens/" + name;
  std::ifstream file(path);
  if (!file) throw std::runtime_error("no file " + path);
  return nlohmann::json::parse(file);
}

}  // namespace feat2vec::testing
