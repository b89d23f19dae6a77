#include "apps/run_position.h"

#include <fmt/format.h>

#include "feat2vec/bounded_json.h"
#include "feat2vec/error.h"

namespace feat2vec::apps {
namespace {

/// An entry of a position, which must be there.
template <class Fits>
const nlohmann::json& entry(const nlohmann::json& written, const std::string& path,
                            const char* name, const char* expected, const Fits& fits) {
  const auto found = written.find(name);
  if (found != written.end() && fits(*found)) return *found;
  throw Error(fmt::format("{}: expected {} as \"{}\" of its position, received {}", path, expected,
                          name, found == written.end() ? "none" : shown(*found)));
}

}  // namespace

nlohmann::json to_json(const RunPosition& position) {
  return {{"stage", position.stage},         {"epochs", position.epochs},
          {"selection", position.selection}, {"options", position.options},
          {"data", position.data},           {"trainer", position.trainer}};
}

RunPosition run_position_from_json(const nlohmann::json& written, const std::string& path) {
  const auto is_text = [](const nlohmann::json& value) { return value.is_string(); };
  const auto is_object = [](const nlohmann::json& value) { return value.is_object(); };
  const auto is_count = [](const nlohmann::json& value) {
    return value.is_number_integer() && value.get<std::int64_t>() >= 0;
  };
  const auto is_found = [](const nlohmann::json& value) {
    return value.is_null() || value.is_object();
  };
  if (!written.is_object())
    throw Error(fmt::format("{}: expected a position, received {}", path, shown(written)));
  RunPosition position;
  position.stage = entry(written, path, "stage", "a text", is_text).get<std::string>();
  position.epochs = entry(written, path, "epochs", "a whole number", is_count).get<std::int64_t>();
  position.selection = entry(written, path, "selection", "an object or null", is_found);
  position.options = entry(written, path, "options", "an object", is_object);
  position.data = entry(written, path, "data", "a text", is_text).get<std::string>();
  position.trainer = entry(written, path, "trainer", "an object", is_object);
  return position;
}

}  // namespace feat2vec::apps
