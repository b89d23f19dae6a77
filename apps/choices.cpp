#include "apps/choices.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <system_error>
#include <utility>

#include "feat2vec/spelling.h"

namespace feat2vec::apps {

std::string complaint_about(std::string_view word, const std::vector<std::string>& words) {
  if (std::find(words.begin(), words.end(), word) != words.end()) return {};
  return fmt::format("expected {} or {}, received \"{}\"{}",
                     fmt::join(words.begin(), words.end() - 1, ", "), words.back(), word,
                     did_you_mean(word, words));
}

CLI::Validator one_of(std::vector<std::string> words) {
  return {[words = std::move(words)](std::string& word) { return complaint_about(word, words); },
          ""};
}

CLI::Validator output_file() {
  const auto check = [](const std::string& path) {
    return path == "-" ? std::string("expected a file to write, received -, standard output")
                       : std::string();
  };
  return {check, ""};
}

CLI::Validator natural() {
  const auto check = [](const std::string& text) {
    std::uint64_t number = 0;
    const char* end = text.data() + text.size();
    const auto [read, error] = std::from_chars(text.data(), end, number);
    return error == std::errc() && read == end
               ? std::string()
               : fmt::format("expected a whole number from 0 to 2^64 - 1, received \"{}\"", text);
  };
  return {check, ""};
}

}  // namespace feat2vec::apps
