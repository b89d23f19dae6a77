#include "feat2vec/bounded_json.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/support/errors.h"

namespace feat2vec {
namespace {

using testing::error_of;

std::string refused(const std::string& text) {
  return error_of([&] { parse_json(text, "s.json"); });
}

std::string nested(std::size_t levels) {
  return std::string(levels, '[') + std::string(levels, ']');
}

TEST(BoundedJson, ReadsJson) {
  EXPECT_EQ(parse_json(R"({"a": [1, {"a": "x"}]})", "s.json").at("a")[1].at("a"), "x");
  EXPECT_EQ(parse_json(nested(kMaxJsonDepth), "s.json").size(), 1U);
}

TEST(BoundedJson, RefusesDepth) {
  const std::string expected = "s.json: expected JSON of at most 64 levels, received more";
  EXPECT_EQ(refused(nested(kMaxJsonDepth + 1)), expected);
  EXPECT_EQ(refused(std::string(1U << 20U, '[')), expected);
  EXPECT_EQ(refused("{\"a\":" + nested(1U << 20U) + "}"), expected);
  std::string objects;
  for (int i = 0; i < 100'000; ++i) objects += "{\"a\":";
  EXPECT_EQ(refused(objects), expected);
}

TEST(BoundedJson, ErrorsNameTheByteAndAreShort) {
  EXPECT_TRUE(refused("{\"a\":}").starts_with("s.json: expected JSON, received an error at byte 6"))
      << refused("{\"a\":}");
  EXPECT_TRUE(refused("").starts_with("s.json: expected JSON, received an error at byte 1"));
  EXPECT_TRUE(refused("{\"a\":1e999}").starts_with("s.json: expected JSON, received "));
  EXPECT_TRUE(refused("\"\xff\"").starts_with("s.json: expected JSON, received "));
  EXPECT_LT(refused("[\"" + std::string(1'000'000, 'x')).size(), 300U);
  EXPECT_EQ(refused(R"([{"a":1,"a":2}])"),
            "s.json: expected JSON with each key once, received \"a\" twice");
}

TEST(BoundedJson, ShowsValuesShortly) {
  EXPECT_EQ(shown(-2.5), "-2.5");
  EXPECT_EQ(shown("é\n"), "\"\\u00e9\\n\"");
  EXPECT_EQ(shown({1, 2, 3}), "a list of 3");
  EXPECT_EQ(shown({{"a", 1}}), "an object of 1");
  EXPECT_LT(shown(std::string(1000, '\1')).size(), 500U);
}

}  // namespace
}  // namespace feat2vec
