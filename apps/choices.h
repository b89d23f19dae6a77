#pragma once

#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace feat2vec::apps {

/// `expected a, b or c, received "x" (did you mean "b"?)`; empty where `word` is one of `words`.
std::string complaint_about(std::string_view word, const std::vector<std::string>& words);

/// Makes any other word for a flag wrong usage, in the words of `complaint_about`.
CLI::Validator one_of(std::vector<std::string> words);

/// Takes whole numbers of 0 or more.
CLI::Validator natural();

/// Takes the name of a file to write, which `-` is not: a file appears whole or not at all.
CLI::Validator output_file();

/// Replaces a number with a unit, one of the keys of `units`, by the number that it makes; `example` shows
/// how one is written.
template <class Number>
CLI::Validator amount(const std::map<std::string, Number>& units, const std::string& example) {
  const auto convert = [convert = CLI::AsNumberWithUnit(units), example](std::string& text) {
    const std::string received = text;
    try {
      return convert(text);
    } catch (const CLI::ValidationError&) {
      return "expected a number with a unit, such as " + example + ", received \"" + received +
             "\"";
    }
  };
  return {convert, ""};
}

/// Adds a flag that takes one of some words, shown in their order; what `target` is now is shown as the
/// default. `target` must outlive the command.
template <class Enum>
void add_choice(CLI::App* command, const std::string& flag, Enum& target,
                const std::vector<std::pair<std::string, Enum>>& choices, const std::string& help) {
  std::string shown;
  std::vector<std::string> words;
  for (const auto& [word, value] : choices) {
    shown += (shown.empty() ? "" : " | ") + word + (value == target ? " (default)" : "");
    words.push_back(word);
  }
  command
      ->add_option_function<std::string>(
          flag,
          [&target, choices](const std::string& word) {
            target = std::find_if(choices.begin(), choices.end(), [&](const auto& choice) {
                       return choice.first == word;
                     })->second;
          },
          shown + ": " + help)
      ->check(one_of(words));
}

}  // namespace feat2vec::apps
