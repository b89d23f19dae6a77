#pragma once

#include <string_view>

namespace feat2vec::apps {

/// Writes text for people to stderr. That it cannot be written is no reason to stop.
void print_error(std::string_view text);

/// Writes a line for programs to stdout at once; as `print_error` about failures.
void print_line(std::string_view line);

/// A message of the library without the `[place] ` in its code that it begins with: people at a terminal
/// have no use for it.
std::string_view without_place(std::string_view message);

/// Prints `feat2vec: warning: …` on stderr.
void warn(std::string_view message);

/// Throws Error when what was printed to stdout did not arrive (a full disk).
void flush_output();

}  // namespace feat2vec::apps
