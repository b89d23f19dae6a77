#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace feat2vec::tables {

/// One column of a table, every cell as text: either one text a row, or a list of texts a row. The
/// empty text and the empty list are missing cells. Numbers, dates and booleans of typed files are
/// texts here too, so that every file format gives the same cells.
///
/// Grows by appending while a file is read; const afterwards.
class TextColumn {
 public:
  explicit TextColumn(std::string name, bool is_list = false)
      : name_(std::move(name)), is_list_(is_list) {}

  const std::string& name() const { return name_; }
  bool is_list() const { return is_list_; }
  std::int64_t rows() const {
    return static_cast<std::int64_t>((is_list_ ? lists_.size() : offsets_.size()) - 1);
  }

  /// The cell of a row. REQUIRES: not a list.
  std::string_view text(std::int64_t row) const { return item(row); }

  /// The members of a row's list are `member(first_member(row))` up to `first_member(row + 1)`.
  /// REQUIRES: a list.
  std::int64_t first_member(std::int64_t row) const { return lists_[to_index(row)]; }
  std::string_view member(std::int64_t index) const { return item(index); }

  bool is_missing(std::int64_t row) const {
    return is_list_ ? first_member(row) == first_member(row + 1) : item(row).empty();
  }

  /// Appends a row. REQUIRES: not a list.
  void append(std::string_view text);
  /// Appends a row. REQUIRES: a list. Empty members are left out.
  void append_list(std::span<const std::string_view> members);
  void append_missing();
  /// Appends one row of `other`. REQUIRES: both lists, or neither.
  void append_row(const TextColumn& other, std::int64_t row);

 private:
  static std::size_t to_index(std::int64_t i) { return static_cast<std::size_t>(i); }
  std::string_view item(std::int64_t i) const {
    const std::int64_t begin = offsets_[to_index(i)];
    return {bytes_.data() + begin, to_index(offsets_[to_index(i) + 1] - begin)};
  }

  std::string name_;
  bool is_list_ = false;
  std::string bytes_;
  std::vector<std::int64_t> offsets_{0};  ///< item i is bytes offsets[i] .. offsets[i + 1]
  std::vector<std::int64_t> lists_{0};    ///< list of row r is items lists[r] .. lists[r + 1]
};

}  // namespace feat2vec::tables
