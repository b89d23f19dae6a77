#include "feat2vec/storage/safetensors.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/tensor.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>

#include "feat2vec/error.h"
#include "feat2vec/storage/string_list.h"
#include "tests/support/errors.h"
#include "tests/support/temporary_folder.h"

namespace feat2vec::storage {
namespace {

using ::testing::EndsWith;
using testing::error_of;
using ::testing::HasSubstr;
using testing::read_file;
using testing::TemporaryFolder;
using testing::write_file;

Safetensors sample() {
  Safetensors content;
  content.tensors = {
      {"flags", at::tensor({1, 0, 1}, at::kInt).to(at::kBool)},
      {"odd \"name\"\n= %é", at::arange(6, at::kFloat).view({2, 3}).t()},
      {"doubles", at::tensor({0.1, -0.0, std::numeric_limits<double>::infinity()}, at::kDouble)},
      {"bytes", at::arange(5, at::kByte)},
      {"ids", at::tensor({-1, 7}, at::kInt)},
      {"counts", at::tensor({std::int64_t{1} << 60}, at::kLong)},
      {"empty", at::empty({0, 4}, at::kFloat)},
  };
  content.metadata = {{"who", "a \"test\""}, {"zebra", ""}};
  return content;
}

/// A file with this header text (not padded) and data.
std::string file_of(const std::string& header, const std::string& data) {
  const std::uint64_t length = header.size();
  std::string bytes(sizeof length, '\0');
  std::memcpy(bytes.data(), &length, sizeof length);
  return bytes + header + data;
}

std::string error_reading(const std::string& path) {
  return error_of([&] { read_safetensors(path); });
}

TEST(Safetensors, GivesBackWhatWasWritten) {
  const TemporaryFolder folder;
  const std::string path = folder.file("x.safetensors");
  const Safetensors written = sample();
  write_safetensors(path, written);
  const Safetensors read = read_safetensors(path);
  EXPECT_TRUE(read.verified);
  EXPECT_EQ(read.tensors.size(), written.tensors.size());
  for (const auto& [name, tensor] : written.tensors) {
    const at::Tensor* found = read.find(name);
    ASSERT_NE(found, nullptr) << name;
    EXPECT_EQ(found->scalar_type(), tensor.scalar_type()) << name;
    EXPECT_TRUE(at::equal(*found, tensor)) << name;
  }
  EXPECT_EQ(read.metadata.at("who"), "a \"test\"");
  EXPECT_EQ(read_safetensors_metadata(path).value(), read.metadata);
  EXPECT_EQ(read.find("none"), nullptr);
}

TEST(Safetensors, GivesTheSameBytesTwiceAndAlignsThem) {
  const TemporaryFolder folder;
  write_safetensors(folder.file("a"), sample());
  write_safetensors(folder.file("b"), sample());
  const std::string bytes = read_file(folder.file("a"));
  EXPECT_EQ(bytes, read_file(folder.file("b")));
  std::uint64_t length = 0;
  std::memcpy(&length, bytes.data(), sizeof length);
  EXPECT_EQ(length % 8, 0U);
  const auto header = nlohmann::json::parse(bytes.substr(8, length));
  EXPECT_EQ(header.at("doubles").at("data_offsets"), nlohmann::json::parse("[0, 24]"));
  EXPECT_EQ(header.at("ids").at("data_offsets")[0].get<int>() % 4, 0);
}

TEST(Safetensors, RefusesToWriteWhatItCannotHold) {
  const TemporaryFolder folder;
  const std::string path = folder.file("x");
  const at::Tensor one = at::tensor({1.0F});
  const auto error = [&](const NamedTensors& tensors) {
    return error_of([&] { write_safetensors(path, {tensors, {}}); });
  };
  EXPECT_THAT(error({{"a", one.to(at::kHalf)}}), EndsWith("received a of Half"));
  EXPECT_THAT(error({{"a", one}, {"a", one}}), EndsWith("names of their own, received \"a\""));
  EXPECT_THAT(error({{"__metadata__", one}}), EndsWith("received \"__metadata__\""));
  EXPECT_THAT(error({{"\xff", one}}), HasSubstr("names and metadata in UTF-8"));
  EXPECT_EQ(folder.entries(), 0);
}

TEST(Safetensors, ReadsFilesOfOtherWriters) {
  const TemporaryFolder folder;
  const std::string path = folder.file("x");
  write_file(path, file_of(R"({ "b": {"dtype":"U8","shape":[2],"data_offsets":[4,6]},
      "a": {"shape":[],"dtype":"I32","data_offsets":[0,4]} })",
                           std::string("\x05\0\0\0ab", 6)));
  const Safetensors read = read_safetensors(path);
  EXPECT_FALSE(read.verified);
  EXPECT_EQ(read.find("a")->item<int>(), 5);
  EXPECT_EQ(read.find("b")->numel(), 2);
}

struct Hostile {
  const char* header;
  std::size_t data;
  const char* part_of_message;
};

class SafetensorsHostile : public ::testing::TestWithParam<Hostile> {};

TEST_P(SafetensorsHostile, IsAnErrorThatNamesTheFile) {
  const TemporaryFolder folder;
  const std::string path = folder.file("x");
  write_file(path, file_of(GetParam().header, std::string(GetParam().data, '\2')));
  const std::string message = error_reading(path);
  EXPECT_TRUE(message.starts_with(path + ": expected ")) << message;
  EXPECT_NE(message.find(GetParam().part_of_message), std::string::npos) << message;
}

INSTANTIATE_TEST_SUITE_P(
    Headers, SafetensorsHostile,
    ::testing::Values(
        Hostile{"", 0, "expected JSON"}, Hostile{"[]", 0, "JSON object"},
        Hostile{"{\"a\":", 0, "expected JSON"}, Hostile{"{\"\xff\":1}", 0, "expected JSON"},
        Hostile{"{}", 3, "0 bytes of data"}, Hostile{R"({"a":1})", 0, "with dtype"},
        Hostile{R"({"a":{}})", 0, "with dtype"},
        Hostile{R"({"__metadata__":[]})", 0, "text to text"},
        Hostile{R"({"__metadata__":{"a":1}})", 0, "text to text"},
        Hostile{R"({"a":{"dtype":"F16","shape":[1],"data_offsets":[0,2]}})", 2, "dtype F64"},
        Hostile{R"({"a":{"dtype":7,"shape":[1],"data_offsets":[0,2]}})", 2, "dtype F64"},
        Hostile{R"({"a":{"dtype":"U8","shape":2,"data_offsets":[0,2]}})", 2, "with a shape"},
        Hostile{R"({"a":{"dtype":"U8","shape":[-2],"data_offsets":[0,2]}})", 2, "of 0 or more"},
        Hostile{R"({"a":{"dtype":"U8","shape":[2.0],"data_offsets":[0,2]}})", 2, "of 0 or more"},
        Hostile{R"({"a":{"dtype":"U8","shape":[18446744073709551615],"data_offsets":[0,2]}})", 2,
                "of 0 or more"},
        Hostile{R"({"a":{"dtype":"U8","shape":[4294967296,4294967296],"data_offsets":[0,0]}})", 0,
                "bytes of its shape"},
        Hostile{R"({"a":{"dtype":"U8","shape":[9223372036854775807,0,3],"data_offsets":[0,0]}})", 0,
                "bytes of its shape"},
        Hostile{R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}})", 4,
                "bytes of its shape"},
        Hostile{R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[0]}})", 2, "[begin, end]"},
        Hostile{R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[-1,1]}})", 2, "[begin, end]"},
        Hostile{R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[2,0]}})", 2, "within 2 bytes"},
        Hostile{R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}})", 2, "within 2 bytes"},
        Hostile{R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},
                    "b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}})",
                3, "at byte 2"},
        Hostile{R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},
                    "b":{"dtype":"U8","shape":[1],"data_offsets":[2,3]}})",
                3, "at byte 1"},
        Hostile{R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})", 2, "1 bytes of data"},
        Hostile{R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},
                    "a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})",
                1, "once"},
        Hostile{R"({"a":{"dtype":"BOOL","shape":[1],"data_offsets":[0,1]}})", 1, "only 0 and 1"},
        Hostile{R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},
                    "__metadata__":{"checksum":"xxh3-64:0123456789abcdef"}})",
                1, "checksum"}));

TEST(Safetensors, RefusesHostileLengths) {
  const TemporaryFolder folder;
  const std::string path = folder.file("x");
  for (const std::uint64_t length :
       {std::uint64_t{3}, std::uint64_t{100'000'001}, std::uint64_t{1} << 63U,
        std::numeric_limits<std::uint64_t>::max()}) {
    std::string bytes(sizeof length, '\0');
    std::memcpy(bytes.data(), &length, sizeof length);
    write_file(path, bytes + "{}");
    EXPECT_NE(error_reading(path).find("received a file that begins with"), std::string::npos)
        << length;
  }
  write_file(path, "director,cast\nJane Campion,Holly Hunter\n");
  EXPECT_NE(error_reading(path).find("received text, such as a table, that begins with 'director,"),
            std::string::npos);
  write_file(path, file_of(std::string(100'000, '['), ""));
  EXPECT_NE(error_reading(path).find("at most 64 levels"), std::string::npos);
  write_file(path, "short");
  EXPECT_NE(error_reading(path).find("5 bytes"), std::string::npos);
  EXPECT_NE(error_reading(folder.path().string()).find("a folder"), std::string::npos);
  EXPECT_NE(error_reading(folder.file("none")).find("No such file"), std::string::npos);
}

/// A megabyte of brackets, in a place that a message would show.
TEST(Safetensors, RefusesNestedHeadersAndShowsValuesShortly) {
  const TemporaryFolder folder;
  const std::string path = folder.file("x");
  const std::string deep = std::string(1U << 20U, '[') + std::string(1U << 20U, ']');
  for (const std::string& header : {"{\"a\":" + deep + "}", "{\"__metadata__\":" + deep + "}",
                                    "{\"a\":{\"dtype\":" + deep + "}}"}) {
    write_file(path, file_of(header, ""));
    EXPECT_NE(error_reading(path).find("at most 64 levels"), std::string::npos);
  }
  std::string wide = "[0";
  for (int i = 0; i < 100'000; ++i) wide += ",0";
  for (const std::string& header :
       {"{\"a\":" + wide + "]}",
        "{\"a\":{\"dtype\":" + wide + R"(],"shape":[],"data_offsets":[0,1]}})",
        R"({"a":{"dtype":"U8","shape":)" + wide + R"(],"data_offsets":[0,1]}})",
        R"({"a":{"dtype":"U8","shape":[],"data_offsets":)" + wide + "]}}"}) {
    write_file(path, file_of(header, "x"));
    EXPECT_NE(error_reading(path).find("a list of 100001"), std::string::npos);
    EXPECT_LT(error_reading(path).size(), path.size() + 200);
  }
}

TEST(Safetensors, MetadataOfOtherFilesIsNothing) {
  const TemporaryFolder folder;
  const std::string path = folder.file("x");
  for (const std::string& bytes :
       {std::string("{}"), std::string("{\"a\":1}\n{\"a\":2}\n"), std::string("12345678{"),
        file_of("[]", ""), file_of("{", ""), file_of("{\"__metadata__\":1}", "")}) {
    write_file(path, bytes);
    EXPECT_FALSE(read_safetensors_metadata(path).has_value()) << bytes;
  }
  write_file(path, file_of(R"({"__metadata__":{"a":"b"},"x":"not looked at"})", ""));
  EXPECT_EQ(read_safetensors_metadata(path).value().at("a"), "b");
  EXPECT_THAT(error_of([&] { read_safetensors_metadata(folder.file("none")); }),
              HasSubstr("expected a file that can be read"));
}

TEST(StringList, PacksAnyText) {
  const std::vector<std::string> texts = {"", "a b", "=%\n", "é", std::string("\0x", 2), ""};
  EXPECT_EQ(unpack_strings(pack_strings(texts), "x"), texts);
  EXPECT_TRUE(unpack_strings(pack_strings({}), "x").empty());
}

TEST(StringList, RefusesOtherBytes) {
  EXPECT_EQ(error_of([] {
              unpack_strings(pack_strings({"fine", "caf\xe9"}), "x");
            }),
            "x: expected names in UTF-8, received 'caf\\xe9'");
}

TEST(StringList, RefusesOffsetsThatMakeNoSense) {
  PackedStrings packed = pack_strings({"ab", "c"});
  const auto error = [&](const at::Tensor& offsets) {
    packed.offsets = offsets;
    return error_of([&] { unpack_strings(packed, "x"); });
  };
  const std::string expected = "x: expected offsets of names that rise from 0 to 3, received ";
  EXPECT_EQ(error(at::tensor({0, 2, 4}, at::kLong)), expected + "0 to 4");
  EXPECT_EQ(error(at::tensor({1, 2, 3}, at::kLong)), expected + "1 to 3");
  EXPECT_EQ(error(at::tensor({0, -1, 3}, at::kLong)), expected + "some that fall, from 0 to 3");
  EXPECT_EQ(error(at::tensor({0, 5, 3}, at::kLong)), expected + "some that fall, from 0 to 3");
  EXPECT_EQ(error(at::empty({0}, at::kLong)),
            "x: expected names as uint8 [b] and offsets as int64 [n + 1], received Byte [3] and "
            "Long [0]");
}

}  // namespace
}  // namespace feat2vec::storage
