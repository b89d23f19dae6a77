#include <gtest/gtest.h>

#include <cmath>

#include "feat2vec/tables/encoder.h"
#include "tests/support/errors.h"
#include "tests/tables/encoding.h"
#include "tests/tables/table_files.h"

namespace feat2vec::tables {
namespace {

using data::Feature;
using data::FeatureKind;
using data::Schema;
using testing::encode;
using testing::error_of;
using testing::feature;
using testing::schema_of;
using testing::TableFiles;

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

TEST(Encoder, NumbersWithKnotsAreHats) {
  TextColumn x("x");
  TextColumn y("y");
  for (const char* cell : {"1", "2", "4", "3"}) x.append(cell);
  for (const char* cell : {"7", "", "9", "7"}) y.append(cell);
  const Table table({x, y});
  Feature numeric = feature(FeatureKind::kNumeric, {"x", "y"});
  numeric.knots = 2;
  numeric.missing = data::MissingPolicy::kLeaveOut;
  const Encoder encoder = Encoder::fit(table, schema_of({numeric}));
  EXPECT_EQ(encoder.schema().features[0].knot_values,
            (std::vector<std::vector<double>>{{1, 4}, {7, 9}}));
  EXPECT_EQ(encoder.schema().features[0].input_names(),
            (std::vector<std::string>{"x=1", "x=4", "y=7", "y=9"}));
  const data::Column column = encoder.encode(table).dataset.column(0);
  const auto* values = column.values.const_data_ptr<float>();
  const auto row = [&](int r) {
    return std::vector<float>(values + (4 * r), values + (4 * r) + 4);
  };
  EXPECT_EQ(row(0), (std::vector<float>{1, 0, 1, 0}));
  EXPECT_EQ(row(2), (std::vector<float>{0, 1, 0, 1}));
  EXPECT_FLOAT_EQ(row(1)[0], 2.0F / 3);
  EXPECT_FLOAT_EQ(row(1)[1], 1.0F / 3);
  EXPECT_EQ(column.missing[1][1].item<bool>(), false);
  EXPECT_TRUE(column.missing[1][2].item<bool>());
  EXPECT_TRUE(column.missing[1][3].item<bool>());
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
  EXPECT_EQ(files.without_folder(error_of(
                [&] { Encoder::fit(files.read("t.csv", "a;n\nx;1\ny;1,234\n"), schema); })),
            "t.csv:3:2 (n): expected a number, received '1,234' (\"written\" in a schema tells how "
            "numbers are written)");
}

}  // namespace
}  // namespace feat2vec::tables
