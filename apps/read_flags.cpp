#include "apps/read_flags.h"

#include <fmt/format.h>

#include <string>

#include "apps/choices.h"
#include "apps/command.h"
#include "apps/console.h"
#include "feat2vec/printable.h"
#include "feat2vec/tables/lint.h"

namespace feat2vec::apps {

void add_header_flag(CLI::App* command, tables::ReadOptions& read) {
  command
      ->add_option("--header", read.header,
                   "Names of the columns, A,B,C, for text without a header line")
      ->delimiter(',')
      ->allow_extra_args(false);
}

void add_bad_rows_flag(CLI::App* command, tables::ReadOptions& read) {
  command
      ->add_option_function<std::string>(
          "--bad-rows", [&read](const std::string& word) { read.skip_bad_rows = word == "skip"; },
          "error (default) | skip: what to do with rows that cannot be read")
      ->check(one_of({"error", "skip"}));
}

void warn_of_reading(const tables::Table& table) {
  if (table.bad_rows().count > 0)
    warn(fmt::format("{} left out, the first: {}", counted(table.bad_rows().count, "row"),
                     table.bad_rows().first));
  if (const auto note = tables::note_on_names(table)) warn(note->text());
}

}  // namespace feat2vec::apps
