#include "feat2vec/reading/fit_cases.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "tests/reading/small_table.h"

namespace feat2vec::reading {
namespace {

using testing::films;
using testing::small_table;
using testing::SmallTable;

TEST(CasesOfRow, AskInAllForms) {
  const SmallTable table = films({1, 2, 3, 4});
  const Values values(table.model);
  std::set<std::int32_t> answers;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const auto cases = cases_of_row(values, table.rows, 0, 1, {8, seed});
    double weights = 0;
    std::set<CaseForm> forms;
    for (const FitCase& one : cases) {
      forms.insert(one.form);
      weights += one.weight;
      const bool knows_other = std::any_of(one.query.begin(), one.query.end(), [&](const Known& c) {
        return c.feature == 1 && c.value != one.answer;
      });
      for (const Known& c : one.query) EXPECT_FALSE(c.feature == 1 && c.value == one.answer);
      EXPECT_EQ(one.also_right.size(), knows_other ? 0U : 1U);
      if (one.form == CaseForm::kRow) {
        EXPECT_EQ(one.query.size(), 3U);
      }
      if (one.form == CaseForm::kRowWithMembers) {
        EXPECT_EQ(one.query.size(), 4U);
      }
      if (one.form == CaseForm::kMembers) {
        EXPECT_EQ(one.query.size(), 1U);
      }
      if (one.form == CaseForm::kFeature) {
        EXPECT_EQ(one.query.size(), 1U);
      }
    }
    EXPECT_EQ(forms.size(), 4U);
    EXPECT_NEAR(weights, 4, 1e-12);
    EXPECT_LE(cases.size(), 8U);
    const auto single = cases_of_row(values, table.rows, 0, 1, {1, seed});
    ASSERT_EQ(single.size(), 1U);
    answers.insert(single[0].answer);
  }
  EXPECT_EQ(answers.size(), 2U);  // x and y, each in its turn
}

TEST(CasesOfRow, AskABasketForItsMembers) {
  const SmallTable table =
      small_table({{"items", data::FeatureKind::kBag, {{"a", "b", "c"}, {"a"}}}});
  const Values values(table.model);
  const auto cases = cases_of_row(values, table.rows, 0, 0, {8, 1});
  ASSERT_EQ(cases.size(), 3U);
  for (const FitCase& one : cases) EXPECT_EQ(one.query.size(), 2U);
  EXPECT_TRUE(cases_of_row(values, table.rows, 1, 0, {8, 1}).empty());
}

TEST(CasesOfRow, AskForTheFirstMemberWithTheOthersAsWrongAnswers) {
  const SmallTable table =
      small_table({{"kind", data::FeatureKind::kCategorical, {{"k"}, {"k"}}},
                   {"items", data::FeatureKind::kBag, {{"b", "a", "c"}, {"c"}}}});
  const Values values(table.model);
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    const auto cases = cases_of_row(values, table.rows, 0, 1, {8, seed, BagAnswer::kFirst});
    ASSERT_EQ(cases.size(), 3U);  // from the row, from row and members, from members: once each
    for (const FitCase& one : cases) {
      EXPECT_EQ(one.answer, table.value("items", "b"));
      EXPECT_TRUE(one.also_right.empty());
      EXPECT_EQ(one.weight, 1);
    }
  }
}

}  // namespace
}  // namespace feat2vec::reading
