#include "feat2vec/tables/feature_values.h"

#include <string>

#include "feat2vec/error.h"
#include "feat2vec/printable.h"
#include "feat2vec/tables/members.h"
#include "feat2vec/tables/table.h"

namespace feat2vec::tables {

FeatureValues::FeatureValues(const Table& table, const data::Feature& feature,
                             const data::Schema& schema)
    : is_bag_(feature.kind == data::FeatureKind::kBag) {
  for (const std::string& name : feature.columns) {
    const TextColumn& column = table.column(name);
    if (column.is_list() && !is_bag_) {
      throw Error(table.source_name() + " (" + printable(name, kShownBytes) +
                  "): expected single values, received lists (which make a bag)");
    }
    sources_.push_back({&column, {}, {}});
  }
  if (is_bag_) {
    for (Source& source : sources_) split(source, feature, schema);
    values_ = &members_;
    last_row_.assign(to_index(members_.size()), -1);
    return;
  }
  values_ = &first_column().values();
  for (std::int32_t code = 0; code < values_->size(); ++code) {
    if (is_missing_text((*values_)[code], schema.missing_words)) missing_.push_back(code);
  }
}

void FeatureValues::split(Source& source, const data::Feature& feature,
                          const data::Schema& schema) {
  const TextDictionary& texts = source.column->values();
  source.first_value.push_back(0);
  for (std::int32_t code = 0; code < texts.size(); ++code) {
    for_each_member(texts[code], feature.separator, schema.missing_words,
                    [&](std::string_view member) { source.value.push_back(members_.add(member)); });
    source.first_value.push_back(source.value.size());
  }
}

}  // namespace feat2vec::tables
