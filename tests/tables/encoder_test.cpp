#include "feat2vec/tables/encoder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

#include "feat2vec/tables/infer.h"
#include "tests/support/data.h"
#include "tests/support/errors.h"
#include "tests/tables/table_files.h"

namespace feat2vec::tables {
namespace {

using data::Feature;
using data::FeatureKind;
using data::MissingPolicy;
using data::Schema;
using data::UnseenPolicy;
using testing::error_of;
using testing::TableFiles;
using Cells = std::vector<std::string>;

Feature feature(FeatureKind kind, std::vector<std::string> columns, std::string separator = "") {
  Feature feature;
  feature.name = columns.front();
  feature.kind = kind;
  feature.columns = std::move(columns);
  feature.separator = std::move(separator);
  return feature;
}

Schema schema_of(std::vector<Feature> features) {
  Schema schema;
  schema.features = std::move(features);
  return schema;
}

/// The cells of the only feature when `later` is encoded by an encoder of `training`.
Cells encode(const Feature& feature, const Cells& training, const Cells& later,
             FeatureCounts* counts = nullptr) {
  const auto table = [&](const Cells& cells) {
    TextColumn column(feature.columns.front());
    for (const std::string& cell : cells) column.append(cell);
    return Table({column});
  };
  const Encoder encoder = Encoder::fit(table(training), schema_of({feature}));
  const Encoded encoded = encoder.encode(table(later));
  if (counts != nullptr) *counts = encoded.counts.front();
  return testing::cells(encoded.dataset.column(0));
}

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
    last.push_back(encoder.vocabularies()[0].value(ids[i]));
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

TEST(Encoder, NumbersThatFloatsCannotHoldAreErrorsThatNameTheCell) {
  Feature plain = feature(FeatureKind::kNumeric, {"c"});
  plain.scaling = data::Scaling::kNone;
  EXPECT_NE(error_of([&] {
              encode(plain, {"1", "2"}, {"1", "1e300"});
            }).find("fits a float32"),
            std::string::npos);
  EXPECT_EQ(encode(plain, {"1", "2"}, {"1e30"}).size(), 1U);
}

TEST(Encoder, NumbersAreScaledByTrainingRows) {
  TextColumn x("x");
  TextColumn y("y");
  for (const char* cell : {"1", "3", "", "5"}) x.append(cell);
  for (const char* cell : {"7", "7", "NA", "?"}) y.append(cell);
  const Table table({x, y});
  const Encoder encoder =
      Encoder::fit(table, schema_of({feature(FeatureKind::kNumeric, {"x", "y"})}));
  const Feature& fitted = encoder.schema().features[0];
  EXPECT_EQ(fitted.center, (std::vector<double>{3, 7}));
  EXPECT_EQ(fitted.scale, (std::vector<double>{std::sqrt(8.0 / 3), 1}));
  EXPECT_EQ(fitted.missing_counts, (std::vector<std::int64_t>{1, 2}));
  const Encoded encoded = encoder.encode(table);
  const data::Column& column = encoded.dataset.column(0);
  EXPECT_EQ(encoded.counts[0].missing, 3);
  const auto* values = column.values.const_data_ptr<float>();
  const auto* missing = column.missing.const_data_ptr<bool>();
  EXPECT_EQ(values[0], static_cast<float>(-2 / std::sqrt(8.0 / 3)));
  EXPECT_EQ(values[4], 0.0F);
  EXPECT_EQ(std::vector<bool>(missing, missing + 8),
            (std::vector<bool>{false, false, false, false, true, true, false, true}));
}

TEST(Encoder, OtherScalings) {
  TextColumn x("x");
  for (const char* cell : {"2", "6", "4"}) x.append(cell);
  const Table table({x});
  Feature numeric = feature(FeatureKind::kNumeric, {"x"});
  numeric.scaling = data::Scaling::kMinMax;
  EXPECT_EQ(Encoder::fit(table, schema_of({numeric})).schema().features[0].center[0], 2);
  EXPECT_EQ(Encoder::fit(table, schema_of({numeric})).schema().features[0].scale[0], 4);
  numeric.scaling = data::Scaling::kNone;
  EXPECT_EQ(Encoder::fit(table, schema_of({numeric})).schema().features[0].center[0], 0);
  EXPECT_EQ(Encoder::fit(table, schema_of({numeric})).schema().features[0].scale[0], 1);
}

TEST(Encoder, AWordOrInfinityAmongNumbersIsAnError) {
  const TableFiles files;
  const Schema schema = schema_of({feature(FeatureKind::kNumeric, {"n"})});
  EXPECT_EQ(files.without_folder(
                error_of([&] { Encoder::fit(files.read("t.csv", "a,n\nx,1\ny,many\n"), schema); })),
            "t.csv:3:2 (n): expected a number, received 'many'");
  EXPECT_EQ(files.without_folder(
                error_of([&] { Encoder::fit(files.read("t.csv", "a,n\nx,1\ny,inf\n"), schema); })),
            "t.csv:3:2 (n): expected a finite number, received 'inf'");
}

TEST(Encoder, AnAbsentColumnIsAnErrorThatNamesTheNearest) {
  const TableFiles files;
  const Table table = files.read("t.csv", "director,n\nx,1\ny,2\n");
  const Schema schema = schema_of({feature(FeatureKind::kCategorical, {"directors"})});
  EXPECT_EQ(files.without_folder(error_of([&] { Encoder::fit(table, schema); })),
            "t.csv: expected a column of the table, received 'directors' (did you mean "
            "\"director\"?)");
}

TEST(Encoder, NeedsAFittedSchemaAndAVocabularyAFeature) {
  EXPECT_NE(error_of([] { Encoder(schema_of({kCategory}), {}); }), "");
  EXPECT_NE(error_of([] {
              Encoder(schema_of({feature(FeatureKind::kNumeric, {"n"})}), {data::Vocabulary()});
            }),
            "");
}

/// Rows of a small table with every kind of column; numbers are written the way each format does.
struct Sample {
  Cells colour, genres;
  std::vector<double> size;
  std::vector<int> year;
};

Sample sample(int rows, unsigned seed) {
  std::mt19937 random(seed);
  Sample sample;
  for (int row = 0; row < rows; ++row) {
    sample.colour.push_back(random() % 5 == 0 ? "" : "c" + std::to_string(random() % 4));
    std::string genres;
    for (auto n = random() % 4; n > 0; --n) {
      genres += (genres.empty() ? "" : ", ") + std::string("g") + std::to_string(random() % 6);
    }
    sample.genres.push_back(genres);
    sample.size.push_back(static_cast<double>(random() % 100000) / 7);
    sample.year.push_back(1990 + static_cast<int>(random() % 3));
  }
  return sample;
}

std::string as_csv(const Sample& sample) {
  std::string text = "colour,genres,size,year\n";
  for (std::size_t row = 0; row < sample.colour.size(); ++row) {
    char size[64];
    std::snprintf(size, sizeof size, "%.17g", sample.size[row]);
    text += sample.colour[row] + ",\"" + sample.genres[row] + "\"," + size + "," +
            std::to_string(sample.year[row]) + "\n";
  }
  return text;
}

void write_sample(const std::string& path, const Sample& sample) {
  const auto nullable = [](const Cells& cells) {
    std::vector<std::optional<std::string>> values;
    for (const auto& cell : cells)
      values.push_back(cell.empty() ? std::nullopt : std::optional(cell));
    return testing::strings(values);
  };
  const std::vector<std::optional<double>> sizes(sample.size.begin(), sample.size.end());
  const std::vector<std::optional<std::int32_t>> years(sample.year.begin(), sample.year.end());
  testing::write_parquet(path, {{"year", testing::array_of(arrow::Int32Builder(), years)},
                                {"colour", nullable(sample.colour)},
                                {"genres", nullable(sample.genres)},
                                {"size", testing::array_of(arrow::DoubleBuilder(), sizes)}});
}

Schema sample_schema() {
  Schema schema = schema_of(
      {feature(FeatureKind::kCategorical, {"colour"}), feature(FeatureKind::kBag, {"genres"}, ","),
       feature(FeatureKind::kNumeric, {"size"}), feature(FeatureKind::kCategorical, {"year"})});
  Feature& offset = schema.features.emplace_back();
  offset.name = "offset";
  offset.kind = FeatureKind::kOffset;
  return schema;
}

void expect_same(const Encoder& a, const Encoder& b, const Table& of_a, const Table& of_b) {
  EXPECT_EQ(a.schema(), b.schema());
  const auto x = a.encode(of_a).dataset;
  const auto y = b.encode(of_b).dataset;
  for (std::size_t i = 0; i < x.columns().size(); ++i) {
    const auto equal = [](const at::Tensor& p, const at::Tensor& q) {
      return p.defined() == q.defined() && (!p.defined() || p.equal(q));
    };
    EXPECT_TRUE(equal(x.column(i).ids, y.column(i).ids)) << i;
    EXPECT_TRUE(equal(x.column(i).offsets, y.column(i).offsets)) << i;
    EXPECT_TRUE(equal(x.column(i).values, y.column(i).values)) << i;
    EXPECT_TRUE(equal(x.column(i).missing, y.column(i).missing)) << i;
  }
}

TEST(Encoder, EveryFormatGivesTheSameBits) {
  const TableFiles files;
  const Sample rows = sample(200, 3);
  const Table csv = files.read("t.csv", as_csv(rows));
  const Encoder encoder = Encoder::fit(csv, sample_schema());
  const Table gz = files.read("t.csv.gz", testing::compressed(as_csv(rows)));
  expect_same(encoder, Encoder::fit(gz, sample_schema()), csv, gz);
  write_sample(files.path("t.parquet"), rows);
  const Table parquet = read_table({files.path("t.parquet")});
  expect_same(encoder, Encoder::fit(parquet, sample_schema()), csv, parquet);
  expect_same(encoder, Encoder(encoder.schema(), encoder.vocabularies()), csv, csv);
  EXPECT_EQ(infer_schema(csv).schema.features.size(), infer_schema(parquet).schema.features.size());
}

TEST(Encoder, DecodingGivesTheCellsBack) {
  const TableFiles files;
  const Sample rows = sample(300, 5);
  const Table table = files.read("t.csv", as_csv(rows));
  const Encoder encoder = Encoder::fit(table, sample_schema());
  const data::Dataset dataset = encoder.encode(table).dataset;
  const auto& vocabularies = encoder.vocabularies();
  const auto* colours = dataset.column(0).ids.const_data_ptr<std::int32_t>();
  const auto* genres = dataset.column(1).ids.const_data_ptr<std::int32_t>();
  const auto* offsets = dataset.column(1).offsets.const_data_ptr<std::int64_t>();
  for (std::size_t row = 0; row < rows.colour.size(); ++row) {
    EXPECT_EQ(vocabularies[0].value(colours[row]), rows.colour[row]);
    std::string joined;  // of a cell without repeats, by taking each member's first occurrence
    for (std::int64_t i = offsets[row]; i < offsets[row + 1]; ++i) {
      joined += (joined.empty() ? "" : ", ") + vocabularies[1].value(genres[i]);
    }
    if (joined.size() == rows.genres[row].size()) {
      EXPECT_EQ(joined, rows.genres[row]);
    }
  }
}

TEST(Encoder, VocabulariesDoNotDependOnTheOrderOfRows) {
  const TableFiles files;
  const Table table = files.read("t.csv", as_csv(sample(200, 9)));
  std::vector<std::int64_t> order(200);
  std::iota(order.begin(), order.end(), 0);
  std::shuffle(order.begin(), order.end(), std::mt19937(1));
  const Encoder one = Encoder::fit(table, sample_schema());
  const Encoder two = Encoder::fit(table.select_rows(order), sample_schema());
  for (std::size_t i = 0; i < one.vocabularies().size(); ++i) {
    const auto& a = one.vocabularies()[i];
    const auto& b = two.vocabularies()[i];
    ASSERT_EQ(a.rows(), b.rows());
    for (std::int64_t id = 0; id < a.rows(); ++id) {
      EXPECT_EQ(a.value(id), b.value(id));
      EXPECT_EQ(a.count(id), b.count(id));
    }
  }
}

}  // namespace
}  // namespace feat2vec::tables
