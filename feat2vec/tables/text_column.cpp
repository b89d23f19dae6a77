#include "feat2vec/tables/text_column.h"

#include <algorithm>

#include "feat2vec/error.h"

namespace feat2vec::tables {

TextColumn::TextColumn(std::string name, bool is_list, TextDictionary values,
                       std::span<const std::int32_t> codes, std::span<const std::int64_t> lists,
                       std::shared_ptr<const void> owner)
    : name_(std::move(name)),
      is_list_(is_list),
      values_(std::make_shared<TextDictionary>(std::move(values))),
      lists_(lists.begin(), lists.end()),
      borrowed_(codes),
      owner_(std::move(owner)) {
  const auto known = [&](std::int32_t code) { return code >= 0 && code < values_->size(); };
  const auto end = is_list ? static_cast<std::int64_t>(codes.size()) : 0;
  const bool fits = !lists.empty() && lists.front() == 0 && lists.back() == end &&
                    std::is_sorted(lists.begin(), lists.end());
  if (!fits || !std::all_of(codes.begin(), codes.end(), known)) {
    throw Error("TextColumn", "codes and lists that fit", "others");
  }
}

std::vector<std::int64_t> TextColumn::counts() const {
  std::vector<std::int64_t> counts(to_index(values().size()));
  for (const std::int32_t code : codes()) ++counts[to_index(code)];
  return counts;
}

void TextColumn::append(std::span<const std::string_view> texts) {
  const std::size_t rows = codes_.size();
  codes_.resize(rows + texts.size());
  values_->add(texts, codes_.data() + rows);
}

void TextColumn::append_list(std::span<const std::string_view> members) {
  for (const std::string_view member : members) {
    if (!member.empty()) append(member);
  }
  end_list();
}

void TextColumn::append_missing() {
  if (is_list_) {
    append_list({});
  } else {
    append(std::string_view());
  }
}

void TextColumn::append_row(const TextColumn& other, std::int64_t row) {
  for (std::int64_t i = other.first_member(row); i < other.first_member(row + 1); ++i) {
    append(other.member(i));
  }
  if (is_list_) end_list();
}

void TextColumn::append_rows(const TextColumn& other) {
  std::vector<std::int32_t> code_of(to_index(other.values().size()), TextDictionary::kNone);
  const auto start = static_cast<std::int64_t>(codes_.size());
  codes_.reserve(codes_.size() + other.codes().size());
  for (const std::int32_t code : other.codes()) {
    std::int32_t& known = code_of[to_index(code)];
    if (known == TextDictionary::kNone) known = values_->add(other.values()[code]);
    codes_.push_back(known);
  }
  if (!is_list_) return;
  for (std::size_t i = 1; i < other.lists_.size(); ++i) lists_.push_back(start + other.lists_[i]);
}

void TextColumn::finish() {
  values_->release_index();
  codes_.shrink_to_fit();
  lists_.shrink_to_fit();
}

TextColumn TextColumn::select(std::span<const std::int64_t> rows) const {
  TextColumn selected(name_, is_list_);
  selected.values_ = values_;
  selected.codes_.reserve(rows.size());
  for (const std::int64_t row : rows) {
    selected.codes_.insert(selected.codes_.end(), codes().begin() + first_member(row),
                           codes().begin() + first_member(row + 1));
    if (is_list_) selected.end_list();
  }
  return selected;
}

}  // namespace feat2vec::tables
