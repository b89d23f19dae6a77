#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "feat2vec/data/schema.h"
#include "feat2vec/tables/text_column.h"
#include "feat2vec/text_dictionary.h"

namespace feat2vec::tables {

class Table;

/// The values of a categorical, bag or text feature in the rows of a table. What stands in a cell is looked
/// at once a different text: whether it is missing, and the members, or words, that it has.
class FeatureValues {
 public:
  /// Throws Error for a column that is not there, or one of lists that is to be categorical. `table`
  /// must outlive it.
  FeatureValues(const Table& table, const data::Feature& feature, const data::Schema& schema);

  /// The values, by code; some may be in no row.
  const TextDictionary& values() const { return *values_; }

  /// Whether cells are taken apart; otherwise values are the texts of one column.
  bool has_members() const { return has_members_; }

  /// The few codes of a single column that are no value.
  std::span<const std::int32_t> missing() const { return missing_; }

  /// Calls `visit(code, column)` for each value of a row, each once.
  template <typename Visit>
  void for_each(std::int64_t row, Visit&& visit) {
    if (!has_members_) {
      const std::int32_t code = first_column().codes()[to_index(row)];
      const bool missing = std::find(missing_.begin(), missing_.end(), code) != missing_.end();
      if (!missing) visit(code, first_column());
      return;
    }
    ++visit_;
    for (const Source& source : sources_) {
      for (std::int64_t i = source.column->first_member(row);
           i < source.column->first_member(row + 1); ++i) {
        const auto code = static_cast<std::size_t>(source.column->codes()[to_index(i)]);
        for (std::size_t m = source.first_value[code]; m < source.first_value[code + 1]; ++m) {
          const std::int32_t value = source.value[m];
          std::int64_t& last = last_visit_[to_index(value)];
          if (last != visit_) visit(value, *source.column);
          last = visit_;
        }
      }
    }
  }

  /// The column that the feature begins with.
  const TextColumn& first_column() const { return *sources_.front().column; }

 private:
  /// A column, and in a bag or text the values of each of its codes.
  struct Source {
    const TextColumn* column = nullptr;
    std::vector<std::size_t> first_value;  ///< code c has values first_value[c] .. [c + 1]
    std::vector<std::int32_t> value;
  };

  static std::size_t to_index(std::int64_t i) { return static_cast<std::size_t>(i); }

  void split(Source& source, const data::Feature& feature, const data::Schema& schema);

  bool has_members_ = false;
  std::vector<Source> sources_;
  const TextDictionary* values_ = nullptr;
  std::vector<std::int32_t> missing_;
  TextDictionary members_;                ///< of a bag or text
  std::int64_t visit_ = 0;                ///< number of the row that is looked at
  std::vector<std::int64_t> last_visit_;  ///< that met each of the members
};

}  // namespace feat2vec::tables
