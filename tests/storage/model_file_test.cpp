#include "feat2vec/storage/model_file.h"

#include <ATen/ops/tensor.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/nn/modules/linear.h>

#include <cstdint>

#include "tests/storage/same_model.h"
#include "tests/support/errors.h"
#include "tests/support/sample_model.h"
#include "tests/support/temporary_folder.h"

namespace feat2vec::storage {
namespace {

using testing::error_of;
using testing::expect_equal;
using ::testing::HasSubstr;
using testing::read_file;
using testing::sample_model;
using testing::TemporaryFolder;
using testing::write_file;

class ModelFile : public ::testing::TestWithParam<at::ScalarType> {};

TEST_P(ModelFile, GivesBackTheModel) {
  const TemporaryFolder folder;
  const Model model = sample_model(GetParam());
  save_model(folder.file("m.f2v"), model);
  expect_equal(load_model(folder.file("m.f2v")), model);
  EXPECT_EQ(file_kind(folder.file("m.f2v")), FileKind::kModel);
}

INSTANTIATE_TEST_SUITE_P(Types, ModelFile, ::testing::Values(at::kFloat, at::kDouble));

TEST(ModelFile, GivesTheSameBytesTwice) {
  const TemporaryFolder folder;
  save_model(folder.file("a.f2v"), sample_model());
  save_model(folder.file("b.f2v"), load_model(folder.file("a.f2v")));
  EXPECT_EQ(read_file(folder.file("a.f2v")), read_file(folder.file("b.f2v")));
}

TEST(ModelFile, KeepsKnots) {
  const TemporaryFolder folder;
  const Model model = testing::with_knots(sample_model());
  save_model(folder.file("m.f2v"), model);
  expect_equal(load_model(folder.file("m.f2v")), model);
}

TEST(ModelFile, KeepsWhatRowsWereSeen) {
  const TemporaryFolder folder;
  Model model = sample_model();
  model.seen = data::RowSketch{5, 3, 2, at::tensor({1, 7, 9}, at::kLong)};
  save_model(folder.file("m.f2v"), model);
  expect_equal(load_model(folder.file("m.f2v")), model);
}

TEST(ModelFile, NamesItsTensorsByFeature) {
  const TemporaryFolder folder;
  const Model model = sample_model();
  save_model(folder.file("m.f2v"), model);
  const Safetensors content = read_safetensors(folder.file("m.f2v"));
  for (const char* name :
       {"vectors/director", "bias/director", "names/director", "names_offsets/director",
        "counts/director", "vectors/a=b c", "vectors/year", "dense_bias/year", "missing/year",
        "bias/attrs", "bias_dense_bias/attrs", "bias/offset", "group_offsets"}) {
    EXPECT_NE(content.find(name), nullptr) << name;
  }
  EXPECT_EQ(content.find("vectors/director")->sizes().vec(), (std::vector<std::int64_t>{9, 6}));
  EXPECT_EQ(content.find("bias/director")->sizes().vec(), (std::vector<std::int64_t>{9}));
  EXPECT_EQ(content.metadata.at("kind"), "model");
}

TEST(ModelFile, RefusesToWriteWhatCouldNotBeRead) {
  const TemporaryFolder folder;
  const std::string path = folder.file("m.f2v");
  Model model = sample_model();
  nlohmann::json deep = 1;
  for (int i = 0; i < 100; ++i) deep = nlohmann::json::array({deep});
  model.provenance["deep"] = deep;
  EXPECT_THAT(error_of([&] { save_model(path, model); }), HasSubstr("at most 64 levels"));
  model = sample_model();
  model.vocabularies[3] = data::Vocabulary({{"drama", 8}, {"caf\xe9", 3}, {"piano", 2}}, 0);
  EXPECT_EQ(error_of([&] { save_model(path, model); }),
            path + ": expected names in UTF-8, received 'caf\\xe9'");
  model = sample_model();
  model.schema.groups = {{"both", {"cast", "tags"}}};
  EXPECT_EQ(error_of([&] { save_model(path, model); }),
            path + ": expected 6 sampling groups, as in the schema, received 7");
  EXPECT_EQ(folder.entries(), 0);
}

TEST(ModelFile, RefusesAModuleOfTheUsers) {
  const TemporaryFolder folder;
  Model model;
  model.schema.features.resize(1);
  model.schema.features[0] = sample_model().schema.features[4];
  model.vocabularies.resize(1);
  ModelOptions options;
  options.dim = 3;
  model.module = Feat2Vec(
      options, std::vector{nn::FeatureSpec::custom("year", data::FeatureKind::kNumeric,
                                                   torch::nn::AnyModule(torch::nn::Linear(1, 3)))});
  const std::string message = error_of([&] { save_model(folder.file("m.f2v"), model); });
  EXPECT_NE(message.find("\"year\" with a module of its own"), std::string::npos) << message;
  EXPECT_EQ(folder.entries(), 0);
}

TEST(FileKind, TellsByContent) {
  const TemporaryFolder folder;
  const std::string path = folder.file("m.f2v");
  save_model(path, sample_model());
  const std::string bytes = read_file(path);
  write_file(path, bytes.substr(0, bytes.size() - 1));
  EXPECT_EQ(file_kind(path), FileKind::kModel) << "damaged, and still ours";
  for (const std::string& other :
       {std::string(), std::string("{\"a\":1}\n{\"a\":2}\n"), std::string("[{\"a\":1},{\"a\":2}]"),
        std::string("a,b,c,d\n{,2,3,4\n"), bytes.substr(0, 20), std::string(8, '\0') + "{}",
        std::string("\2\0\0\0\0\0\0\0{}", 10)}) {
    write_file(path, other);
    EXPECT_EQ(file_kind(path), FileKind::kOther) << other;
  }
}

}  // namespace
}  // namespace feat2vec::storage
