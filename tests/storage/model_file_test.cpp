#include "feat2vec/storage/model_file.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/rand.h>
#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>
#include <torch/nn/modules/linear.h>

#include <cstdint>
#include <cstring>
#include <functional>

#include "feat2vec/error.h"
#include "feat2vec/storage/model_tensors.h"
#include "tests/support/sample_model.h"
#include "tests/support/temporary_folder.h"

namespace feat2vec::storage {
namespace {

using testing::read_file;
using testing::sample_model;
using testing::TemporaryFolder;
using testing::write_file;

void expect_equal(const Model& a, const Model& b) {
  EXPECT_EQ(a.schema, b.schema);
  EXPECT_EQ(a.provenance, b.provenance);
  ASSERT_EQ(a.vocabularies.size(), b.vocabularies.size());
  for (std::size_t f = 0; f < a.vocabularies.size(); ++f) {
    ASSERT_EQ(a.vocabularies[f].rows(), b.vocabularies[f].rows());
    for (std::int64_t id = 0; id < a.vocabularies[f].rows(); ++id) {
      EXPECT_EQ(a.vocabularies[f].value(id), b.vocabularies[f].value(id));
      EXPECT_EQ(a.vocabularies[f].count(id), b.vocabularies[f].count(id));
    }
  }
  const NamedTensors x = model_tensors(a.module);
  const NamedTensors y = model_tensors(b.module);
  ASSERT_EQ(x.size(), y.size());
  for (std::size_t i = 0; i < x.size(); ++i) {
    EXPECT_EQ(x[i].first, y[i].first);
    EXPECT_EQ(x[i].second.scalar_type(), y[i].second.scalar_type());
    EXPECT_TRUE(at::equal(x[i].second, y[i].second)) << x[i].first;
  }
}

std::string error_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

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

TEST(ModelFile, AnyFlippedBitIsAnError) {
  const TemporaryFolder folder;
  const std::string path = folder.file("m.f2v");
  save_model(path, sample_model());
  const std::string bytes = read_file(path);
  for (std::size_t i = 0; i < 400; ++i) {
    // All of the length field, then places spread over header and data.
    const std::size_t position = i < 8 ? i : (i * 7919U * 131U) % bytes.size();
    std::string damaged = bytes;
    damaged[position] = static_cast<char>(damaged[position] ^ (1 << (i % 8)));
    write_file(path, damaged);
    const std::string message = error_of([&] { load_model(path); });
    EXPECT_TRUE(message.starts_with(path + ": expected ")) << position << ": " << message;
  }
}

TEST(ModelFile, AnyTruncationIsAnError) {
  const TemporaryFolder folder;
  const std::string path = folder.file("m.f2v");
  save_model(path, sample_model());
  const std::string bytes = read_file(path);
  for (std::size_t i = 0; i < 300; ++i) {
    write_file(path, bytes.substr(0, i < 16 ? i : (i * 7919U) % bytes.size()));
    const std::string message = error_of([&] { load_model(path); });
    EXPECT_TRUE(message.starts_with(path + ": expected ")) << message;
  }
  write_file(path, bytes + "x");
  EXPECT_NE(error_of([&] { load_model(path); }), "");
}

/// Files with a checksum that holds but content that makes no sense.
TEST(ModelFile, ContentThatMakesNoSenseIsAnError) {
  const TemporaryFolder folder;
  const std::string path = folder.file("m.f2v");
  save_model(path, sample_model());
  const Safetensors good = read_safetensors(path);
  const auto message_after = [&](const std::function<void(Safetensors&)>& change) {
    Safetensors bad = good;
    change(bad);
    write_safetensors(path, bad);
    const std::string message = error_of([&] { load_model(path); });
    EXPECT_TRUE(message.starts_with(path)) << message;
    return message;
  };
  const auto tensor = [](Safetensors& content, const std::string& name) -> at::Tensor& {
    for (auto& [known, value] : content.tensors) {
      if (known == name) return value;
    }
    throw Error("no tensor " + name);
  };
  const auto replace = [](std::string& text, const std::string& from, const std::string& to) {
    text.replace(text.find(from), from.size(), to);
  };
  EXPECT_EQ(
      message_after([](auto& c) { c.metadata["format_version"] = "2"; }),
      path + ": expected format version 1 or earlier, received 2, which needs a later feat2vec");
  EXPECT_NE(message_after([](auto& c) { c.metadata.erase("format"); }).find("a feat2vec model"),
            std::string::npos);
  for (const char* key : {"schema", "model", "provenance"}) {
    message_after([&](auto& c) { c.metadata.erase(key); });
    message_after([&](auto& c) { c.metadata[key] = "{"; });
  }
  message_after([](auto& c) { c.metadata["model"] = "[]"; });
  message_after([](auto& c) { c.metadata["schema"] = "[]"; });
  message_after([](auto& c) { c.metadata["schema"] = "{}"; });
  for (const auto& [from, to] : std::vector<std::pair<std::string, std::string>>{
           {"\"dim\":6", "\"dim\":1000000000000"},
           {"\"dim\":6", "\"dim\":\"6\""},
           {"\"dim\":6", "\"dim\":6.5"},
           {"\"dim\":6", "\"dim\":1e300"},
           {"\"dim\":6", "\"dim\":18446744073709551615"},
           {"\"seed\":7", "\"seed\":-7"},
           {"\"seed\":7", "\"seed\":true"},
           {"\"init_std\":0.05", "\"init_std\":-0.05"},
           {"\"init_std\":0.05", "\"init_std\":1e999"},
           {"\"init_std\":0.05", "\"init_std\":null"},
           {"\"groups\":6", "\"groups\":0"},
           {"\"groups\":6", "\"groups\":7"},
           {"\"groups\":6", "\"groups\":6.0"},
           {"\"pairs\":[]", "\"pairs\":[[0,1.5]]"},
           {"\"pairs\":[]", "\"pairs\":[[0]]"},
           {"\"pairs\":[]", "\"pairs\":{}"},
           {"\"groups\":6", "\"groups\":99999999999"},
           {"\"groups\":6", "\"groups\":5"},
           {"\"prior\":\"group\"", "\"prior\":\"x\""},
           {"\"pairs\":[]", "\"pairs\":[[0,99]]"}}) {
    message_after([&](auto& c) { replace(c.metadata["model"], from, to); });
  }
  for (std::size_t i = 0; i < good.tensors.size(); ++i) {
    message_after([&](auto& c) { c.tensors.erase(c.tensors.begin() + static_cast<long>(i)); });
    message_after([&](auto& c) { c.tensors[i].second = c.tensors[i].second.slice(0, 1); });
    message_after([&](auto& c) { c.tensors[i].second = c.tensors[i].second.to(at::kBool); });
  }
  message_after([&](auto& c) { tensor(c, "counts/director").fill_(0); });
  message_after([&](auto& c) { tensor(c, "counts/director").fill_(3); });
  message_after([&](auto& c) { tensor(c, "vectors/director") = at::rand({9, 6}, at::kDouble); });
}

/// Content whose checksum holds, made to hurt: deep JSON, large tables, names in other encodings.
TEST(ModelFile, HostileContentIsAnError) {
  const TemporaryFolder folder;
  const std::string path = folder.file("m.f2v");
  save_model(path, sample_model());
  const Safetensors good = read_safetensors(path);
  const auto message_after = [&](const std::function<void(Safetensors&)>& change) {
    Safetensors bad = good;
    change(bad);
    write_safetensors(path, bad);
    return error_of([&] { load_model(path); });
  };
  const std::string deep = std::string(1U << 20U, '[') + std::string(1U << 20U, ']');
  for (const std::string key : {"schema", "model", "provenance"}) {
    EXPECT_EQ(message_after([&](auto& c) { c.metadata[key] = deep; }),
              path + ": \"" + key + "\": expected JSON of at most 64 levels, received more");
  }
  EXPECT_EQ(message_after([](auto& c) {
              for (auto& [name, tensor] : c.tensors) {
                if (name == "vectors/director") tensor = at::rand({100'000, 6});
              }
            }),
            path + ": expected vectors/director as [9, 6], received [100000, 6]");
  EXPECT_EQ(message_after([](auto& c) {
              for (auto& [name, tensor] : c.tensors) {
                if (name == "names/tags") tensor = tensor.clone().fill_(0xFF);
              }
            }),
            path + ": expected names in UTF-8, received '\\xff\\xff\\xff\\xff\\xff'");
}

TEST(ModelFile, RefusesToWriteWhatCouldNotBeRead) {
  const TemporaryFolder folder;
  const std::string path = folder.file("m.f2v");
  Model model = sample_model();
  nlohmann::json deep = 1;
  for (int i = 0; i < 100; ++i) deep = nlohmann::json::array({deep});
  model.provenance["deep"] = deep;
  EXPECT_NE(error_of([&] { save_model(path, model); }).find("at most 64 levels"),
            std::string::npos);
  model = sample_model();
  model.vocabularies[3] = data::Vocabulary({{"drama", 8}, {"caf\xe9", 3}, {"piano", 2}}, 0);
  EXPECT_EQ(error_of([&] { save_model(path, model); }),
            path + ": expected names in UTF-8, received 'caf\\xe9'");
  model = sample_model();
  model.schema.groups = {{"both", {"cast", "tags"}}};
  EXPECT_EQ(error_of([&] { save_model(path, model); }),
            path + ": expected 5 sampling groups, as in the schema, received 6");
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

TEST(ModelFile, RefusesFilesWithoutChecksumAndStrangers) {
  const TemporaryFolder folder;
  const std::string path = folder.file("m.f2v");
  save_model(path, sample_model());
  std::string bytes = read_file(path);
  bytes.replace(bytes.find("\"checksum\""), 10, "\"checkedd\"");
  write_file(path, bytes);
  EXPECT_NE(error_of([&] { load_model(path); }).find("a checksum"), std::string::npos);
  write_safetensors(path, {{{"a", at::tensor({1.0F})}}, {}});
  EXPECT_NE(error_of([&] { load_model(path); }).find("a feat2vec model"), std::string::npos);
  EXPECT_EQ(file_kind(path), FileKind::kOther);
  write_file(path, "title,year\nThe Piano,1993\n");
  EXPECT_EQ(file_kind(path), FileKind::kOther);
  EXPECT_THROW(file_kind(folder.file("none")), Error);
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

TEST(Checkpoint, GivesBackModelStateAndPosition) {
  const TemporaryFolder folder;
  const std::string path = folder.file("m.f2v.checkpoint");
  Checkpoint written{sample_model(), {}, {{"epoch", 3}, {"seed", 18446744073709551615U}}};
  written.state = {{"adagrad/vectors/director", at::rand({9})},
                   {"best/vectors/director", at::rand({9, 6})}};
  save_checkpoint(path, written.model, written.state, written.position);
  const Checkpoint read = load_checkpoint(path);
  expect_equal(read.model, written.model);
  EXPECT_EQ(read.position, written.position);
  ASSERT_EQ(read.state.size(), 2U);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(read.state[i].first, written.state[i].first);
    EXPECT_TRUE(at::equal(read.state[i].second, written.state[i].second));
  }
  EXPECT_EQ(file_kind(path), FileKind::kCheckpoint);
  expect_equal(load_model(path), written.model);
}

TEST(Checkpoint, IsNotAModel) {
  const TemporaryFolder folder;
  save_model(folder.file("m.f2v"), sample_model());
  EXPECT_NE(error_of([&] { load_checkpoint(folder.file("m.f2v")); }).find("a checkpoint"),
            std::string::npos);
}

TEST(ModelTensors, ShareMemoryWithTheModule) {
  const Model model = sample_model();
  const NamedTensors live = model_tensors(model.module);
  NamedTensors saved;
  for (const auto& [name, tensor] : live) saved.emplace_back(name, tensor.clone());
  const at::NoGradGuard no_grad;
  for (const at::Tensor& parameter : model.module->parameters()) parameter.zero_();
  EXPECT_EQ(live[0].second.abs().sum().item<float>(), 0.0F);
  restore_tensors(model.module, saved, "best weights");
  expect_equal(model, sample_model());
}

}  // namespace
}  // namespace feat2vec::storage
