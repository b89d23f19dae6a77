#include "feat2vec/text_dictionary.h"

#include <xxhash.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <limits>
#include <utility>

#include "feat2vec/error.h"

namespace feat2vec {
namespace {

constexpr std::size_t kShort = 8;    ///< bytes of a text that is its own key
constexpr std::size_t kAtOnce = 64;  ///< texts whose slots are on their way from memory

template <typename T>
std::uint64_t load(const char* from) {
  T value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

/// Different for different texts of one length up to `kShort`.
std::uint64_t short_key(std::string_view text) {
  const char* first = text.data();
  const std::size_t size = text.size();
  if (size >= 4) return load<std::uint32_t>(first) | load<std::uint32_t>(first + size - 4) << 32U;
  if (size == 0) return 0;
  return load<std::uint8_t>(first) | load<std::uint8_t>(first + size / 2) << 8U |
         load<std::uint8_t>(first + size - 1) << 16U;
}

}  // namespace

TextDictionary::TextDictionary(std::string bytes, std::vector<std::size_t> offsets)
    : bytes_(std::move(bytes)), offsets_(std::move(offsets)) {
  constexpr std::size_t kMost = std::numeric_limits<std::int32_t>::max();
  const bool fits = !offsets_.empty() && offsets_.size() <= kMost && offsets_.front() == 0 &&
                    offsets_.back() == bytes_.size() &&
                    std::is_sorted(offsets_.begin(), offsets_.end());
  if (!fits) throw Error("TextDictionary", "offsets that rise from 0 to the bytes", "others");
}

inline TextDictionary::Slot TextDictionary::slot_of(std::string_view text) {
  constexpr std::size_t kLongest = std::numeric_limits<std::uint32_t>::max();
  const bool is_short = text.size() <= kShort;
  return {is_short ? short_key(text) : XXH3_64bits(text.data(), text.size()),
          static_cast<std::uint32_t>(std::min(text.size(), kLongest)), kNone};
}

/// Where the search for a slot begins.
inline std::size_t TextDictionary::home(const Slot& slot) const {
  std::uint64_t hash = (slot.key + slot.length) * 0x9E3779B97F4A7C15U;
  hash = (hash ^ hash >> 32U) * 0xD6E8FEB86659FD93U;
  return static_cast<std::size_t>(hash >> static_cast<unsigned>(shift_));
}

inline TextDictionary::Wanted TextDictionary::wanted(std::string_view text) const {
  const Slot slot = slot_of(text);
  return {slot, home(slot)};
}

inline bool TextDictionary::is_same(const Slot& slot, const Slot& wanted,
                                    std::string_view text) const {
  if (slot.key != wanted.key || slot.length != wanted.length) return false;
  return slot.length <= kShort || (*this)[slot.code] == text;
}

/// The place of a text, or the free one where it belongs.
inline std::size_t TextDictionary::place_of(const Wanted& wanted, std::string_view text) const {
  std::size_t place = wanted.home;
  while (slots_[place].code != kNone && !is_same(slots_[place], wanted.slot, text)) {
    place = (place + 1) & (slots_.size() - 1);
  }
  return place;
}

/// Puts in a slot that is not there yet.
inline void TextDictionary::put(const Slot& slot) {
  std::size_t place = home(slot);
  while (slots_[place].code != kNone) place = (place + 1) & (slots_.size() - 1);
  slots_[place] = slot;
}

void TextDictionary::reserve(std::size_t texts) {
  constexpr std::size_t kFewest = 64;
  if (!slots_.empty() && texts * 3 <= slots_.size() * 2) return;
  const PageVector<Slot> before =
      std::exchange(slots_, PageVector<Slot>(std::max(kFewest, std::bit_ceil(texts * 2))));
  shift_ = 64 - std::countr_zero(slots_.size());
  // In the order of their places, which is nearly that of the new ones.
  for (const Slot& slot : before)
    if (slot.code != kNone) put(slot);
  if (!before.empty()) return;
  for (std::int32_t code = 0; code < size(); ++code) {
    Slot slot = slot_of((*this)[code]);
    slot.code = code;
    put(slot);
  }
}

inline std::int32_t TextDictionary::add(const Wanted& wanted, std::string_view text) {
  const std::size_t place = place_of(wanted, text);
  if (slots_[place].code != kNone) return slots_[place].code;
  if (size() >= std::numeric_limits<std::int32_t>::max() - 1) {
    throw Error("TextDictionary", "at most 2^31 - 2 different texts", "more");
  }
  slots_[place] = wanted.slot;
  slots_[place].code = size();
  bytes_ += text;
  offsets_.push_back(bytes_.size());
  return slots_[place].code;
}

std::int32_t TextDictionary::add(std::string_view text) {
  reserve(offsets_.size());
  return add(wanted(text), text);
}

/// Calls `visit` for each text when the slots of all of them are on their way from memory.
template <typename Visit>
void TextDictionary::for_each_wanted(std::span<const std::string_view> texts,
                                     const Visit& visit) const {
  std::array<Wanted, kAtOnce> sought;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    sought[i] = wanted(texts[i]);
    __builtin_prefetch(&slots_[sought[i].home]);
  }
  for (std::size_t i = 0; i < texts.size(); ++i) visit(sought[i], texts[i]);
}

void TextDictionary::add(std::span<const std::string_view> texts, std::int32_t* codes) {
  while (!texts.empty()) {
    const auto some = texts.first(std::min(texts.size(), kAtOnce));
    reserve(offsets_.size() - 1 + some.size());
    for_each_wanted(
        some, [&](const Wanted& wanted, std::string_view text) { *codes++ = add(wanted, text); });
    texts = texts.subspan(some.size());
  }
}

std::int32_t TextDictionary::find(std::string_view text) const {
  return slots_.empty() ? kNone : slots_[place_of(wanted(text), text)].code;
}

void TextDictionary::find(std::span<const std::string_view> texts, std::int32_t* codes) const {
  if (slots_.empty()) std::fill_n(codes, texts.size(), kNone);
  while (!slots_.empty() && !texts.empty()) {
    const auto some = texts.first(std::min(texts.size(), kAtOnce));
    for_each_wanted(some, [&](const Wanted& wanted, std::string_view text) {
      *codes++ = slots_[place_of(wanted, text)].code;
    });
    texts = texts.subspan(some.size());
  }
}

void TextDictionary::release_index() {
  slots_ = {};
  bytes_.shrink_to_fit();
  offsets_.shrink_to_fit();
}

}  // namespace feat2vec
