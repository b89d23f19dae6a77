#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "feat2vec/huge_pages.h"

namespace feat2vec {

/// Distinct texts, any bytes, with codes from 0 in the order in which they were added. The texts lie
/// one after another in one block of memory; they are found by an open hash table.
class TextDictionary {
 public:
  /// Code of what is not there.
  static constexpr std::int32_t kNone = -1;

  TextDictionary() = default;

  /// From `bytes()` and `offsets()` of another one, without index. Throws Error when the two do not fit.
  TextDictionary(std::string bytes, std::vector<std::size_t> offsets);

  /// All texts one after another; text i is bytes offsets[i] .. offsets[i + 1].
  std::string_view bytes() const { return bytes_; }
  std::span<const std::size_t> offsets() const { return offsets_; }

  std::int32_t size() const { return static_cast<std::int32_t>(offsets_.size() - 1); }

  /// The text of a code, valid until the next `add`. REQUIRES: 0 <= code < size().
  std::string_view operator[](std::int32_t code) const {
    const auto i = static_cast<std::size_t>(code);
    return {bytes_.data() + offsets_[i], offsets_[i + 1] - offsets_[i]};
  }

  /// The code of a text, which is a new one when the text is not there yet. Throws Error beyond
  /// 2^31 - 2 texts.
  std::int32_t add(std::string_view text);
  /// The same for many texts: `codes` gets one each.
  void add(std::span<const std::string_view> texts, std::int32_t* codes);

  /// The code of a text, or `kNone`. REQUIRES: there is an index.
  std::int32_t find(std::string_view text) const;
  /// The same for many texts: `codes` gets one each.
  void find(std::span<const std::string_view> texts, std::int32_t* codes) const;

  /// Makes room for so many texts in all.
  void reserve(std::size_t texts);

  /// Makes what `add` and `find` need; `add` does so by itself.
  void make_index() { reserve(offsets_.size() - 1); }
  /// Frees it.
  void release_index();

 private:
  /// A place of the hash table. Texts of up to eight bytes are their own key, so that one look at the
  /// slot tells whether they are equal.
  struct Slot {
    std::uint64_t key = 0;
    std::uint32_t length = 0;
    std::int32_t code = kNone;
  };

  /// A text that is looked for, and where the search begins.
  struct Wanted {
    Slot slot;
    std::size_t home = 0;
  };

  static Slot slot_of(std::string_view text);
  std::size_t home(const Slot& slot) const;
  Wanted wanted(std::string_view text) const;
  bool is_same(const Slot& slot, const Slot& wanted, std::string_view text) const;
  std::size_t place_of(const Wanted& wanted, std::string_view text) const;
  void put(const Slot& slot);
  std::int32_t add(const Wanted& wanted, std::string_view text);
  template <typename Visit>
  void for_each_wanted(std::span<const std::string_view> texts, const Visit& visit) const;

  std::string bytes_;
  std::vector<std::size_t> offsets_{0};
  PageVector<Slot> slots_;  ///< a power of two of them, or none
  int shift_ = 64;          ///< 64 - log2(slots)
};

}  // namespace feat2vec
