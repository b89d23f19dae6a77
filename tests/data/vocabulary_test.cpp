#include "feat2vec/data/vocabulary.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <random>

#include "tests/support/errors.h"

namespace feat2vec::data {
namespace {

using testing::error_of;
using ::testing::HasSubstr;

TEST(Vocabulary, OrdersByCountThenByBytes) {
  const Vocabulary vocabulary({{"b", 2}, {"ä", 2}, {"B", 2}, {"rare", 1}, {"often", 9}}, 0);
  const std::vector<std::string> expected{"often", "B", "b", "ä", "rare"};
  for (std::size_t id = 0; id < expected.size(); ++id)
    EXPECT_EQ(vocabulary.value(static_cast<std::int64_t>(id)), expected[id]);
  EXPECT_EQ(vocabulary.count(0), 9);
  EXPECT_EQ(vocabulary.count(4), 1);
}

TEST(Vocabulary, AgreesWithAMapWhateverTheOrderOfTheValues) {
  std::mt19937 random(7);
  std::map<std::string, std::int64_t> model;
  while (model.size() < 300) model["v" + std::to_string(random() % 9999)] = 1 + random() % 5;
  std::vector<std::pair<std::string_view, std::int64_t>> values(model.begin(), model.end());
  const Vocabulary sorted(values, 4);
  std::shuffle(values.begin(), values.end(), random);
  const Vocabulary shuffled(values, 4);
  ASSERT_EQ(sorted.size(), 300);
  for (const auto& [value, count] : model) {
    const auto id = shuffled.find(value);
    ASSERT_TRUE(id.has_value());
    EXPECT_EQ(id, sorted.find(value));
    EXPECT_EQ(shuffled.value(*id), value);
    EXPECT_EQ(shuffled.count(*id), count);
  }
  EXPECT_EQ(shuffled.find("never seen"), std::nullopt);
}

TEST(Vocabulary, OfADictionaryIsTheSame) {
  TextDictionary texts;
  std::vector<std::int64_t> counts;
  std::vector<std::pair<std::string_view, std::int64_t>> values;
  std::mt19937 random(7);
  for (int i = 0; i < 400; ++i) {  // some of them alike in more than their first bytes
    std::string text(random() % 12, 'x');
    for (auto n = random() % 4; n > 0; --n) text += "a\xff"[random() % 2];
    if (texts.add(text) == std::ssize(counts)) counts.push_back(random() % 4);
  }
  for (std::int32_t code = 0; code < texts.size(); ++code) {
    const std::int64_t count = counts[static_cast<std::size_t>(code)];
    if (count > 0) values.emplace_back(texts[code], count);
  }
  std::sort(values.begin(), values.end(), [](const auto& a, const auto& b) {
    return a.second != b.second ? a.second > b.second : a.first < b.first;
  });
  std::vector<std::int32_t> ids;
  const Vocabulary vocabulary(texts, counts, 5, ids);
  ASSERT_EQ(vocabulary.size(), std::ssize(values));
  EXPECT_EQ(vocabulary.missing_count(), 5);
  for (std::size_t id = 0; id < values.size(); ++id) {
    EXPECT_EQ(vocabulary.value(static_cast<std::int64_t>(id)), values[id].first);
    EXPECT_EQ(vocabulary.counts()[id], values[id].second);
  }
  EXPECT_EQ(vocabulary.counts().back(), 5);
  EXPECT_EQ(vocabulary.find(texts), ids);
  for (std::int32_t code = 0; code < texts.size(); ++code)
    EXPECT_EQ(vocabulary.find(texts[code]).value_or(kNoValue), ids[static_cast<std::size_t>(code)]);
}

TEST(Vocabulary, OfADictionaryNeedsACountForEachText) {
  TextDictionary texts;
  texts.add("a");
  std::vector<std::int32_t> ids;
  for (const std::vector<std::int64_t>& counts : {std::vector<std::int64_t>{}, {1, 1}, {-1}})
    EXPECT_THAT(error_of([&] { Vocabulary(texts, counts, 0, ids); }),
                HasSubstr("expected a count of 0 or more for each text"));
}

TEST(Vocabulary, MissingIsTheLastIdWhenItWasSeen) {
  const Vocabulary vocabulary({{"a", 1}, {"b", 5}}, 3);
  EXPECT_EQ(vocabulary.size(), 2);
  EXPECT_EQ(vocabulary.rows(), 3);
  EXPECT_EQ(vocabulary.missing_id(), 2);
  EXPECT_EQ(vocabulary.value(2), "");
  EXPECT_EQ(vocabulary.count(2), 3);
  EXPECT_EQ(vocabulary.missing_count(), 3);
  EXPECT_EQ(vocabulary.find(""), std::nullopt);
}

TEST(Vocabulary, MissingHasNoIdWhenItWasNotSeen) {
  const Vocabulary vocabulary({{"a", 1}}, 0);
  EXPECT_EQ(vocabulary.rows(), 1);
  EXPECT_EQ(vocabulary.missing_id(), kNoValue);
  EXPECT_THAT(error_of([&] { vocabulary.value(1); }),
              HasSubstr("expected an id in [0, 1), received 1"));
}

TEST(Vocabulary, OfNothingIsEmpty) {
  EXPECT_EQ(Vocabulary().rows(), 0);
  EXPECT_EQ(Vocabulary({}, 2).missing_id(), 0);
  EXPECT_EQ(Vocabulary().find("a"), std::nullopt);
}

TEST(Vocabulary, RejectsIdsOutsideTheTable) {
  const Vocabulary vocabulary({{"a", 1}, {"b", 5}}, 3);
  for (const std::int64_t id : {-2, -1, 3}) {
    EXPECT_THAT(error_of([&] { vocabulary.value(id); }), HasSubstr("expected an id in [0, 3)"));
    EXPECT_THAT(error_of([&] { vocabulary.count(id); }), HasSubstr("expected an id in [0, 3)"));
  }
}

TEST(Vocabulary, RejectsWrongCountsAndRepeatedValues) {
  EXPECT_THAT(error_of([] { Vocabulary({{"a", 0}}, 0); }), HasSubstr("received 0 for \"a\""));
  EXPECT_THAT(error_of([] {
                Vocabulary({{"a", 2}, {"b", 1}, {"a", 1}}, 0);
              }),
              HasSubstr("expected each value once, received \"a\" twice"));
  EXPECT_THAT(error_of([] { Vocabulary({}, -1); }),
              HasSubstr("expected a missing count of 0 or more"));
}

TEST(Vocabulary, KnowsTheNearestSpelling) {
  const Vocabulary vocabulary({{"Comedy", 1}, {"Drama", 5}}, 3);
  EXPECT_EQ(vocabulary.nearest_spelling("comdy"), "Comedy");
  EXPECT_EQ(vocabulary.nearest_spelling("western"), "");
}

}  // namespace
}  // namespace feat2vec::data
