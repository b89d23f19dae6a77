#pragma once

#include <arrow/type_fwd.h>

#include <string>
#include <string_view>

#include "feat2vec/tables/text_column.h"

namespace feat2vec::tables {

/// Whether cells of the type are lists (of any width).
bool is_list_type(const arrow::DataType& type);

/// Appends every cell of `array` as text: integers in decimal, reals by `render_real`, booleans as
/// `true` and `false`, dates as `1990-01-08`, dictionaries by their values, null as missing.
/// Throws Error starting with `where` for types without a text (structs, maps, unions).
void append_cells(TextColumn& column, const arrow::Array& array, std::string_view where);

/// The shortest decimal that reads back as the same number, with `.0` when it is whole, as Python
/// writes it; NaN is the empty text.
std::string render_real(double value);
std::string render_real(float value);

}  // namespace feat2vec::tables
