#include "feat2vec/text_dictionary.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>
#include <vector>

#include "feat2vec/error.h"

namespace feat2vec {
namespace {

/// Texts of few bytes and many repeats, some of them longer than a key.
std::vector<std::string> random_texts(std::size_t count) {
  std::mt19937 random(7);
  std::vector<std::string> texts(count);
  for (std::string& text : texts) {
    for (auto n = random() % 12; n > 0; --n) text += "ab\0\xff"[random() % 4];
  }
  return texts;
}

TEST(TextDictionary, AgreesWithAMap) {
  std::map<std::string, std::int32_t> model;
  TextDictionary dictionary;
  for (const std::string& text : random_texts(20'000)) {
    const auto code = model.emplace(text, dictionary.size()).first->second;
    ASSERT_EQ(dictionary.add(text), code);
  }
  ASSERT_EQ(dictionary.size(), static_cast<std::int32_t>(model.size()));
  for (const auto& [text, code] : model) {
    EXPECT_EQ(dictionary[code], text);
    EXPECT_EQ(dictionary.find(text), code);
  }
  EXPECT_EQ(dictionary.find("never"), TextDictionary::kNone);
}

TEST(TextDictionary, ManyTextsAtOnceGetTheSameCodes) {
  const std::vector<std::string> texts = random_texts(5'000);
  const std::vector<std::string_view> views(texts.begin(), texts.end());
  TextDictionary one_by_one;
  TextDictionary at_once;
  std::vector<std::int32_t> codes(texts.size());
  at_once.add(views, codes.data());
  for (std::size_t i = 0; i < texts.size(); ++i) {
    ASSERT_EQ(codes[i], one_by_one.add(texts[i])) << i;
  }
  std::vector<std::int32_t> found(texts.size());
  at_once.find(views, found.data());
  EXPECT_EQ(found, codes);
  TextDictionary().find(views, found.data());
  EXPECT_EQ(found, std::vector<std::int32_t>(texts.size(), TextDictionary::kNone));
}

TEST(TextDictionary, GrowsOnAfterItsIndexWasReleased) {
  TextDictionary dictionary;
  EXPECT_EQ(dictionary.find("a"), TextDictionary::kNone);
  EXPECT_EQ(dictionary.add("a"), 0);
  EXPECT_EQ(dictionary.add("a rather long text"), 1);
  dictionary.release_index();
  EXPECT_EQ(dictionary[1], "a rather long text");
  EXPECT_EQ(dictionary.add("b"), 2);
  EXPECT_EQ(dictionary.add("a rather long text"), 1);
  EXPECT_EQ(dictionary.add(""), 3);
  EXPECT_EQ(dictionary.add("a"), 0);
}

TEST(TextDictionary, IsMadeOfPartsThatFit) {
  TextDictionary dictionary;
  for (const char* text : {"a", "", "bc"}) dictionary.add(text);
  using Offsets = std::vector<std::size_t>;
  TextDictionary same(std::string(dictionary.bytes()),
                      Offsets(dictionary.offsets().begin(), dictionary.offsets().end()));
  EXPECT_EQ(same[2], "bc");
  EXPECT_EQ(same.add(""), 1);
  for (const Offsets& offsets : {Offsets{}, Offsets{0, 2}, Offsets{1, 3}, Offsets{0, 2, 1, 3}}) {
    EXPECT_THROW(TextDictionary("abc", offsets), Error);
  }
}

}  // namespace
}  // namespace feat2vec
