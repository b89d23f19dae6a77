#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <numeric>
#include <random>

#include "feat2vec/tables/encoder.h"
#include "feat2vec/tables/infer.h"
#include "tests/tables/encoding.h"
#include "tests/tables/table_files.h"

namespace feat2vec::tables {
namespace {

using data::Feature;
using data::FeatureKind;
using data::Schema;
using testing::feature;
using testing::schema_of;
using testing::TableFiles;
using Cells = std::vector<std::string>;

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

void expect_same(const data::Dataset& x, const data::Dataset& y) {
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

void expect_same(const Encoder& a, const Encoder& b, const Table& of_a, const Table& of_b) {
  EXPECT_EQ(a.schema(), b.schema());
  expect_same(a.encode(of_a).dataset, b.encode(of_b).dataset);
}

TEST(Encoder, FittingAndEncodingAtOnceIsTheSame) {
  const TableFiles files;
  const Table table = files.read("t.csv", as_csv(sample(200, 3)) + ",,,\n");
  for (const auto missing : {data::MissingPolicy::kVector, data::MissingPolicy::kLeaveOut}) {
    Schema schema = sample_schema();
    for (Feature& feature : schema.features) feature.missing = missing;
    schema.missing_words = {"red"};
    const FittedEncoder fitted = fit_and_encode(table, schema, 2);
    const Encoded encoded = fitted.encoder.encode(table);
    expect_same(fitted.encoded.dataset, encoded.dataset);
    for (std::size_t i = 0; i < encoded.counts.size(); ++i) {
      EXPECT_EQ(fitted.encoded.counts[i].name, encoded.counts[i].name);
      EXPECT_EQ(fitted.encoded.counts[i].missing, encoded.counts[i].missing);
      EXPECT_EQ(fitted.encoded.counts[i].unseen, 0);
      EXPECT_EQ(encoded.counts[i].unseen, 0);
    }
    EXPECT_GT(encoded.counts[0].missing, 1);
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
      joined += (joined.empty() ? "" : ", ") + std::string(vocabularies[1].value(genres[i]));
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
