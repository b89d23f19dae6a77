#include "feat2vec/storage/string_list.h"

#include <ATen/ops/empty.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

#include "feat2vec/printable.h"
#include "feat2vec/storage/file_error.h"
#include "feat2vec/storage/type_and_shape.h"

namespace feat2vec::storage {

PackedStrings pack_strings(const std::vector<std::string>& texts) {
  const auto count = static_cast<std::int64_t>(texts.size());
  PackedStrings packed;
  packed.offsets = at::empty({count + 1}, at::kLong);
  auto* offset = packed.offsets.mutable_data_ptr<std::int64_t>();
  *offset = 0;
  for (const auto& text : texts) {
    offset[1] = offset[0] + static_cast<std::int64_t>(text.size());
    ++offset;
  }
  packed.bytes = at::empty({*offset}, at::kByte);
  auto* byte = packed.bytes.mutable_data_ptr<std::uint8_t>();
  for (const auto& text : texts) byte = std::copy(text.begin(), text.end(), byte);
  return packed;
}

std::vector<std::string> unpack_strings(const PackedStrings& packed, const std::string& where) {
  const auto& [bytes, offsets] = packed;
  if (bytes.scalar_type() != at::kByte || bytes.dim() != 1 || offsets.scalar_type() != at::kLong ||
      offsets.dim() != 1 || offsets.numel() < 1) {
    throw file_error(where, "names as uint8 [b] and offsets as int64 [n + 1]",
                     type_and_shape(bytes) + " and " + type_and_shape(offsets));
  }
  const auto* offset = offsets.const_data_ptr<std::int64_t>();
  const auto* last = offset + offsets.numel() - 1;
  const bool rises = std::is_sorted(offset, last + 1);
  if (*offset != 0 || *last != bytes.numel() || !rises) {
    throw file_error(
        where, fmt::format("offsets of names that rise from 0 to {}", bytes.numel()),
        fmt::format("{}{} to {}", rises ? "" : "some that fall, from ", *offset, *last));
  }
  const auto* text = static_cast<const char*>(bytes.const_data_ptr());
  std::vector<std::string> texts;
  texts.reserve(static_cast<std::size_t>(offsets.numel() - 1));
  for (; offset != last; ++offset) {
    texts.emplace_back(text + offset[0], text + offset[1]);
    if (!is_utf8(texts.back())) throw file_error(where, "names in UTF-8", in_quotes(texts.back()));
  }
  return texts;
}

}  // namespace feat2vec::storage
