#include "feat2vec/embeddings/export.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "apps/choices.h"
#include "apps/command.h"
#include "apps/console.h"
#include "feat2vec/error.h"
#include "feat2vec/storage/atomic_file.h"
#include "feat2vec/storage/model_file.h"

namespace feat2vec::apps {
namespace {

struct ExportArguments {
  std::string model;
  std::string format;
  std::string out;
  embeddings::ExportOptions options;
};

/// Throws Error unless every file can be written, none twice, and none is the model.
void check_paths(const std::vector<std::string>& paths, const std::string& model) {
  std::set<std::string> written;
  for (const std::string& path : paths) {
    storage::check_writable(path);
    std::error_code ignored;
    if (std::filesystem::equivalent(path, model, ignored))
      throw Error(fmt::format("{}: expected an output that is not the model, received it", path));
    if (!written.insert(std::filesystem::weakly_canonical(path).string()).second)
      throw Error(fmt::format("{}: expected a file for each output, received it twice", path));
  }
}

void run_export(const ExportArguments& arguments) {
  const embeddings::Format format = embeddings::format_from_string(arguments.format);
  const std::vector<std::string> paths =
      embeddings::export_paths(format, arguments.out, arguments.options);
  check_paths(paths, arguments.model);
  const Model model = storage::load_model(arguments.model);
  embeddings::export_model(model, format, arguments.out, arguments.options);
  print_error(fmt::format("wrote {}\n", fmt::join(paths, ", ")));
}

}  // namespace

void add_export(CLI::App& app, int& exit_code) {
  const auto arguments = std::make_shared<ExportArguments>();
  CLI::App* command =
      app.add_subcommand("export", "Write the vectors of a model in another format");
  command->add_option("model", arguments->model, "Model file (.f2v)")->required();
  command
      ->add_option("--format", arguments->format,
                   fmt::format("{}", fmt::join(embeddings::format_names(), " | ")))
      ->check(one_of(embeddings::format_names()))
      ->required();
  command->add_option("--out", arguments->out, "File to write (npy, projector: without extension)")
      ->check(output_file())
      ->required();
  command
      ->add_option("--bias", arguments->options.bias_path,
                   "Also write `key<TAB>bias` lines to this file")
      ->check(output_file());
  command->footer(
      "Keys are `feature=value`; in text formats blank, tab, line ends and % are percent-encoded,\n"
      "and = in a feature's name. docs/file_format.md describes every format.");
  command->callback([arguments, &exit_code] {
    run_export(*arguments);
    exit_code = kDone;
  });
}

}  // namespace feat2vec::apps
