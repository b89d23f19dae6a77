#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace feat2vec {

/// The one exception type of the library. `what()` is a single line for people: either
/// `[where] expected … received …` for a misuse of the API, or `FILE:LINE:FIELD (NAME): expected …
/// received …` for something wrong in a file.
class Error : public std::runtime_error {
 public:
  explicit Error(const std::string& message) : std::runtime_error(message) {}

  /// Builds `[where] expected EXPECTED, received RECEIVED`.
  Error(std::string_view where, std::string_view expected, std::string_view received)
      : std::runtime_error("[" + std::string(where) + "] expected " + std::string(expected) +
                           ", received " + std::string(received)) {}
};

}  // namespace feat2vec
