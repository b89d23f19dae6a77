#include "feat2vec/tables/feature_values.h"

#include <string>

#include "feat2vec/error.h"
#include "feat2vec/printable.h"
#include "feat2vec/tables/members.h"
#include "feat2vec/tables/table.h"
#include "feat2vec/words.h"

namespace feat2vec::tables {

FeatureValues::FeatureValues(const Table& table, const data::Feature& feature,
                             const data::Schema& schema)
    : has_members_(data::has_members(feature.kind)) {
  for (const std::string& name : feature.columns) {
    const TextColumn& column = table.column(name);
    if (column.is_list() && !has_members_) {
      throw Error(table.source_name() + " (" + printable(name, kShownBytes) +
                  "): expected single values, received lists (which make a bag)");
    }
    sources_.push_back({&column, {}, {}});
  }
  if (has_members_) {
    for (Source& source : sources_) split(source, feature, schema);
    values_ = &members_;
    last_visit_.assign(to_index(members_.size()), 0);
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
    const auto add = [&](std::string_view member) { source.value.push_back(members_.add(member)); };
    if (feature.kind == data::FeatureKind::kBag)
      for_each_member(texts[code], feature.separator, schema.missing_words, add);
    else if (!is_missing_text(texts[code], schema.missing_words))
      for (const std::string& word : words_of(texts[code])) add(word);
    source.first_value.push_back(source.value.size());
  }
}

}  // namespace feat2vec::tables
