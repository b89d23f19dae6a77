#include "apps/readouts.h"

#include <gmock/gmock.h>

#include "apps/command.h"
#include "feat2vec/reading/reader_fit.h"
#include "feat2vec/reading/stored_reader.h"
#include "tests/reading/small_table.h"
#include "tests/support/errors.h"

namespace feat2vec::apps {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// A model of four films that keeps counts of them and a reader of directors alone.
class ReadoutsOfAModel : public ::testing::Test {
 protected:
  void store_reader() {
    const reading::Memory memory(table_.rows, values_);
    const std::int32_t director = table_.feature("director");
    const auto fitted = reading::fit_reader(values_, &memory, table_.rows, {.targets = {director}});
    table_.model.reader = reading::stored_reader(fitted, &memory);
  }

  StoredKnowledge stored() const { return {table_.model, values_, "m.f2v"}; }

  testing::SmallTable table_ = testing::films();
  reading::Values values_{table_.model};
};

TEST_F(ReadoutsOfAModel, WithoutReaderAndCountsAreThoseThatNeedNone) {
  const StoredKnowledge nothing = stored();
  const Readouts readouts(values_, nothing);
  EXPECT_THAT(readouts.available(table_.feature("director")),
              ElementsAre("popularity", "cosine", "score", "score-sqrt", "mixture"));
  EXPECT_EQ(readouts.best(table_.feature("director")), "mixture");
  EXPECT_THAT(std::string(readouts.lacking("counts")), HasSubstr("--train"));
  EXPECT_THAT(std::string(readouts.lacking("reader")), HasSubstr("fitted reader"));
  EXPECT_EQ(readouts.lacking("cosine"), "");
  EXPECT_THROW(readouts.get("pmi"), UsageError);
}

TEST_F(ReadoutsOfAModel, TheReaderAnswersForTheTargetsThatItWasFittedFor) {
  store_reader();
  const StoredKnowledge knowledge = stored();
  const Readouts readouts(values_, knowledge);
  EXPECT_EQ(readouts.available(table_.feature("director")), Readouts::names());
  const std::vector<std::string> of_kind = readouts.available(table_.feature("kind"));
  EXPECT_THAT(of_kind, ::testing::Not(::testing::Contains("reader")));
  EXPECT_EQ(of_kind.size(), Readouts::names().size() - 1);
  EXPECT_EQ(readouts.best(table_.feature("director")), "reader");
  EXPECT_EQ(readouts.best(table_.feature("kind")), "mixture");
  EXPECT_EQ(readouts.lacking("reader"), "");
  EXPECT_EQ(readouts.get("reader").name(), "reader");
}

TEST_F(ReadoutsOfAModel, WhatWasStoredMustFit) {
  store_reader();
  table_.model.reader->weights = 3;
  EXPECT_THAT(testing::error_of([&] { stored(); }), HasSubstr("m.f2v"));
}

TEST(ValuesOptions, FollowTraining) {
  testing::SmallTable table = testing::films();
  EXPECT_EQ(values_options(table.model).alpha2, 0.75);
  EXPECT_FALSE(values_options(table.model).prior_in_bias);
  table.model.provenance["options"] = {{"alpha2", 0.5}};
  EXPECT_EQ(values_options(table.model).alpha2, 0.5);
  table.model.provenance["options"] = {{"alpha2", "half"}};
  EXPECT_EQ(values_options(table.model).alpha2, 0.75);
  EXPECT_FALSE(values_options(table.model).whole_rows);
  table.model.provenance["options"]["context"] = {{"all", 0.5}, {"subset", 0.5}};
  EXPECT_TRUE(values_options(table.model).whole_rows);
  table.model.provenance["options"]["context"] = "by table";
  EXPECT_FALSE(values_options(table.model).whole_rows);
  ModelOptions options;
  options.prior = Prior::kValue;
  testing::fill(table.model, options, 0.1);
  EXPECT_TRUE(values_options(table.model).prior_in_bias);
}

}  // namespace
}  // namespace feat2vec::apps
