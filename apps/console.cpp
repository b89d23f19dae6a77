#include "apps/console.h"

#include <fmt/format.h>

#include <cstddef>
#include <cstdio>
#include <string>

#include "feat2vec/error.h"
#include "feat2vec/printable.h"

namespace feat2vec::apps {
namespace {

void write(std::FILE* file, std::string_view text) {
  [[maybe_unused]] const std::size_t written = std::fwrite(text.data(), 1, text.size(), file);
}

}  // namespace

void print_error(std::string_view text) {
  write(stderr, text);
  std::fflush(stderr);
}

void print_line(std::string_view line) {
  write(stdout, std::string(line) + "\n");
  std::fflush(stdout);
}

std::string_view without_place(std::string_view message) {
  const std::size_t end = message.find("] ");
  if (!message.starts_with('[') || end == std::string_view::npos) return message;
  const std::string_view rest = message.substr(end + 2);
  return rest.starts_with("expected ") ? rest : message;  // a file may be called "[a] b.csv"
}

void warn(std::string_view message) {
  print_error(fmt::format("feat2vec: warning: {}\n", printable(without_place(message))));
}

void flush_output() {
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0)
    throw Error("standard output: expected to be writable, received an error");
}

}  // namespace feat2vec::apps
