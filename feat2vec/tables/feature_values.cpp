#include "feat2vec/tables/feature_values.h"

#include <string>

#include "feat2vec/error.h"
#include "feat2vec/printable.h"
#include "feat2vec/tables/members.h"
#include "feat2vec/tables/table.h"

namespace feat2vec::tables {

FeatureValues::FeatureValues(const Table& table, const data::Feature& feature,
                             const data::Schema& schema) {
  const bool is_bag = feature.kind == data::FeatureKind::kBag;
  for (const std::string& name : feature.columns) {
    const TextColumn& column = table.column(name);
    if (column.is_list() && !is_bag) {
      throw Error(table.source_name() + " (" + printable(name, kShownBytes) +
                  "): expected single values, received lists (which make a bag)");
    }
    Source& source = sources_.emplace_back();
    source.column = &column;
    source.first_value.push_back(0);
    for (std::int32_t code = 0; code < column.values().size(); ++code) {
      const std::string_view text = column.values()[code];
      if (is_bag) {
        for_each_member(
            text, feature.separator, schema.missing_words,
            [&](std::string_view member) { source.value.push_back(members_.add(member)); });
      } else if (!is_missing_text(text, schema.missing_words)) {
        source.value.push_back(code);
      }
      source.first_value.push_back(source.value.size());
    }
  }
  values_ = is_bag ? &members_ : &sources_.front().column->values();
  last_row_.assign(to_index(values_->size()), -1);
}

}  // namespace feat2vec::tables
