#include "feat2vec/bounded_json.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <set>
#include <vector>

#include "feat2vec/error.h"
#include "feat2vec/printable.h"

namespace feat2vec {
namespace {

using nlohmann::json;

constexpr std::size_t kLongest = 80;

/// Looks at every event of the parser, and ends the parsing by an Error.
class Watch {
 public:
  explicit Watch(std::string_view where) : where_(where) {}

  bool operator()(int depth, json::parse_event_t event, const json& value) {
    const bool is_object = event == json::parse_event_t::object_start;
    const bool opens = is_object || event == json::parse_event_t::array_start;
    if (opens && depth >= static_cast<int>(kMaxJsonDepth)) {
      throw Error(fmt::format("{}: expected JSON of at most {} levels, received more", where_,
                              kMaxJsonDepth));
    }
    if (is_object) keys_.emplace_back();
    if (event == json::parse_event_t::object_end) keys_.pop_back();
    if (event == json::parse_event_t::key) add_key(value);
    return true;
  }

 private:
  void add_key(const json& key) {
    if (keys_.back().insert(key.get_ref<const std::string&>()).second) return;
    throw Error(
        fmt::format("{}: expected JSON with each key once, received {} twice", where_, shown(key)));
  }

  std::string_view where_;
  std::vector<std::set<std::string>> keys_;  ///< of the objects that are open
};

/// The message of the JSON library without its number and place.
std::string reason_of(std::string_view what) {
  const std::size_t place = what.find("syntax error");
  if (place != std::string_view::npos) return printable(what.substr(place), 2 * kLongest);
  const std::size_t number = what.find("] ");
  return printable(number == std::string_view::npos ? what : what.substr(number + 2), kLongest);
}

}  // namespace

json parse_json(std::string_view text, std::string_view where) {
  try {
    return json::parse(text, Watch(where));
  } catch (const json::parse_error& error) {
    throw Error(fmt::format("{}: expected JSON, received an error at byte {}: {}", where,
                            error.byte, reason_of(error.what())));
  } catch (const json::exception& error) {  // a number beyond the range of a double
    throw Error(fmt::format("{}: expected JSON, received {}", where, reason_of(error.what())));
  }
}

std::string shown(const json& value) {
  if (value.is_array()) return fmt::format("a list of {}", value.size());
  if (value.is_object()) return fmt::format("an object of {}", value.size());
  const auto in_ascii = [](const json& scalar) {
    return scalar.dump(-1, ' ', true, json::error_handler_t::replace);
  };
  if (!value.is_string()) return in_ascii(value);
  const auto& text = value.get_ref<const std::string&>();
  return text.size() > kLongest ? in_ascii(text.substr(0, kLongest)) + "…" : in_ascii(text);
}

}  // namespace feat2vec
