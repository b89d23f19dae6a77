#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace feat2vec {

/// The candidate nearest to `word` by edit distance (ties: the first) within a third of the word's length
/// (at least 1, at most 4 edits); else the first that begins with `word`, of three characters or more;
/// else empty. Case does not matter. For "did you mean" in messages.
std::string nearest_spelling(std::string_view word, const std::vector<std::string>& candidates);

/// ` (did you mean "x"?)`, or empty when no candidate is near.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates);

/// The same, but where none is near ` (there are "x", "y", …)`, the first few of the candidates.
std::string did_you_mean_or_there_are(std::string_view word,
                                      const std::vector<std::string>& candidates);

}  // namespace feat2vec
