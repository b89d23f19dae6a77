#pragma once

#include <string_view>

namespace feat2vec::tables {

/// Whether a text is written as a date: `1990-01-08`, `08/01/1990`, `September 25, 2021`, with a time
/// or without.
bool is_date(std::string_view text);

}  // namespace feat2vec::tables
