#include "feat2vec/tables/text_column.h"

namespace feat2vec::tables {

void TextColumn::append(std::string_view text) {
  bytes_ += text;
  offsets_.push_back(static_cast<std::int64_t>(bytes_.size()));
}

void TextColumn::append_list(std::span<const std::string_view> members) {
  for (const std::string_view member : members) {
    if (!member.empty()) append(member);
  }
  lists_.push_back(static_cast<std::int64_t>(offsets_.size()) - 1);
}

void TextColumn::append_missing() {
  if (is_list_) {
    append_list({});
  } else {
    append({});
  }
}

void TextColumn::append_row(const TextColumn& other, std::int64_t row) {
  if (!is_list_) return append(other.text(row));
  for (std::int64_t i = other.first_member(row); i < other.first_member(row + 1); ++i) {
    append(other.member(i));
  }
  lists_.push_back(static_cast<std::int64_t>(offsets_.size()) - 1);
}

}  // namespace feat2vec::tables
