#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace CLI {  // NOLINT(readability-identifier-naming): the name that CLI11 has
class App;
}

namespace feat2vec::apps {

/// Exit codes of the command, see `feat2vec --help`.
enum ExitCode { kDone = 0, kBadInput = 1, kWrongUsage = 2, kInterrupted = 130, kTerminated = 143 };

/// Thrown for a flag that cannot be: exit code 2. `feat2vec::Error` is exit code 1.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Adds the subcommand to `app`. When it was chosen and has run, `exit_code` is set.
void add_train(CLI::App& app, int& exit_code);
void add_inspect(CLI::App& app, int& exit_code);
void add_nearest(CLI::App& app, int& exit_code);
void add_complete(CLI::App& app, int& exit_code);
void add_evaluate(CLI::App& app, int& exit_code);
void add_export(CLI::App& app, int& exit_code);

/// Runs the command with its arguments (the program's name first). Prints errors as one line on
/// stderr. Returns the exit code.
int run(int argc, const char* const* argv);

}  // namespace feat2vec::apps
