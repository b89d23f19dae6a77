#include "feat2vec/data/row_sketch.h"

#include <ATen/ops/empty.h>
#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <span>
#include <utility>
#include <vector>

#include "feat2vec/error.h"

namespace feat2vec::data {
namespace {

using Bytes = std::vector<char>;

template <class T>
void append(Bytes& bytes, const T* data, std::size_t size) {
  const auto* from = static_cast<const char*>(static_cast<const void*>(data));
  bytes.insert(bytes.end(), from, from + size * sizeof(T));
}

/// Appends the cells of one column, a row at a time, so that different cells give different bytes.
class Cells {
 public:
  explicit Cells(const Column& column)
      : kind_(column.kind),
        ids_(contiguous(column.ids)),
        offsets_(contiguous(column.offsets)),
        values_(contiguous(column.values)),
        missing_(contiguous(column.missing)) {}

  void append_to(Bytes& bytes, std::int64_t row) {
    if (kind_ == FeatureKind::kCategorical)
      append(bytes, ids_.const_data_ptr<std::int32_t>() + row, 1);
    else if (offsets_.defined())
      append_members(bytes, row);
    else if (kind_ == FeatureKind::kNumeric)
      append_numbers(bytes, row);
  }

 private:
  static at::Tensor contiguous(const at::Tensor& tensor) {
    return tensor.defined() ? tensor.contiguous() : tensor;
  }

  void append_members(Bytes& bytes, std::int64_t row) {
    const auto* offsets = offsets_.const_data_ptr<std::int64_t>();
    const auto* ids = ids_.const_data_ptr<std::int32_t>();
    members_.assign(ids + offsets[row], ids + offsets[row + 1]);
    std::sort(members_.begin(), members_.end());
    const std::uint64_t size = members_.size();
    append(bytes, &size, 1);
    append(bytes, members_.data(), members_.size());
  }

  void append_numbers(Bytes& bytes, std::int64_t row) const {
    const std::int64_t width = values_.size(1);
    const auto row_bytes = static_cast<std::size_t>(width) * values_.element_size();
    const auto* values = static_cast<const char*>(values_.const_data_ptr());
    append(bytes, values + static_cast<std::size_t>(row) * row_bytes, row_bytes);
    append(bytes, missing_.const_data_ptr<bool>() + row * width, static_cast<std::size_t>(width));
  }

  FeatureKind kind_;
  at::Tensor ids_, offsets_, values_, missing_;
  std::vector<std::int32_t> members_;
};

std::vector<std::int64_t> hashes_of(const Dataset& table) {
  std::vector<Cells> columns(table.columns().begin(), table.columns().end());
  std::vector<std::int64_t> hashes(static_cast<std::size_t>(table.rows()));
  Bytes bytes;
  for (std::size_t row = 0; row < hashes.size(); ++row) {
    bytes.clear();
    for (Cells& column : columns) column.append_to(bytes, static_cast<std::int64_t>(row));
    hashes[row] = static_cast<std::int64_t>(XXH3_64bits(bytes.data(), bytes.size()) >> 1U);
  }
  return hashes;
}

std::span<const std::int64_t> numbers(const at::Tensor& tensor) {
  return {tensor.const_data_ptr<std::int64_t>(), static_cast<std::size_t>(tensor.numel())};
}

}  // namespace

RowSketch RowSketch::of(const Dataset& table, std::int64_t most) {
  std::vector<std::int64_t> hashes = hashes_of(table);
  std::sort(hashes.begin(), hashes.end());
  RowSketch sketch;
  sketch.rows = table.rows();
  for (std::size_t first = 0; first < hashes.size();) {
    std::size_t next = first + 1;
    while (next < hashes.size() && hashes[next] == hashes[first]) ++next;
    if (next == first + 1) ++sketch.once;
    hashes[static_cast<std::size_t>(sketch.different++)] = hashes[first];
    first = next;
  }
  const std::int64_t kept = std::min(most, sketch.different);
  sketch.hashes = at::empty({kept}, at::kLong);
  std::copy_n(hashes.begin(), kept, sketch.hashes.mutable_data_ptr<std::int64_t>());
  return sketch;
}

void RowSketch::check() const {
  const auto expect = [](bool holds, const char* expected) {
    if (!holds) throw Error("RowSketch", expected, "others");
  };
  expect(hashes.defined() && hashes.scalar_type() == at::kLong && hashes.dim() == 1 &&
             hashes.is_contiguous(),
         "hashes as int64 [H]");
  const auto all = numbers(hashes);
  expect(std::adjacent_find(all.begin(), all.end(), std::greater_equal<>()) == all.end(),
         "hashes that rise");
  expect(once >= 0 && once <= different && different <= rows && hashes.numel() <= different &&
             (hashes.numel() > 0 || different == 0),
         "numbers of rows that fit the hashes");
}

double RowSketch::expected_share() const {
  return rows > 0 ? 1 - static_cast<double>(once) / static_cast<double>(rows) : 0;
}

SeenRows seen_rows(const RowSketch& sketch, const Dataset& table) {
  const auto known = numbers(sketch.hashes);
  const bool whole = sketch.hashes.numel() == sketch.different;
  SeenRows found;
  for (const std::int64_t hash : hashes_of(table)) {
    if (!whole && hash > known.back()) continue;
    ++found.looked_at;
    if (std::binary_search(known.begin(), known.end(), hash)) ++found.seen;
  }
  return found;
}

bool is_suspicious(const RowSketch& sketch, const SeenRows& found) {
  constexpr double kMargin = 0.1;
  constexpr double kDeviations = 3;
  const auto looked_at = static_cast<double>(found.looked_at);
  const double share = sketch.expected_share();
  const double excess = static_cast<double>(found.seen) - looked_at * share;
  return excess > 0 && excess >= looked_at * kMargin &&
         excess >= kDeviations * std::sqrt(looked_at * share * (1 - share));
}

}  // namespace feat2vec::data
