#pragma once

#include <CLI/CLI.hpp>
#include <map>
#include <string>

namespace feat2vec::apps {

/// Adds a flag that takes one of some words. `target` must outlive the command.
template <class Enum>
void add_choice(CLI::App* command, const std::string& flag, Enum& target,
                const std::map<std::string, Enum>& choices, const std::string& help) {
  std::string words;
  for (const auto& [word, value] : choices) words += (words.empty() ? "" : " | ") + word;
  command
      ->add_option_function<std::string>(
          flag, [&target, choices](const std::string& word) { target = choices.at(word); },
          words + ": " + help)
      ->check(CLI::IsMember(choices));
}

}  // namespace feat2vec::apps
