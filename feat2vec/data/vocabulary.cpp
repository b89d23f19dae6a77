#include "feat2vec/data/vocabulary.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "feat2vec/error.h"
#include "feat2vec/spelling.h"

namespace feat2vec::data {

namespace {

/// What a value is sorted by: most of the time its text need not be looked at.
struct Rank {
  std::uint64_t start = 0;  ///< the first eight bytes, the first one on top
  std::int64_t count = 0;
  std::int32_t value = 0;  ///< its number
};

std::uint64_t start_of(std::string_view value) {
  std::array<unsigned char, sizeof(std::uint64_t)> bytes{};
  std::copy_n(value.begin(), std::min(value.size(), bytes.size()), bytes.begin());
  std::uint64_t start = 0;
  for (const unsigned char byte : bytes) start = start << 8U | byte;
  return start;
}

/// Sorts by eight bits of `word_of(rank)` from `shift` on; what is equal in them keeps its order.
template <typename WordOf>
void sort_by_byte(std::vector<Rank>& ranks, std::vector<Rank>& scratch, const WordOf& word_of,
                  int shift) {
  const auto digit = [&](const Rank& rank) { return (word_of(rank) >> shift) & 0xFFU; };
  std::array<std::size_t, 257> begin{};
  for (const Rank& rank : ranks) ++begin[digit(rank) + 1];
  std::partial_sum(begin.begin(), begin.end(), begin.begin());
  for (const Rank& rank : ranks) scratch[begin[digit(rank)]++] = rank;
  ranks.swap(scratch);
}

/// Sorts by a word of 64 bits, the least significant byte first. Bytes in which all agree are passed
/// over: most of a count, and of values that begin alike.
template <typename WordOf>
void sort_by_word(std::vector<Rank>& ranks, std::vector<Rank>& scratch, const WordOf& word_of) {
  std::uint64_t varying = 0;
  for (const Rank& rank : ranks) varying |= word_of(rank) ^ word_of(ranks.front());
  for (int shift = 0; shift < 64; shift += 8)
    if (((varying >> shift) & 0xFFU) != 0) sort_by_byte(ranks, scratch, word_of, shift);
}

/// Sorts values by count (descending), then by bytes.
template <typename TextOf>
void sort(std::vector<Rank>& ranks, const TextOf& text_of) {
  std::vector<Rank> scratch(ranks.size());
  for (Rank& rank : ranks) rank.start = start_of(text_of(rank.value));
  sort_by_word(ranks, scratch, [](const Rank& rank) { return rank.start; });
  sort_by_word(ranks, scratch,
               [](const Rank& rank) { return ~static_cast<std::uint64_t>(rank.count); });
  for (auto run = ranks.begin(); run != ranks.end();) {
    const auto end = std::find_if(run, ranks.end(), [&](const Rank& rank) {
      return rank.count != run->count || rank.start != run->start;
    });
    if (end - run > 1)
      std::sort(run, end,
                [&](const Rank& a, const Rank& b) { return text_of(a.value) < text_of(b.value); });
    run = end;
  }
}

void check_missing(std::int64_t count) {
  if (count < 0)
    throw Error("Vocabulary", "a missing count of 0 or more", fmt::format("{}", count));
}

}  // namespace

Vocabulary::Vocabulary(const std::vector<std::pair<std::string_view, std::int64_t>>& values,
                       std::int64_t missing_count)
    : missing_count_(missing_count) {
  check_missing(missing_count);
  TextDictionary texts;
  std::vector<std::int64_t> counts;
  texts.reserve(values.size());
  counts.reserve(values.size());
  for (const auto& [value, count] : values) {
    if (count <= 0)
      throw Error("Vocabulary", "counts above 0", fmt::format("{} for \"{}\"", count, value));
    if (texts.add(value) != static_cast<std::int32_t>(counts.size()))
      throw Error("Vocabulary", "each value once", fmt::format("\"{}\" twice", value));
    counts.push_back(count);
  }
  std::vector<std::int32_t> unused;
  *this = Vocabulary(texts, counts, missing_count, unused);
}

Vocabulary::Vocabulary(const TextDictionary& texts, std::span<const std::int64_t> counts,
                       std::int64_t missing_count, std::vector<std::int32_t>& ids)
    : missing_count_(missing_count) {
  check_missing(missing_count);
  const auto falls = [](std::int64_t count) { return count < 0; };
  if (std::ssize(counts) != texts.size() || std::any_of(counts.begin(), counts.end(), falls))
    throw Error("Vocabulary", "a count of 0 or more for each text", "others");
  std::vector<Rank> ranks;
  ranks.reserve(counts.size());
  for (std::int32_t code = 0; code < texts.size(); ++code)
    if (const std::int64_t count = counts[static_cast<std::size_t>(code)]; count > 0)
      ranks.push_back({0, count, code});
  sort(ranks, [&](std::int32_t code) { return texts[code]; });
  ids.assign(counts.size(), kNoValue);
  std::vector<std::int64_t>& own = values_->counts;
  own.reserve(ranks.size() + 1);
  std::string bytes;
  std::vector<std::size_t> offsets{0};
  offsets.reserve(ranks.size() + 1);
  for (const Rank& rank : ranks) {
    ids[static_cast<std::size_t>(rank.value)] = static_cast<std::int32_t>(own.size());
    own.push_back(rank.count);
    bytes += texts[rank.value];
    offsets.push_back(bytes.size());
  }
  bytes.shrink_to_fit();
  values_->texts = TextDictionary(std::move(bytes), std::move(offsets));
  if (missing_count_ > 0) own.push_back(missing_count_);
}

const TextDictionary& Vocabulary::indexed() const {
  std::call_once(values_->has_index, [&] { values_->texts.make_index(); });
  return values_->texts;
}

std::optional<std::int32_t> Vocabulary::find(std::string_view value) const {
  const std::int32_t id = indexed().find(value);
  if (id == TextDictionary::kNone) return std::nullopt;
  return id;
}

std::vector<std::int32_t> Vocabulary::find(const TextDictionary& texts) const {
  static_assert(TextDictionary::kNone == kNoValue);
  std::vector<std::int32_t> ids(static_cast<std::size_t>(texts.size()));
  std::vector<std::string_view> some(1024);
  for (std::int32_t code = 0; code < texts.size();) {
    std::size_t count = 0;
    const auto first = static_cast<std::size_t>(code);
    for (; count < some.size() && code < texts.size(); ++code) some[count++] = texts[code];
    indexed().find({some.data(), count}, ids.data() + first);
  }
  return ids;
}

std::int32_t Vocabulary::missing_id() const {
  return missing_count_ > 0 ? static_cast<std::int32_t>(size()) : kNoValue;
}

std::string_view Vocabulary::value(std::int64_t id) const {
  if (id < 0 || id >= rows())
    throw Error("Vocabulary", fmt::format("an id in [0, {})", rows()), fmt::format("{}", id));
  return id == size() ? std::string_view() : values()[static_cast<std::int32_t>(id)];
}

std::int64_t Vocabulary::count(std::int64_t id) const {
  if (id < 0 || id >= rows())
    throw Error("Vocabulary", fmt::format("an id in [0, {})", rows()), fmt::format("{}", id));
  return counts()[static_cast<std::size_t>(id)];
}

std::string Vocabulary::nearest_spelling(std::string_view value) const {
  std::vector<std::string> values;
  values.reserve(static_cast<std::size_t>(size()));
  for (std::int32_t id = 0; id < this->values().size(); ++id)
    values.emplace_back(this->values()[id]);
  return feat2vec::nearest_spelling(value, values);
}

}  // namespace feat2vec::data
