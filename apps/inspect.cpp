#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "apps/choices.h"
#include "apps/command.h"
#include "apps/console.h"
#include "apps/read_flags.h"
#include "apps/schema_table.h"
#include "feat2vec/printable.h"
#include "feat2vec/storage/model_file.h"
#include "feat2vec/tables/infer.h"
#include "feat2vec/tables/lint.h"
#include "feat2vec/tables/read.h"
#include "trainers/kernels/available_cores.h"

namespace feat2vec::apps {
namespace {

struct InspectArguments {
  std::vector<std::string> paths;
  tables::ReadOptions read;
  bool json = false;
  bool values = false;
};

nlohmann::json values_json(const data::Vocabulary& vocabulary) {
  nlohmann::json values = nlohmann::json::array();
  for (std::int64_t id = 0; id < vocabulary.rows(); ++id)
    values.push_back({{"value", vocabulary.value(id)}, {"count", vocabulary.count(id)}});
  return values;
}

/// What the values of a feature are.
std::string extent(const data::Feature& feature, const data::Vocabulary& vocabulary) {
  if (feature.kind == data::FeatureKind::kOffset) return "one number";
  if (feature.kind != data::FeatureKind::kNumeric) return counted(vocabulary.rows(), "value");
  std::vector<std::string> columns;
  for (std::size_t c = 0; c < feature.columns.size(); ++c) {
    std::string text = feature.columns.size() > 1 ? printable(feature.columns[c]) + ": " : "";
    text += "numbers";
    if (!feature.knot_values.empty())
      text += fmt::format(" from {} to {}", feature.range(c).first, feature.range(c).second);
    columns.push_back(std::move(text));
  }
  return fmt::format("{}", fmt::join(columns, ", "));
}

nlohmann::json model_json(const Model& model, bool with_values) {
  nlohmann::json features = nlohmann::json::array();
  for (std::size_t f = 0; f < model.schema.features.size(); ++f) {
    const data::Feature& feature = model.schema.features[f];
    nlohmann::json entry{{"name", feature.name},
                         {"kind", data::to_string(feature.kind)},
                         {"columns", feature.columns},
                         {"values", model.vocabularies[f].rows()},
                         {"dim", feature.embedding ? model.module->options().dim : 0}};
    for (std::size_t c = 0; c < feature.knot_values.size(); ++c)
      entry["ranges"].push_back(feature.range(c));
    if (with_values) entry["vocabulary"] = values_json(model.vocabularies[f]);
    features.push_back(std::move(entry));
  }
  return {{"kind", "model"},
          {"dim", model.module->options().dim},
          {"features", std::move(features)},
          {"schema", data::to_json(model.schema)},
          {"provenance", model.provenance}};
}

void print_values(const data::Feature& feature, const data::Vocabulary& vocabulary) {
  for (std::int64_t id = 0; id < vocabulary.rows(); ++id)
    fmt::print("    {}={}  {}\n", printable(feature.name), printable(vocabulary.value(id)),
               vocabulary.count(id));
}

void inspect_model(const InspectArguments& arguments, const char* kind) {
  const Model model = storage::load_model(arguments.paths.front());
  if (arguments.json) {
    nlohmann::json json = model_json(model, arguments.values);
    json["kind"] = kind;
    fmt::print("{}\n", json.dump(2));
    return;
  }
  fmt::print("{}: a feat2vec {} with vectors of {} dimensions\n", arguments.paths.front(), kind,
             model.module->options().dim);
  const std::vector<data::Feature>& features = model.schema.features;
  std::vector<Described> all;
  for (std::size_t f = 0; f < features.size(); ++f)
    all.push_back({features[f].name, data::to_string(features[f].kind),
                   extent(features[f], model.vocabularies[f])});
  const std::vector<std::string> lines = aligned_lines(all);
  for (std::size_t f = 0; f < features.size(); ++f) {
    fmt::print("{}", lines[f]);
    if (arguments.values) print_values(features[f], model.vocabularies[f]);
  }
  fmt::print("{}\n", model.provenance.dump(2));
}

nlohmann::json decisions_json(const tables::Inference& inference) {
  nlohmann::json columns = nlohmann::json::array();
  for (const tables::ColumnDecision& decision : inference.decisions)
    columns.push_back({{"column", decision.column},
                       {"decision", tables::to_string(decision.decision)},
                       {"why", decision.why},
                       {"distinct", decision.distinct},
                       {"missing_share", decision.missing_share},
                       {"separator", decision.separator},
                       {"written", decision.written},
                       {"examples", decision.examples}});
  return columns;
}

/// What the owner of the table may want to know of the columns that are learned from.
std::vector<tables::Note> notes_on(const tables::Table& table, const tables::Inference& inference) {
  std::vector<tables::Note> notes = tables::lint(table);
  std::erase_if(notes, [&](const tables::Note& note) {
    return std::any_of(inference.decisions.begin(), inference.decisions.end(),
                       [&](const tables::ColumnDecision& decision) {
                         return decision.column == note.column &&
                                decision.decision == tables::Decision::kDropped;
                       });
  });
  return notes;
}

void print_table(const InspectArguments& arguments, const tables::Table& table,
                 const tables::Inference& inference) {
  const std::vector<tables::Note> notes = notes_on(table, inference);
  if (arguments.json) {
    nlohmann::json json{{"kind", "table"},
                        {"rows", table.rows()},
                        {"bad_rows", table.bad_rows().count},
                        {"columns", decisions_json(inference)},
                        {"schema", data::to_json(inference.schema)},
                        {"notes", nlohmann::json::array()}};
    for (const tables::Note& note : notes) json["notes"].push_back(note.text());
    fmt::print("{}\n", json.dump(2));
    return;
  }
  fmt::print("{}: {}\n{}", table.source_name(), counted(table.rows(), "row"), describe(inference));
  if (table.bad_rows().count > 0)
    fmt::print("{} left out, the first: {}\n", counted(table.bad_rows().count, "row"),
               printable(table.bad_rows().first));
  for (const tables::Note& note : notes) fmt::print("note: {}\n", printable(note.text()));
}

void inspect_table(const InspectArguments& arguments) {
  if (arguments.values) throw UsageError("--values: expected one model, received another file");
  const int threads = trainers::kernels::available_cores();
  tables::ReadOptions read = arguments.read;
  read.threads = threads;
  const tables::Table table = tables::read_table(arguments.paths, read);
  const tables::Inference inference = tables::judge_columns(table, {.threads = threads});
  print_table(arguments, table, inference);
  flush_output();  // before an error
  tables::check_learnable(table, inference.schema);
}

void check_for_model(const InspectArguments& arguments) {
  if (!arguments.read.header.empty())
    throw UsageError("--header: expected a table, received a model");
  if (arguments.read.skip_bad_rows)
    throw UsageError("--bad-rows: expected a table, received a model");
}

void run_inspect(const InspectArguments& arguments) {
  const bool alone = arguments.paths.size() == 1 && arguments.paths.front() != "-";
  const storage::FileKind kind =
      alone ? storage::file_kind(arguments.paths.front()) : storage::FileKind::kOther;
  if (kind != storage::FileKind::kOther) check_for_model(arguments);
  switch (kind) {
    case storage::FileKind::kModel:
      inspect_model(arguments, "model");
      break;
    case storage::FileKind::kCheckpoint:
      inspect_model(arguments, "checkpoint");
      break;
    case storage::FileKind::kOther:
      inspect_table(arguments);
      break;
  }
}

}  // namespace

void add_inspect(CLI::App& app, int& exit_code) {
  const auto arguments = std::make_shared<InspectArguments>();
  CLI::App* command =
      app.add_subcommand("inspect", "What a table or a model holds, told by its content");
  command->add_option("file", arguments->paths, "Table, model or checkpoint; - is standard input")
      ->required();
  command->add_flag("--json", arguments->json, "Print JSON");
  command->add_flag("--values", arguments->values, "Of a model, also each value with its count");
  add_header_flag(command, arguments->read);
  add_bad_rows_flag(command, arguments->read);
  command->callback([arguments, &exit_code] {
    run_inspect(*arguments);
    exit_code = kDone;
  });
}

}  // namespace feat2vec::apps
