#include "feat2vec/spelling.h"

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <numeric>

#include "feat2vec/printable.h"

namespace feat2vec {
namespace {

char lower(char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }

bool same(char a, char b) { return lower(a) == lower(b); }

/// Edits without regard to case: insertions, deletions, changes, and neighbours that change places
/// (Damerau 1964, each place once). Gives up above `limit`.
std::size_t distance(std::string_view a, std::string_view b, std::size_t limit) {
  const std::size_t gap = a.size() > b.size() ? a.size() - b.size() : b.size() - a.size();
  if (gap > limit) return limit + 1;
  std::vector<std::size_t> before(b.size() + 1);  // of a without its last two characters
  std::vector<std::size_t> last(b.size() + 1);    // without the last one
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    before.swap(last);
    last.swap(row);
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = last[j - 1] + (same(a[i - 1], b[j - 1]) ? 0 : 1);
      row[j] = std::min({change, row[j - 1] + 1, last[j] + 1});
      if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1]))
        row[j] = std::min(row[j], before[j - 2] + 1);
    }
    const auto least = [](const auto& edits) {
      return *std::min_element(edits.begin(), edits.end());
    };
    if (std::min(least(row), least(last)) > limit) return limit + 1;
  }
  return row[b.size()];
}

/// Whether the word is so short that it names what begins with it.
bool begins(std::string_view word, std::string_view name) {
  constexpr std::size_t kFewest = 3;
  return word.size() >= kFewest && word.size() < name.size() &&
         std::equal(word.begin(), word.end(), name.begin(), same);
}

}  // namespace

std::string nearest_spelling(std::string_view word, const std::vector<std::string>& candidates) {
  std::size_t limit = std::clamp<std::size_t>(word.size() / 3, 1, 4);
  const std::string* best = nullptr;
  for (const std::string& candidate : candidates) {
    const std::size_t edits = distance(word, candidate, limit);
    if (edits > limit) continue;
    best = &candidate;
    if (edits == 0) break;
    limit = edits - 1;
  }
  if (best != nullptr) return *best;
  const auto longer = std::find_if(candidates.begin(), candidates.end(),
                                   [&](const auto& name) { return begins(word, name); });
  return longer == candidates.end() ? std::string() : *longer;
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates) {
  const std::string near = nearest_spelling(word, candidates);
  return near.empty() ? std::string() : " (did you mean \"" + near + "\"?)";
}

std::string did_you_mean_or_there_are(std::string_view word,
                                      const std::vector<std::string>& candidates) {
  constexpr std::size_t kShown = 8;
  std::string near = did_you_mean(word, candidates);
  if (!near.empty() || candidates.empty()) return near;
  std::string names;
  for (std::size_t i = 0; i < std::min(kShown, candidates.size()); ++i)
    names += (i == 0 ? "\"" : ", \"") + printable(candidates[i], kShownBytes) + "\"";
  if (candidates.size() > kShown) names += ", …";
  return " (there " + std::string(candidates.size() == 1 ? "is " : "are ") + names + ")";
}

}  // namespace feat2vec
