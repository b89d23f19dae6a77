#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "feat2vec/text_dictionary.h"

namespace feat2vec::tables {

/// One column of a table, every cell as text: either one text a row, or a list of texts a row. The
/// empty text and the empty list are missing cells. Numbers, dates and booleans of typed files are
/// texts here too, so that every file format gives the same cells.
///
/// Each different text is held once, and a cell is its code, so that whatever depends on the text
/// alone is done once a text. Grows by appending while a file is read; const afterwards. Copies share
/// the texts.
class TextColumn {
 public:
  explicit TextColumn(std::string name, bool is_list = false)
      : name_(std::move(name)), is_list_(is_list) {}

  /// From the parts of another column; `codes` are not copied and live as long as `owner`. Nothing may
  /// be appended. Throws Error when the parts do not fit.
  TextColumn(std::string name, bool is_list, TextDictionary values,
             std::span<const std::int32_t> codes, std::span<const std::int64_t> lists,
             std::shared_ptr<const void> owner);

  const std::string& name() const { return name_; }
  bool is_list() const { return is_list_; }
  std::int64_t rows() const {
    return static_cast<std::int64_t>(is_list_ ? lists_.size() - 1 : codes().size());
  }

  /// The different texts of cells or members by code, in the order they were met. A column of selected
  /// rows has those of all rows.
  const TextDictionary& values() const { return *values_; }
  /// The codes of the cells, or of the members of all lists.
  std::span<const std::int32_t> codes() const { return owner_ ? borrowed_ : codes_; }
  /// The members of row r's list are lists[r] .. lists[r + 1]; {0} without lists.
  std::span<const std::int64_t> lists() const { return lists_; }
  /// How many cells or members each code has.
  std::vector<std::int64_t> counts() const;

  /// The cell of a row. REQUIRES: not a list.
  std::string_view text(std::int64_t row) const { return member(row); }

  /// The members of a row's list are `member(first_member(row))` up to `first_member(row + 1)`; without
  /// lists a cell is the only member of its row.
  std::int64_t first_member(std::int64_t row) const {
    return is_list_ ? lists_[to_index(row)] : row;
  }
  std::string_view member(std::int64_t index) const { return values()[codes()[to_index(index)]]; }

  bool is_missing(std::int64_t row) const {
    return is_list_ ? first_member(row) == first_member(row + 1) : text(row).empty();
  }

  /// Appends a row. REQUIRES: not a list.
  void append(std::string_view text) { codes_.push_back(values_->add(text)); }
  /// Appends one row a text. REQUIRES: not a list.
  void append(std::span<const std::string_view> texts);
  /// Appends a row. REQUIRES: a list. Empty members are left out.
  void append_list(std::span<const std::string_view> members);
  void append_missing();
  /// Appends one row of `other`. REQUIRES: both lists, or neither.
  void append_row(const TextColumn& other, std::int64_t row);
  /// Appends all rows of `other`. REQUIRES: both lists, or neither.
  void append_rows(const TextColumn& other);
  /// Frees what only appending needs.
  void finish();

  /// The rows `rows` in that order.
  TextColumn select(std::span<const std::int64_t> rows) const;

 private:
  static std::size_t to_index(std::int64_t i) { return static_cast<std::size_t>(i); }
  void end_list() { lists_.push_back(static_cast<std::int64_t>(codes_.size())); }

  std::string name_;
  bool is_list_ = false;
  std::shared_ptr<TextDictionary> values_ = std::make_shared<TextDictionary>();
  std::vector<std::int32_t> codes_;
  std::vector<std::int64_t> lists_{0};
  std::span<const std::int32_t> borrowed_;  ///< instead of `codes_`
  std::shared_ptr<const void> owner_;       ///< of these
};

}  // namespace feat2vec::tables
