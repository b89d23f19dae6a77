#include "apps/run_position.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "feat2vec/error.h"

namespace feat2vec::apps {
namespace {

RunPosition some_position() {
  return {.stage = "final",
          .epochs = 7,
          .selection = {{"best_epoch", 3}},
          .options = {{"dim", 8}},
          .data = "a print",
          .trainer = {{"epoch", 2}}};
}

std::string error_of(const nlohmann::json& written) {
  try {
    run_position_from_json(written, "m.checkpoint");
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(RunPosition, ComesBackFromJson) {
  const nlohmann::json written = to_json(some_position());
  EXPECT_EQ(to_json(run_position_from_json(written, "m.checkpoint")), written);
}

TEST(RunPosition, NamesWhatIsNotAsItWasWritten) {
  const nlohmann::json good = to_json(some_position());
  const std::pair<const char*, nlohmann::json> wrong[] = {
      {"stage", 1},         {"epochs", -1},    {"epochs", 1.5}, {"selection", "none"},
      {"options", nullptr}, {"data", nullptr}, {"trainer", 3}};
  for (const auto& [name, value] : wrong) {
    nlohmann::json bad = good;
    bad[name] = value;
    EXPECT_THAT(error_of(bad),
                ::testing::AllOf(::testing::StartsWith("m.checkpoint: expected "),
                                 ::testing::HasSubstr(name), ::testing::HasSubstr(value.dump())));
    bad.erase(name);
    EXPECT_THAT(error_of(bad), ::testing::HasSubstr("of its position, received none"));
  }
  EXPECT_THAT(error_of(nlohmann::json::array()), ::testing::HasSubstr("expected a position"));
}

}  // namespace
}  // namespace feat2vec::apps
