#pragma once

#include <map>
#include <optional>
#include <string>

#include "feat2vec/named_tensors.h"

namespace feat2vec::storage {

/// The content of a safetensors file.
struct Safetensors {
  NamedTensors tensors;
  std::map<std::string, std::string> metadata;
  /// Reading: the file carries a checksum and its bytes agree with it.
  bool verified = false;

  /// The tensor called `name`, or null.
  const at::Tensor* find(const std::string& name) const;
};

/// Writes `content` whole or not at all: float64, float32, int64, int32, uint8 or bool tensors, of
/// any strides and device. Metadata gets `checksum`, `xxh3-64:` and the hash of the whole file in
/// which those sixteen digits are zeros. The same content gives the same bytes. Tensors of wider
/// types come first, so that each is aligned. Throws Error.
void write_safetensors(const std::string& path, const Safetensors& content);

/// Reads a safetensors file of any writer into CPU tensors, in the order of the data. Nothing in the
/// file is trusted: whatever is wrong with it, a checksum that does not hold among it, is an Error
/// `PATH: expected …, received …`.
Safetensors read_safetensors(const std::string& path);

/// The metadata of a file that begins as a safetensors file does, or nothing: neither tensors nor data
/// are looked at. Throws Error when the file cannot be read.
std::optional<std::map<std::string, std::string>> read_safetensors_metadata(
    const std::string& path);

}  // namespace feat2vec::storage
