#include "feat2vec/text_dictionary.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <functional>
#include <limits>

#include "feat2vec/error.h"

namespace feat2vec {
namespace {

constexpr std::size_t kShort = 8;  ///< bytes of a text that is its own key

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

TextDictionary::TextDictionary(std::string_view bytes, std::span<const std::size_t> offsets)
    : bytes_(bytes), offsets_(offsets.begin(), offsets.end()) {
  constexpr std::size_t kMost = std::numeric_limits<std::int32_t>::max();
  const bool fits = !offsets.empty() && offsets.size() <= kMost && offsets.front() == 0 &&
                    offsets.back() == bytes.size() &&
                    std::is_sorted(offsets.begin(), offsets.end());
  if (!fits) throw Error("TextDictionary", "offsets that rise from 0 to the bytes", "others");
}

TextDictionary::Slot TextDictionary::slot_of(std::string_view text) {
  constexpr std::size_t kLongest = std::numeric_limits<std::uint32_t>::max();
  const bool is_short = text.size() <= kShort;
  return {is_short ? short_key(text) : std::hash<std::string_view>{}(text),
          static_cast<std::uint32_t>(std::min(text.size(), kLongest)), kNone};
}

/// Where the search for a slot begins.
std::size_t TextDictionary::home(const Slot& slot) const {
  std::uint64_t hash = (slot.key + slot.length) * 0x9E3779B97F4A7C15U;
  hash = (hash ^ hash >> 32U) * 0xD6E8FEB86659FD93U;
  return static_cast<std::size_t>(hash >> static_cast<unsigned>(shift_));
}

bool TextDictionary::is_same(const Slot& slot, const Slot& wanted, std::string_view text) const {
  if (slot.key != wanted.key || slot.length != wanted.length) return false;
  return slot.length <= kShort || (*this)[slot.code] == text;
}

/// The place of a text, or the free one where it belongs.
std::size_t TextDictionary::place_of(const Slot& wanted, std::string_view text) const {
  std::size_t place = home(wanted);
  while (slots_[place].code != kNone && !is_same(slots_[place], wanted, text)) {
    place = (place + 1) & (slots_.size() - 1);
  }
  return place;
}

void TextDictionary::reserve(std::size_t texts) {
  constexpr std::size_t kFewest = 64;
  if (!slots_.empty() && texts * 3 <= slots_.size() * 2) return;
  slots_.assign(std::max(kFewest, std::bit_ceil(texts * 2)), {});
  shift_ = 64 - std::countr_zero(slots_.size());
  for (std::int32_t code = 0; code < size(); ++code) {
    Slot slot = slot_of((*this)[code]);
    slot.code = code;
    std::size_t place = home(slot);
    while (slots_[place].code != kNone) place = (place + 1) & (slots_.size() - 1);
    slots_[place] = slot;
  }
}

std::int32_t TextDictionary::add(const Slot& wanted, std::string_view text) {
  const std::size_t place = place_of(wanted, text);
  if (slots_[place].code != kNone) return slots_[place].code;
  if (size() >= std::numeric_limits<std::int32_t>::max() - 1) {
    throw Error("TextDictionary", "at most 2^31 - 2 different texts", "more");
  }
  slots_[place] = wanted;
  slots_[place].code = size();
  bytes_ += text;
  offsets_.push_back(bytes_.size());
  return slots_[place].code;
}

std::int32_t TextDictionary::add(std::string_view text) {
  reserve(offsets_.size());
  return add(slot_of(text), text);
}

void TextDictionary::add(std::span<const std::string_view> texts, std::int32_t* codes) {
  constexpr std::size_t kAtOnce = 64;  // so many slots are on their way from memory
  std::array<Slot, kAtOnce> wanted;
  while (!texts.empty()) {
    const auto some = texts.first(std::min(texts.size(), kAtOnce));
    reserve(offsets_.size() - 1 + some.size());
    for (std::size_t i = 0; i < some.size(); ++i) {
      wanted[i] = slot_of(some[i]);
      __builtin_prefetch(&slots_[home(wanted[i])]);
    }
    for (std::size_t i = 0; i < some.size(); ++i) *codes++ = add(wanted[i], some[i]);
    texts = texts.subspan(some.size());
  }
}

std::int32_t TextDictionary::find(std::string_view text) const {
  return slots_.empty() ? kNone : slots_[place_of(slot_of(text), text)].code;
}

void TextDictionary::release_index() {
  slots_ = {};
  bytes_.shrink_to_fit();
  offsets_.shrink_to_fit();
}

}  // namespace feat2vec
