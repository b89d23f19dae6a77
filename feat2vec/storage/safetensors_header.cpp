#include "feat2vec/storage/safetensors_header.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "feat2vec/bounded_json.h"
#include "feat2vec/storage/file_error.h"

namespace feat2vec::storage {
namespace {

constexpr std::size_t kAlignment = 8;
constexpr std::size_t kMaxDimensions = 32;
constexpr std::string_view kMetadataKey = "__metadata__";

constexpr std::array<std::pair<at::ScalarType, std::string_view>, 6> kDtypes{{
    {at::ScalarType::Double, "F64"},
    {at::ScalarType::Float, "F32"},
    {at::ScalarType::Long, "I64"},
    {at::ScalarType::Int, "I32"},
    {at::ScalarType::Byte, "U8"},
    {at::ScalarType::Bool, "BOOL"},
}};

std::optional<at::ScalarType> dtype_of(std::string_view word) {
  for (const auto& [dtype, known] : kDtypes) {
    if (known == word) return dtype;
  }
  return std::nullopt;
}

nlohmann::json parse_object(std::string_view text, const std::string& path) {
  nlohmann::json json = parse_json(text, path);
  if (!json.is_object()) throw file_error(path, "a header that is a JSON object", shown(json));
  return json;
}

std::map<std::string, std::string> parse_metadata(const nlohmann::json& json,
                                                  const std::string& path) {
  std::map<std::string, std::string> metadata;
  const std::string expected = fmt::format("{} that maps text to text", kMetadataKey);
  if (!json.is_object()) throw file_error(path, expected, json.type_name());
  for (const auto& [key, value] : json.items()) {
    if (!value.is_string()) {
      throw file_error(path, expected, fmt::format("{} for {}", value.type_name(), shown(key)));
    }
    metadata.emplace(key, value.get<std::string>());
  }
  return metadata;
}

/// Bytes of a tensor, or nothing when they are more than any file has.
std::optional<std::uint64_t> byte_size(const TensorInfo& info) {
  constexpr std::uint64_t kMost = std::uint64_t{1} << 60U;
  std::uint64_t nonzero = c10::elementSize(info.dtype);
  bool empty = false;
  for (const std::int64_t length : info.shape) {
    if (length == 0) {
      empty = true;
      continue;
    }
    const auto factor = static_cast<std::uint64_t>(length);
    if (factor > kMost / nonzero) return std::nullopt;
    nonzero *= factor;
  }
  return empty ? 0 : nonzero;
}

std::vector<std::int64_t> parse_shape(const nlohmann::json& json, const std::string& what,
                                      const std::string& path) {
  constexpr auto kLongest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (!json.is_array() || json.size() > kMaxDimensions) {
    throw file_error(path,
                     fmt::format("{} with a shape of at most {} lengths", what, kMaxDimensions),
                     shown(json));
  }
  std::vector<std::int64_t> shape;
  for (const auto& length : json) {
    if (!length.is_number_unsigned() || length.get<std::uint64_t>() > kLongest) {
      throw file_error(path, what + " with lengths of 0 or more in its shape", shown(length));
    }
    shape.push_back(length.get<std::int64_t>());
  }
  return shape;
}

TensorInfo parse_tensor(const std::string& name, const nlohmann::json& json,
                        std::uint64_t data_size, const std::string& path) {
  const std::string what = "tensor " + shown(name);
  if (!json.is_object() || !json.contains("dtype") || !json.contains("shape") ||
      !json.contains("data_offsets")) {
    throw file_error(path, what + " with dtype, shape and data_offsets", shown(json));
  }
  const auto& word = json.at("dtype");
  const auto dtype = word.is_string() ? dtype_of(word.get<std::string>()) : std::nullopt;
  if (!dtype) {
    throw file_error(path, what + " with dtype F64, F32, I64, I32, U8 or BOOL", shown(word));
  }
  const auto& offsets = json.at("data_offsets");
  if (!offsets.is_array() || offsets.size() != 2 || !offsets[0].is_number_unsigned() ||
      !offsets[1].is_number_unsigned()) {
    throw file_error(path, what + " with data_offsets [begin, end]", shown(offsets));
  }
  TensorInfo info{name, *dtype, parse_shape(json.at("shape"), what, path),
                  offsets[0].get<std::uint64_t>(), offsets[1].get<std::uint64_t>()};
  if (info.begin > info.end || info.end > data_size) {
    throw file_error(path, fmt::format("{} within {} bytes of data", what, data_size),
                     fmt::format("bytes {} to {}", info.begin, info.end));
  }
  const auto size = byte_size(info);
  if (size != info.end - info.begin) {
    throw file_error(
        path, fmt::format("{} with the bytes of its shape [{}]", what, fmt::join(info.shape, ", ")),
        fmt::format("{} bytes", info.end - info.begin));
  }
  return info;
}

void check_coverage(const std::vector<TensorInfo>& tensors, std::uint64_t data_size,
                    const std::string& path) {
  std::uint64_t position = 0;
  for (const auto& info : tensors) {
    if (info.begin != position) {
      throw file_error(path, fmt::format("tensor {} at byte {}", shown(info.name), position),
                       fmt::format("byte {}", info.begin));
    }
    position = info.end;
  }
  if (position != data_size) {
    throw file_error(path, fmt::format("{} bytes of data", position),
                     fmt::format("{} bytes", data_size));
  }
}

}  // namespace

std::optional<std::string_view> dtype_word(at::ScalarType dtype) {
  for (const auto& [known, word] : kDtypes) {
    if (known == dtype) return word;
  }
  return std::nullopt;
}

std::string header_text(const SafetensorsHeader& header, const std::string& path) {
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  std::set<std::string_view> names;
  if (!header.metadata.empty()) json[std::string(kMetadataKey)] = header.metadata;
  for (const auto& info : header.tensors) {
    if (info.name == kMetadataKey || !names.insert(info.name).second) {
      throw file_error(path, "tensors with names of their own", shown(info.name));
    }
    json.push_back({info.name,
                    {{"dtype", dtype_word(info.dtype).value()},
                     {"shape", info.shape},
                     {"data_offsets", {info.begin, info.end}}}});
  }
  std::string text;
  try {
    text = json.dump();
  } catch (const nlohmann::json::exception&) {
    throw file_error(path, "names and metadata in UTF-8", "other bytes");
  }
  text.resize((text.size() + kAlignment - 1) / kAlignment * kAlignment, ' ');
  if (text.size() > kMaxHeaderSize) {
    throw file_error(path, fmt::format("a header of at most {} bytes", kMaxHeaderSize),
                     fmt::format("{}", text.size()));
  }
  return text;
}

std::map<std::string, std::string> header_metadata(std::string_view text, const std::string& path) {
  const nlohmann::json json = parse_object(text, path);
  const auto found = json.find(kMetadataKey);
  return found == json.end() ? std::map<std::string, std::string>() : parse_metadata(*found, path);
}

SafetensorsHeader parse_header(std::string_view text, std::uint64_t data_size,
                               const std::string& path) {
  SafetensorsHeader header;
  const nlohmann::json json = parse_object(text, path);
  for (const auto& [name, value] : json.items()) {
    if (name == kMetadataKey) {
      header.metadata = parse_metadata(value, path);
    } else {
      header.tensors.push_back(parse_tensor(name, value, data_size, path));
    }
  }
  std::sort(header.tensors.begin(), header.tensors.end(), [](const auto& a, const auto& b) {
    return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
  });
  check_coverage(header.tensors, data_size, path);
  return header;
}

}  // namespace feat2vec::storage
