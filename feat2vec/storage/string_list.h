#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

namespace feat2vec::storage {

/// A list of texts as two tensors, the way the files here hold names.
struct PackedStrings {
  at::Tensor bytes;    ///< uint8 [b], all texts one after another
  at::Tensor offsets;  ///< int64 [n + 1]; text i is bytes offsets[i] .. offsets[i + 1]
};

/// Packs the texts in their order, any bytes.
PackedStrings pack_strings(const std::vector<std::string>& texts);

/// The inverse. Throws Error `WHERE: expected …` when types, shapes or offsets make no
/// sense, or a text is not UTF-8.
std::vector<std::string> unpack_strings(const PackedStrings& packed, const std::string& where);

}  // namespace feat2vec::storage
