#pragma once

#include <c10/core/ScalarType.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace feat2vec::storage {

/// Where one tensor lies in the data of a safetensors file, in bytes from the end of the header.
struct TensorInfo {
  std::string name;
  at::ScalarType dtype = at::ScalarType::Float;
  std::vector<std::int64_t> shape;
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

/// The JSON header of a safetensors file; `tensors` in the order of the data.
struct SafetensorsHeader {
  std::vector<TensorInfo> tensors;
  std::map<std::string, std::string> metadata;
};

/// No header is longer, in bytes; the limit of the Python package too.
inline constexpr std::uint64_t kMaxHeaderSize = 100'000'000;

/// The word for a type in the header (`F32`), or nothing for a type the format here does not hold.
std::optional<std::string_view> dtype_word(at::ScalarType dtype);

/// The header as text, padded with blanks so that the data after it is aligned to 8 bytes.
/// `path` starts the message of the Error for a name twice or text that is not UTF-8.
std::string header_text(const SafetensorsHeader& header, const std::string& path);

/// The metadata of a header whose tensors are not looked at. Throws Error `PATH: expected …` when it
/// is no JSON object, or its metadata no texts.
std::map<std::string, std::string> header_metadata(std::string_view text, const std::string& path);

/// Reads a header of a file with `data_size` bytes of data. Throws Error `PATH: expected …` unless
/// every tensor has a known type, a shape that fits its bytes, and the tensors cover the data
/// exactly, without gap or overlap.
SafetensorsHeader parse_header(std::string_view text, std::uint64_t data_size,
                               const std::string& path);

}  // namespace feat2vec::storage
