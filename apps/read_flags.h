#pragma once

#include <CLI/CLI.hpp>

#include "feat2vec/tables/read.h"

namespace feat2vec::apps {

/// Adds `--header`. `read` must outlive the command.
void add_header_flag(CLI::App* command, tables::ReadOptions& read);

/// Adds `--bad-rows`.
void add_bad_rows_flag(CLI::App* command, tables::ReadOptions& read);

/// Warns of rows that were left out, and of a table whose first row may stand in the place of its names.
void warn_of_reading(const tables::Table& table);

}  // namespace feat2vec::apps
