#include "apps/command.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <exception>
#include <new>
#include <regex>
#include <string>
#include <utility>
#include <vector>

#include "apps/console.h"
#include "feat2vec/error.h"
#include "feat2vec/printable.h"
#include "feat2vec/spelling.h"
#include "feat2vec/version.h"

namespace feat2vec::apps {
namespace {

constexpr const char* kNoMemory = "expected enough memory, received none";
constexpr const char* kFooter =
    "Exit codes: 0 done; 1 something is wrong with a file or its content; 2 wrong usage;\n"
    "130 interrupted; 143 terminated. Try `feat2vec COMMAND --help`.";

int fail(ExitCode code, std::string_view message) {
  print_error(fmt::format("feat2vec: error: {}\n", printable(without_place(message))));
  return code;
}

/// The names a person may have meant: subcommands, or the flags of the one that was chosen.
std::vector<std::string> known_names(const CLI::App& app) {
  const auto chosen = app.get_subcommands();
  const CLI::App& scope = chosen.empty() ? app : *chosen.front();
  std::vector<std::string> names;
  for (const CLI::App* command : scope.get_subcommands([](const CLI::App*) { return true; }))
    names.push_back(command->get_name());
  for (const CLI::Option* option : scope.get_options())
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  return names;
}

/// What the option of a message `Could not convert: OPTION = TEXT` takes.
std::string_view number_wanted(const CLI::App& app, std::string_view message) {
  const std::size_t name = message.find("--");
  const auto chosen = app.get_subcommands();
  if (name == std::string_view::npos || chosen.empty()) return "a number";
  const std::string option(message.substr(name, message.find(' ', name) - name));
  const CLI::Option* found = chosen.front()->get_option_no_throw(option);
  return found != nullptr && found->get_type_name().ends_with("INT") ? "a whole number"
                                                                     : "a number";
}

/// What CLI11 says is wrong, in the words of all other messages.
std::string in_our_words(const CLI::App& app, const CLI::ParseError& error) {
  const std::string number =
      fmt::format(R"($1: expected {}, received "$2")", number_wanted(app, error.what()));
  const std::pair<const char*, const char*> words[] = {
      {R"(Could not convert: (\S+) = (.*))", number.c_str()},
      {R"((\S+): \d+ required \S+ missing)", "$1: expected a value, received none"},
      {R"(A subcommand is required)",
       "expected a subcommand, received none (feat2vec --help lists them)"},
      {R"((-\S+) is required)", "$1: expected a value, received none"},
      {R"((\S+) is required)", "expected $1, received none"},
      {R"((\S+) excludes (\S+))", "$1: expected no $2 beside it, received both"}};
  constexpr std::size_t kLongest = 1000;  // std::regex takes a stack frame a character
  if (std::string_view(error.what()).size() > kLongest) return error.what();
  for (const auto& [theirs, ours] : words) {
    const std::regex pattern(theirs);
    if (std::regex_match(error.what(), pattern))
      return std::regex_replace(error.what(), pattern, ours);
  }
  return error.what();
}

std::string usage_message(const CLI::App& app, const CLI::ParseError& error) {
  const std::vector<std::string> extras = app.remaining(true);
  if (extras.empty()) return in_our_words(app, error);
  const std::string word = extras.front().substr(0, extras.front().find('='));
  const char* expected = word.starts_with('-')           ? "a known option"
                         : app.get_subcommands().empty() ? "a known subcommand"
                                                         : "no further argument";
  return fmt::format("expected {}, received \"{}\"{}", expected, word,
                     did_you_mean(word, known_names(app)));
}

}  // namespace

int run(int argc, const char* const* argv) {
  CLI::App app{"feat2vec learns one vector for every value of every feature of a table."};
  app.get_formatter()->column_width(44);  // of the longest flag
  app.name("feat2vec");
  app.footer(kFooter);
  app.set_version_flag("--version", fmt::format("feat2vec {}", kVersion));
  app.require_subcommand(1);
  app.fallthrough(false);
  std::signal(SIGXFSZ, SIG_IGN);  // past a limit on file sizes, writing fails as on a full disk
  int exit_code = kDone;
  add_train(app, exit_code);
  add_inspect(app, exit_code);
  add_nearest(app, exit_code);
  add_complete(app, exit_code);
  add_evaluate(app, exit_code);
  add_export(app, exit_code);
  try {
    app.parse(argc, argv);
    flush_output();
    return exit_code;
  } catch (const CLI::Success& asked) {  // --help, --version
    return app.exit(asked);
  } catch (const CLI::FileError& error) {
    return fail(kBadInput, error.what());
  } catch (const CLI::ParseError& error) {
    return fail(kWrongUsage, usage_message(app, error));
  } catch (const UsageError& error) {
    return fail(kWrongUsage, error.what());
  } catch (const Error& error) {
    return fail(kBadInput, error.what());
  } catch (const std::bad_alloc&) {
    return fail(kBadInput, kNoMemory);
  } catch (const std::exception& error) {
    const std::string_view message =
        error.what();  // LibTorch adds a backtrace after the first line
    if (message.find("can't allocate memory") != std::string_view::npos)
      return fail(kBadInput, kNoMemory);
    return fail(kBadInput, message.substr(0, message.find('\n')));
  }
}

}  // namespace feat2vec::apps
