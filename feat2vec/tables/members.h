#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "feat2vec/trimmed.h"

namespace feat2vec::tables {

/// Whether a cell of a categorical or bag column is missing: empty, or one of `missing_words`.
inline bool is_missing_text(std::string_view text, std::span<const std::string> missing_words) {
  return text.empty() ||
         std::find(missing_words.begin(), missing_words.end(), text) != missing_words.end();
}

/// Calls `visit(member)` for each member of a text: split at `separator` (nowhere if it is empty),
/// trimmed, empty ones and missing words left out.
template <typename Visit>
void for_each_member(std::string_view text, std::string_view separator,
                     std::span<const std::string> missing_words, Visit&& visit) {
  if (is_missing_text(text, missing_words)) return;
  while (true) {
    const std::size_t end = separator.empty() ? std::string_view::npos : text.find(separator);
    const std::string_view member = trimmed(text.substr(0, end));
    if (!is_missing_text(member, missing_words)) visit(member);
    if (end == std::string_view::npos) return;
    text.remove_prefix(end + separator.size());
  }
}

}  // namespace feat2vec::tables
