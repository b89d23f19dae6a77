#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace feat2vec::tables {

class Table;

/// Something about a column that its owner may want to know. Nothing is changed because of it.
struct Note {
  enum class Kind {
    kTwins,    ///< values that differ only by case or blanks
    kMissing,  ///< a value that looks like a word for "missing"
  };

  Kind kind = Kind::kTwins;
  std::string column;
  std::vector<std::string> values;  ///< the twins, most frequent first; or the word
  std::vector<std::int64_t> counts;

  /// One line for people.
  std::string text() const;
};

/// Looks through the values of every column that is a text (bags: of every member), columns that
/// consist of numbers left out. At most `limit` notes of a kind for a column.
std::vector<Note> lint(const Table& table, std::int64_t limit = 5);

}  // namespace feat2vec::tables
