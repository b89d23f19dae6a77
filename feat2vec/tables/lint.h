#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace feat2vec::tables {

class Table;

/// Something about a column that its owner may want to know. Nothing is changed because of it.
struct Note {
  enum class Kind {
    kTwins,    ///< values that differ only by case or blanks
    kMissing,  ///< a value that looks like a word for "missing"
    kNames,  ///< columns, `values`, that hold their own name: is the first row in the place of names?
  };

  Kind kind = Kind::kTwins;
  std::string column;               ///< empty where it is about the table
  std::vector<std::string> values;  ///< the twins, most frequent first; or the word
  std::vector<std::int64_t> counts;

  /// One line for people.
  std::string text() const;
};

/// kNames, where half of the columns or more, and two at least, hold their own name as a value.
std::optional<Note> note_on_names(const Table& table);

/// Looks through the values of every column that is a text (bags: of every member), columns that
/// consist of numbers left out, and at the names. At most `limit` notes of a kind for a column.
std::vector<Note> lint(const Table& table, std::int64_t limit = 5);

}  // namespace feat2vec::tables
