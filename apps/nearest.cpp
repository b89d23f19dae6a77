#include "feat2vec/embeddings/nearest.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "apps/command.h"
#include "apps/console.h"
#include "feat2vec/embeddings/embeddings.h"
#include "feat2vec/error.h"
#include "feat2vec/printable.h"
#include "feat2vec/storage/model_file.h"

namespace feat2vec::apps {
namespace {

struct NearestArguments {
  std::string model;
  std::string key;
  std::string target;
  std::int64_t k = 10;
  bool json = false;
};

void print_json(const std::vector<embeddings::Neighbour>& neighbours) {
  nlohmann::json list = nlohmann::json::array();
  for (const embeddings::Neighbour& neighbour : neighbours)
    list.push_back({{"feature", neighbour.feature},
                    {"value", neighbour.value},
                    {"similarity", neighbour.similarity},
                    {"count", neighbour.count}});
  fmt::print("{}\n", list.dump());
}

void print_text(const std::vector<embeddings::Neighbour>& neighbours) {
  for (const embeddings::Neighbour& neighbour : neighbours) {
    const std::string value = neighbour.value.empty() ? "(missing)" : printable(neighbour.value);
    fmt::print("{:7.4f}  {}={}", neighbour.similarity, printable(neighbour.feature), value);
    if (neighbour.count > 0) fmt::print("  ({})", counted(neighbour.count, "time"));
    fmt::print("\n");
  }
}

/// The feature that --in names. Throws UsageError for an unknown one.
std::string_view known_target(const embeddings::Embeddings& vectors, const std::string& name) {
  try {
    return vectors.feature(name).feature();
  } catch (const Error& error) {
    throw UsageError(fmt::format("--in: {}", without_place(error.what())));
  }
}

void run_nearest(const NearestArguments& arguments) {
  if (arguments.k < 1)
    throw UsageError(fmt::format("-k: expected 1 or more, received {}", arguments.k));
  if (arguments.key.find('=') == std::string::npos)
    throw UsageError(fmt::format("expected feature=value, received \"{}\"", arguments.key));
  const Model model = storage::load_model(arguments.model);
  const embeddings::Embeddings vectors(model);
  const embeddings::Query query = vectors.find(arguments.key);
  if (const std::string outside = embeddings::outside_training(model, query); !outside.empty())
    warn(outside);
  std::optional<std::string_view> target;
  if (!arguments.target.empty()) target = known_target(vectors, arguments.target);
  const auto neighbours = embeddings::nearest(vectors, query, arguments.k, target);
  if (arguments.json)
    print_json(neighbours);
  else
    print_text(neighbours);
}

}  // namespace

void add_nearest(CLI::App& app, int& exit_code) {
  const auto arguments = std::make_shared<NearestArguments>();
  CLI::App* command =
      app.add_subcommand("nearest", "Values whose vectors are nearest to a value's");
  command->add_option("model", arguments->model, "Model file (.f2v)")->required();
  command
      ->add_option("key", arguments->key,
                   "feature=value, as plain text ('director=Jane Campion', 'release_year=1994'); "
                   "feature= or 'feature=(missing)' for the empty cell")
      ->required();
  command->add_option("--in", arguments->target, "Only values of this feature (default: all)");
  command->add_option("-k", arguments->k, "How many")->capture_default_str();
  command->add_flag("--json", arguments->json, "Print JSON instead of text");
  command->footer("Similarity is the cosine of the two vectors, found by an exact search.");
  command->callback([arguments, &exit_code] {
    run_nearest(*arguments);
    exit_code = kDone;
  });
}

}  // namespace feat2vec::apps
