#include "feat2vec/tables/encoder.h"

#include <gtest/gtest.h>

#include "tests/support/data.h"
#include "tests/support/errors.h"
#include "tests/tables/encoding.h"
#include "tests/tables/table_files.h"

namespace feat2vec::tables {
namespace {

using data::Feature;
using data::FeatureKind;
using data::MissingPolicy;
using data::Schema;
using data::UnseenPolicy;
using testing::encode;
using testing::error_of;
using testing::feature;
using testing::schema_of;
using testing::TableFiles;
using Cells = std::vector<std::string>;

const Feature kCategory = feature(FeatureKind::kCategorical, {"c"});
const Feature kBag = feature(FeatureKind::kBag, {"c"}, ",");

TEST(Encoder, IdsRunByCountThenBytes) {
  EXPECT_EQ(encode(kCategory, {"b", "a", "c", "c"}, {"c", "a", "b"}), (Cells{"0", "1", "2"}));
}

TEST(Encoder, MissingCategoryHasAVectorOfItsOwnIfTrainingHadOne) {
  FeatureCounts counts;
  EXPECT_EQ(encode(kCategory, {"a", "", "a"}, {"", "a"}, &counts), (Cells{"1", "0"}));
  EXPECT_EQ(counts.missing, 1);
  EXPECT_EQ(counts.unseen, 0);
  EXPECT_EQ(encode(kCategory, {"a", "a"}, {"", "a"}, &counts), (Cells{"-1", "0"}));
  EXPECT_EQ(counts.missing, 1);
  EXPECT_EQ(counts.unseen, 1);
  Feature left_out = kCategory;
  left_out.missing = MissingPolicy::kLeaveOut;
  EXPECT_EQ(encode(left_out, {"a", "", "a"}, {"", "a"}, &counts), (Cells{"-1", "0"}));
  EXPECT_EQ(counts.unseen, 0);
}

TEST(Encoder, MissingCountIsZeroWhenLeftOut) {
  TextColumn column("c");
  for (const char* cell : {"a", "", "b"}) column.append(cell);
  Feature left_out = kCategory;
  left_out.missing = MissingPolicy::kLeaveOut;
  const Table table({column});
  EXPECT_EQ(Encoder::fit(table, schema_of({left_out})).vocabularies()[0].rows(), 2);
  EXPECT_EQ(Encoder::fit(table, schema_of({kCategory})).vocabularies()[0].rows(), 3);
}

TEST(Encoder, UnseenCategories) {
  FeatureCounts counts;
  EXPECT_EQ(encode(kCategory, {"a", "b"}, {"z", "a", "z", "y"}, &counts),
            (Cells{"-1", "0", "-1", "-1"}));
  EXPECT_EQ(counts.unseen, 3);
  EXPECT_EQ(counts.unseen_examples, (Cells{"z", "y"}));
  Feature mean = kCategory;
  mean.unseen = UnseenPolicy::kMeanVector;
  EXPECT_EQ(encode(mean, {"a", "b"}, {"z", "a"}), (Cells{"-2", "0"}));
}

TEST(Encoder, UnseenCanBeAnErrorThatNamesTheCell) {
  const TableFiles files;
  Feature strict = feature(FeatureKind::kCategorical, {"name"});
  strict.unseen = UnseenPolicy::kError;
  const Encoder encoder =
      Encoder::fit(files.read("t.csv", "n,name\n1,Campion\n2,Leone\n"), schema_of({strict}));
  const Table later = files.read("later.csv", "name,n\nLeone,1\nCampio,2\n");
  EXPECT_EQ(files.without_folder(error_of([&] { encoder.encode(later); })),
            "later.csv:3:1 (name): expected a value seen in training, received 'Campio' (did you "
            "mean \"Campion\"?)");
}

TEST(Encoder, BagsAreTrimmedUnitedAndWithoutRepeats) {
  EXPECT_EQ(encode(kBag, {"a, b", " a ,c,,a", "a"}, {"c, a", "b,b", "a"}),
            (Cells{"{0,2}", "{1}", "{0}"}));
  TextColumn one("x");
  TextColumn two("y", true);
  one.append("a,b");
  one.append("");
  const std::vector<std::string_view> members{"b", "c"};
  two.append_list(members);
  two.append_missing();
  const Table table({one, two});
  const Encoder encoder =
      Encoder::fit(table, schema_of({feature(FeatureKind::kBag, {"x", "y"}, ",")}));
  EXPECT_EQ(encoder.vocabularies()[0].size(), 3);
  EXPECT_EQ(encoder.vocabularies()[0].count(0), 1);  // b counts once a row
  EXPECT_EQ(testing::cells(encoder.encode(table).dataset.column(0)), (Cells{"{0,1,2}", "{3}"}));
}

TEST(Encoder, BagsKeepTheOrderOfTheirMembers) {
  TextColumn column("c");
  for (const char* cell : {"z,z1", "z", "m,z,a"}) column.append(cell);
  const Table table({column});
  const Encoder encoder = Encoder::fit(table, schema_of({kBag}));
  const auto dataset = encoder.encode(table).dataset;
  const auto* ids = dataset.column(0).ids.const_data_ptr<std::int32_t>();
  const auto* offsets = dataset.column(0).offsets.const_data_ptr<std::int64_t>();
  Cells last;
  for (std::int64_t i = offsets[2]; i < offsets[3]; ++i) {
    last.emplace_back(encoder.vocabularies()[0].value(ids[i]));
  }
  EXPECT_EQ(last, (Cells{"m", "z", "a"}));
}

TEST(Encoder, UnseenMembersAndEmptyBags) {
  FeatureCounts counts;
  EXPECT_EQ(encode(kBag, {"a,b", "a", ""}, {"a,z,z", "", ",", "z"}, &counts),
            (Cells{"{0}", "{2}", "{2}", "{}"}));
  EXPECT_EQ(counts.missing, 2);
  EXPECT_EQ(counts.unseen, 2);
  Feature mean = kBag;
  mean.unseen = UnseenPolicy::kMeanVector;
  EXPECT_EQ(encode(mean, {"a,b", "a"}, {"z,a,z,y"}), (Cells{"{-2,-2,0}"}));
  EXPECT_EQ(encode(kBag, {"a,b", "a"}, {""}), (Cells{"{}"}));
}

TEST(Encoder, MissingWords) {
  TextColumn column("c");
  for (const char* cell : {"a", "NA", "b,NA"}) column.append(cell);
  Schema schema = schema_of({kBag});
  schema.missing_words = {"NA"};
  const Table table({column});
  const Encoder encoder = Encoder::fit(table, schema);
  EXPECT_EQ(testing::cells(encoder.encode(table).dataset.column(0)), (Cells{"{0}", "{2}", "{1}"}));
}

/// Words by rows: sea 3, piano 2, the 4, once 1.
const Cells kPlots{"The sea, the SEA!", "the piano", "the sea: a piano", "The sea once", ""};

Feature text_of(std::int64_t min_count, double max_share) {
  Feature text = feature(FeatureKind::kText, {"c"});
  text.min_count = min_count;
  text.max_share = max_share;
  return text;
}

TEST(Encoder, ATextIsItsWordsThatAreNeitherRareNorEverywhere) {
  FeatureCounts counts;
  EXPECT_EQ(encode(text_of(2, 0.7), kPlots, kPlots, &counts),
            (Cells{"{0}", "{1}", "{0,1}", "{0}", "{2}"}));
  EXPECT_EQ(encode(text_of(1, 1), {"b a", "b"}, {"a a b", "c"}), (Cells{"{0,1}", "{}"}));
  EXPECT_EQ(encode(text_of(2, 1), kPlots, {"the piano"}), (Cells{"{0,2}"}));
}

TEST(Encoder, ATextWithoutKnownWordsIsMissing) {
  FeatureCounts counts;
  EXPECT_EQ(encode(text_of(3, 0.7), kPlots, {"once", "", "sea"}, &counts),
            (Cells{"{1}", "{1}", "{0}"}));
  EXPECT_EQ(counts.missing, 2);
  EXPECT_EQ(counts.unseen, 0);
  Feature left_out = text_of(3, 0.7);
  left_out.missing = MissingPolicy::kLeaveOut;
  EXPECT_EQ(encode(left_out, kPlots, {"once", "sea"}), (Cells{"{}", "{0}"}));
  EXPECT_EQ(error_of([] { encode(text_of(9, 1), kPlots, {}); }),
            "table (c): expected words in min_count rows or more and in a share of max_share or "
            "less, received none");
}

TEST(Encoder, AnAbsentColumnIsAnErrorThatNamesTheNearest) {
  const TableFiles files;
  const Table table = files.read("t.csv", "director,n\nx,1\ny,2\n");
  const Schema schema = schema_of({feature(FeatureKind::kCategorical, {"directors"})});
  EXPECT_EQ(
      files.without_folder(error_of([&] { Encoder::fit(table, schema); })),
      "t.csv: expected a column called 'directors', received a table without it (did you mean "
      "\"director\"?)");
}

TEST(Encoder, NeedsAFittedSchemaAndAVocabularyAFeature) {
  EXPECT_EQ(error_of([] { Encoder(schema_of({kCategory}), {}); }),
            "[Encoder] expected one vocabulary a feature, 1, received 0");
  EXPECT_EQ(
      error_of([] {
        Encoder(schema_of({feature(FeatureKind::kNumeric, {"n"})}), {data::Vocabulary()});
      }),
      "[Encoder] expected a fitted schema, received no scale for every column of feature 'n'");
}

}  // namespace
}  // namespace feat2vec::tables
