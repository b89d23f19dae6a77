#include "feat2vec/embeddings/export.h"

#include <ATen/ops/equal.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <sstream>

#include "feat2vec/embeddings/embeddings.h"
#include "feat2vec/embeddings/keys.h"
#include "feat2vec/nn/extractor.h"
#include "feat2vec/storage/safetensors.h"
#include "feat2vec/storage/string_list.h"
#include "tests/support/errors.h"
#include "tests/support/sample_model.h"
#include "tests/support/temporary_folder.h"

namespace feat2vec::embeddings {
namespace {

using testing::error_of;
using testing::read_file;
using testing::sample_model;
using testing::TemporaryFolder;

constexpr std::int64_t kRows = 9 + 3 + 5 + 3 + 1 + 2 + 4;

std::vector<std::string> lines_of(const std::string& path) {
  std::istringstream text(read_file(path));
  std::vector<std::string> lines;
  for (std::string line; std::getline(text, line);) lines.push_back(line);
  return lines;
}

/// Calls `visit(feature, row)` in the order of every export.
template <typename Visit>
void for_each_row(const Embeddings& embeddings, const Visit& visit) {
  for (const auto& feature : embeddings.features()) {
    for (std::int64_t row = 0; row < feature.size(); ++row) visit(feature, row);
  }
}

TEST(Export, Word2vecReadsBackBitForBit) {
  const TemporaryFolder folder;
  const Model model = sample_model();
  export_model(model, Format::kWord2vec, folder.file("v.txt"));
  const auto lines = lines_of(folder.file("v.txt"));
  ASSERT_EQ(lines.size(), static_cast<std::size_t>(kRows) + 1);
  EXPECT_EQ(lines[0], "27 6");
  std::size_t line = 1;
  const Embeddings embeddings(model);
  for_each_row(embeddings, [&](const FeatureVectors& feature, std::int64_t row) {
    std::istringstream words(lines[line++]);
    std::string key;
    words >> key;
    EXPECT_EQ(key, encode_key(feature.feature(), feature.value(row)));
    for (std::int64_t i = 0; i < 6; ++i) {
      float number = 0;
      words >> number;
      EXPECT_EQ(number, feature.vectors()[row][i].item<float>());
    }
    EXPECT_TRUE(words.eof());
  });
}

TEST(Export, NpyHasTheHeaderAndTheNumbers) {
  for (const auto type : {at::kFloat, at::kDouble}) {
    const TemporaryFolder folder;
    const Model model = sample_model(type);
    export_model(model, Format::kNpy, folder.file("v"));
    const std::string bytes = read_file(folder.file("v.npy"));
    ASSERT_EQ(bytes.substr(0, 8), std::string("\x93NUMPY\x01\x00", 8));
    const std::size_t length =
        static_cast<unsigned char>(bytes[8]) +
        (static_cast<std::size_t>(static_cast<unsigned char>(bytes[9])) << 8U);
    EXPECT_EQ((10 + length) % 64, 0U);
    const std::string dict = bytes.substr(10, length);
    const std::string descr = type == at::kFloat ? "<f4" : "<f8";
    EXPECT_TRUE(
        dict.starts_with("{'descr': '" + descr + "', 'fortran_order': False, 'shape': (27, 6), }"));
    EXPECT_EQ(dict.back(), '\n');
    const auto names = lines_of(folder.file("v.names.txt"));
    ASSERT_EQ(names.size(), static_cast<std::size_t>(kRows));
    const char* data = bytes.data() + 10 + length;
    std::size_t line = 0;
    const Embeddings embeddings(model);
    for_each_row(embeddings, [&](const FeatureVectors& feature, std::int64_t row) {
      EXPECT_EQ(names[line++], encode_key(feature.feature(), feature.value(row)));
      const at::Tensor vector = feature.vectors()[row];
      EXPECT_EQ(std::memcmp(data, vector.const_data_ptr(), vector.nbytes()), 0);
      data += vector.nbytes();
    });
    EXPECT_EQ(data, bytes.data() + bytes.size());
  }
}

TEST(Export, SafetensorsHoldsVectorsNamesAndCounts) {
  const TemporaryFolder folder;
  const Model model = sample_model();
  const Embeddings embeddings(model);
  export_model(model, Format::kSafetensors, folder.file("v.safetensors"));
  const auto content = storage::read_safetensors(folder.file("v.safetensors"));
  EXPECT_EQ(content.tensors.size(), 4 * embeddings.features().size());
  for (const auto& feature : embeddings.features()) {
    const std::string& name = feature.feature();
    EXPECT_TRUE(at::equal(*content.find(name), feature.vectors()));
    const auto names = storage::unpack_strings(
        {*content.find("names/" + name), *content.find("names_offsets/" + name)}, name);
    for (std::int64_t row = 0; row < feature.size(); ++row) {
      EXPECT_EQ(names.at(static_cast<std::size_t>(row)), feature.value(row));
      EXPECT_EQ((*content.find("counts/" + name))[row].item<std::int64_t>(), feature.count(row));
    }
  }
}

TEST(Export, BiasesAreLearnedBiasAndLogShare) {
  const TemporaryFolder folder;
  const Model model = sample_model();
  export_model(model, Format::kWord2vec, folder.file("v.txt"), {folder.file("bias.tsv")});
  const auto lines = lines_of(folder.file("bias.tsv"));
  ASSERT_EQ(lines.size(), static_cast<std::size_t>(kRows));
  const auto number = [&](std::size_t line, const std::string& key) {
    EXPECT_TRUE(lines[line].starts_with(key + "\t")) << lines[line];
    return std::stod(lines[line].substr(lines[line].find('\t')));
  };
  const auto& director = dynamic_cast<const nn::Lookup&>(*model.module->bias(0));
  EXPECT_NEAR(number(0, "director=Jane%20Campion"),
              director.weight[0].item<double>() + std::log(5.0 / 23), 1e-7);
  EXPECT_NEAR(number(8, "director="), director.weight[8].item<double>() + std::log(2.0 / 23), 1e-7);
  EXPECT_NEAR(number(9, "a%3Db%20c=x"), std::log(9.0 / 17), 1e-7);
  EXPECT_EQ(number(20, "year=year"), 0);
  const auto& attrs = dynamic_cast<const nn::Dense&>(*model.module->bias(5));
  EXPECT_NEAR(number(21, "attrs=a1"), attrs.weight[0].item<double>(), 1e-7);
}

TEST(Export, ProjectorWritesTwoFilesOfTheSameLines) {
  const TemporaryFolder folder;
  export_model(sample_model(), Format::kProjector, folder.file("p.tsv"));
  const auto vectors = lines_of(folder.file("p.tsv"));
  const auto metadata = lines_of(folder.file("p.metadata.tsv"));
  ASSERT_EQ(vectors.size(), static_cast<std::size_t>(kRows));
  ASSERT_EQ(metadata.size(), vectors.size() + 1);
  EXPECT_EQ(metadata[0], "key\tfeature\tcount");
  EXPECT_EQ(metadata[1], "director=Jane%20Campion\tdirector\t5");
  EXPECT_EQ(metadata[10], "a%3Db%20c=x\ta%3Db%20c\t9");
  EXPECT_EQ(std::count(vectors[0].begin(), vectors[0].end(), '\t'), 5);
}

TEST(Export, GivesTheSameBytesTwice) {
  const TemporaryFolder folder;
  for (const char* word : {"word2vec", "npy", "safetensors", "torchscript", "projector"}) {
    const Format format = format_from_string(word);
    const auto first = export_paths(format, folder.file("first"), {folder.file("first.bias")});
    const auto second = export_paths(format, folder.file("second"), {folder.file("second.bias")});
    export_model(sample_model(), format, folder.file("first"), {folder.file("first.bias")});
    export_model(sample_model(), format, folder.file("second"), {folder.file("second.bias")});
    for (std::size_t i = 0; i < first.size(); ++i) {
      EXPECT_EQ(read_file(first[i]), read_file(second[i])) << first[i];
      EXPECT_FALSE(read_file(first[i]).empty()) << first[i];
    }
  }
}

TEST(Export, NamesItsFilesAndFormats) {
  using Paths = std::vector<std::string>;
  EXPECT_EQ(export_paths(Format::kNpy, "v"), (Paths{"v.npy", "v.names.txt"}));
  EXPECT_EQ(export_paths(Format::kNpy, "a/v.npy"), (Paths{"a/v.npy", "a/v.names.txt"}));
  EXPECT_EQ(export_paths(Format::kProjector, "p"), (Paths{"p.tsv", "p.metadata.tsv"}));
  EXPECT_EQ(export_paths(Format::kWord2vec, "v", {"b"}), (Paths{"v", "b"}));
  EXPECT_THAT(error_of([] { format_from_string("word2vek"); }),
              ::testing::HasSubstr("received \"word2vek\""));
}

TEST(Export, RefusesAModelWithoutVectors) {
  const TemporaryFolder folder;
  Model model;
  model.schema = sample_model().schema;
  model.schema.features.resize(1);
  model.schema.features[0].embedding = false;
  model.vocabularies = {data::Vocabulary({{"a", 1}, {"b", 1}}, 0)};
  model.module = Feat2Vec(ModelOptions{}, nn::feature_specs(model.schema, model.vocabularies));
  EXPECT_THAT(error_of([&] { export_model(model, Format::kWord2vec, folder.file("v")); }),
              ::testing::HasSubstr("expected a model with vectors"));
  EXPECT_EQ(folder.entries(), 0);
}

}  // namespace
}  // namespace feat2vec::embeddings
