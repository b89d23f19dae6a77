#include "apps/question_file.h"

#include <fmt/format.h>

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "apps/command.h"
#include "feat2vec/bounded_json.h"
#include "feat2vec/error.h"
#include "feat2vec/spelling.h"

namespace feat2vec::apps {
namespace {

using nlohmann::json;

/// A place in the file, with the checks that reading takes.
class Place {
 public:
  Place(const json& value, std::string name) : value_(&value), name_(std::move(name)) {}

  [[noreturn]] void expected(std::string_view what) const {
    throw Error(fmt::format("{}: expected {}, received {}", name_, what, shown(*value_)));
  }

  const json& object() const {
    if (!value_->is_object()) expected("an object");
    return *value_;
  }

  std::string text() const {
    if (!value_->is_string()) expected("a text");
    return value_->get<std::string>();
  }

  Place at(const char* key) const {
    const auto found = object().find(key);
    if (found == object().end()) expected(fmt::format("an object with \"{}\"", key));
    return {*found, fmt::format("{}.{}", name_, key)};
  }

  std::vector<Place> items() const {
    if (!value_->is_array()) expected("a list");
    std::vector<Place> places;
    for (const json& item : *value_)
      places.emplace_back(item, fmt::format("{}[{}]", name_, places.size()));
    return places;
  }

 private:
  const json* value_;
  std::string name_;
};

json read_json(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  if (!file.is_open() || file.bad())
    throw Error(
        fmt::format("{}: expected a file of questions that can be read, received none", path));
  return parse_json(text, path);
}

std::string chosen_task(const json& tasks, const std::string& task) {
  std::vector<std::string> names;
  for (const auto& [name, value] : tasks.items()) names.push_back(name);
  if (task.empty() && names.size() == 1) return names.front();
  if (tasks.contains(task)) return task;
  throw UsageError(fmt::format("--task: expected one of {}, received {}{}", json(names).dump(),
                               task.empty() ? "none" : "\"" + task + "\"",
                               did_you_mean(task, names)));
}

std::vector<std::string> known_values(const Place& query) {
  std::vector<std::string> keys;
  for (const auto& [feature, values] : query.object().items()) {
    for (const Place& value : query.at(feature.c_str()).items())
      keys.push_back(feature + "=" + value.text());
  }
  return keys;
}

}  // namespace

QuestionFile read_questions(const std::string& path, const std::string& task) {
  const json tasks = read_json(path);
  const std::string name = chosen_task(Place(tasks, path).object(), task);
  const Place place(tasks[name], fmt::format("{}: {}", path, name));
  QuestionFile questions{.target = place.at("column").text(), .candidates = {}, .queries = {}};
  for (const Place& candidate : place.at("candidates").items())
    questions.candidates.push_back(candidate.text());
  for (const Place& item : place.at("items").items())
    questions.queries.push_back(known_values(item.at("query")));
  return questions;
}

}  // namespace feat2vec::apps
