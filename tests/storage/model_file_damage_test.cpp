#include <ATen/ops/full.h>
#include <ATen/ops/full_like.h>
#include <ATen/ops/rand.h>
#include <ATen/ops/tensor.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "feat2vec/storage/model_file.h"
#include "tests/support/errors.h"
#include "tests/support/sample_model.h"
#include "tests/support/temporary_folder.h"

namespace feat2vec::storage {
namespace {

using testing::error_of;
using ::testing::HasSubstr;
using testing::read_file;
using testing::sample_model;
using ::testing::StartsWith;
using testing::TemporaryFolder;
using testing::write_file;

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
  EXPECT_THAT(error_of([&] { load_model(path); }), HasSubstr(" bytes of data, received "));
}

TEST(ModelFile, RefusesFilesWithoutChecksumAndStrangers) {
  const TemporaryFolder folder;
  const std::string path = folder.file("m.f2v");
  save_model(path, sample_model());
  std::string bytes = read_file(path);
  bytes.replace(bytes.find("\"checksum\""), 10, "\"checkedd\"");
  write_file(path, bytes);
  EXPECT_THAT(error_of([&] { load_model(path); }), HasSubstr("a checksum"));
  write_safetensors(path, {{{"a", at::tensor({1.0F})}}, {}});
  EXPECT_THAT(error_of([&] { load_model(path); }), HasSubstr("a feat2vec model"));
  EXPECT_EQ(file_kind(path), FileKind::kOther);
  write_file(path, "title,year\nThe Piano,1993\n");
  EXPECT_EQ(file_kind(path), FileKind::kOther);
  EXPECT_THAT(error_of([&] { file_kind(folder.file("none")); }),
              HasSubstr("expected a file that can be read"));
}

/// Files whose checksum holds but whose content does not: `message` writes one and tries to read it.
class ModelContent : public ::testing::Test {
 protected:
  ModelContent() : path_(folder_.file("m.f2v")) {
    save_model(path_, sample_model());
    good_ = read_safetensors(path_);
  }

  /// The message about the sample model after `change` to its content, without the path.
  std::string message(const std::function<void(Safetensors&)>& change) const {
    Safetensors bad = good_;
    change(bad);
    write_safetensors(path_, bad);
    const std::string message = error_of([&] { load_model(path_); });
    EXPECT_THAT(message, StartsWith(path_ + ": "));
    return message.substr(std::min(message.size(), path_.size() + 2));
  }

  /// The same after the tensor `name` was replaced.
  std::string message_with(const std::string& name, const at::Tensor& tensor) const {
    return message([&](Safetensors& content) {
      for (auto& [known, value] : content.tensors) {
        if (known == name) value = tensor;
      }
    });
  }

  TemporaryFolder folder_;
  std::string path_;
  Safetensors good_;
};

TEST_F(ModelContent, NeedsItsMetadata) {
  EXPECT_EQ(message([](auto& c) { c.metadata["format_version"] = "2"; }),
            "expected format version 1 or earlier, received 2, which needs a later feat2vec");
  EXPECT_EQ(message([](auto& c) { c.metadata["format_version"] = "1.0"; }),
            "expected a number as format_version, received '1.0'");
  EXPECT_THAT(message([](auto& c) { c.metadata.erase("format"); }), HasSubstr("a feat2vec model"));
  for (const std::string key : {"schema", "model", "provenance"}) {
    EXPECT_EQ(message([&](auto& c) { c.metadata.erase(key); }),
              "expected \"" + key + "\" in the metadata, received none");
    EXPECT_THAT(message([&](auto& c) { c.metadata[key] = "{"; }),
                StartsWith("\"" + key + "\": expected JSON"));
  }
  message([](auto& c) { c.metadata["model"] = "[]"; });
  message([](auto& c) { c.metadata["schema"] = "[]"; });
  message([](auto& c) { c.metadata["schema"] = "{}"; });
}

TEST_F(ModelContent, NeedsOptionsThatMakeSense) {
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
           {"\"groups\":7", "\"groups\":0"},
           {"\"groups\":7", "\"groups\":8"},
           {"\"groups\":7", "\"groups\":6.0"},
           {"\"pairs\":[]", "\"pairs\":[[0,1.5]]"},
           {"\"pairs\":[]", "\"pairs\":[[0]]"},
           {"\"pairs\":[]", "\"pairs\":{}"},
           {"\"groups\":7", "\"groups\":99999999999"},
           {"\"groups\":7", "\"groups\":6"},
           {"\"pairs\":[]", "\"pairs\":[[0,99]]"}}) {
    message([&](auto& c) {
      std::string& text = c.metadata["model"];
      text.replace(text.find(from), from.size(), to);
    });
  }
  EXPECT_EQ(message([](auto& c) {
              std::string& text = c.metadata["model"];
              const std::string group = "\"prior\":\"group\"";
              text.replace(text.find(group), group.size(), "\"prior\":\"x\"");
            }),
            "[ModelOptions] expected prior \"none\", \"group\" or \"value\", received \"x\"");
}

TEST_F(ModelContent, NeedsTensorsThatFit) {
  for (std::size_t i = 0; i < good_.tensors.size(); ++i) {
    message([&](auto& c) { c.tensors.erase(c.tensors.begin() + static_cast<long>(i)); });
    message([&](auto& c) { c.tensors[i].second = c.tensors[i].second.slice(0, 1); });
    message([&](auto& c) { c.tensors[i].second = c.tensors[i].second.to(at::kBool); });
  }
  message_with("counts/director", at::full({9}, 0, at::kLong));
  message_with("counts/director", at::full({9}, 3, at::kLong));
  EXPECT_EQ(message_with("counts/director", at::full({9}, 3, at::kInt)),
            "expected counts/director as int64 [8] or one more, received Int [9]");
  message_with("vectors/director", at::rand({9, 6}, at::kDouble));
  EXPECT_EQ(message_with("vectors/director", at::rand({100'000, 6})),
            "expected vectors/director as [9, 6], received [100000, 6]");
}

TEST_F(ModelContent, NeedsASketchOfRowsThatIsOne) {
  const auto with_sketch = [&](const at::Tensor& hashes, const at::Tensor& rows) {
    return message([&](auto& c) {
      if (hashes.defined()) c.tensors.emplace_back("seen/hashes", hashes);
      if (rows.defined()) c.tensors.emplace_back("seen/rows", rows);
    });
  };
  const at::Tensor hashes = at::tensor({1, 7, 9}, at::kLong);
  const at::Tensor rows = at::tensor({5, 3, 2}, at::kLong);
  EXPECT_EQ(with_sketch(hashes, {}), "expected tensor seen/rows, received none of that name");
  EXPECT_EQ(with_sketch({}, rows), "expected tensor seen/hashes, received none of that name");
  EXPECT_EQ(with_sketch(hashes, rows.slice(0, 1)),
            "expected seen/rows as int64 [3], received Long [2]");
  EXPECT_THAT(with_sketch(hashes.flip(0), rows), HasSubstr("hashes that rise"));
  EXPECT_THAT(with_sketch(hashes, rows.flip(0)), HasSubstr("rows that fit the hashes"));
}

/// Made to hurt: deep JSON, names in other encodings.
TEST_F(ModelContent, MayBeHostile) {
  const std::string deep = std::string(1U << 20U, '[') + std::string(1U << 20U, ']');
  for (const std::string key : {"schema", "model", "provenance"}) {
    EXPECT_EQ(message([&](auto& c) { c.metadata[key] = deep; }),
              "\"" + key + "\": expected JSON of at most 64 levels, received more");
  }
  const at::Tensor names = at::full_like(*good_.find("names/tags"), 0xFF);
  EXPECT_EQ(message_with("names/tags", names),
            "expected names in UTF-8, received '\\xff\\xff\\xff\\xff\\xff'");
}

}  // namespace
}  // namespace feat2vec::storage
