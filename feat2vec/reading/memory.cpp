#include "feat2vec/reading/memory.h"

#include <ATen/ops/from_blob.h>
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <random>

#include "feat2vec/error.h"
#include "feat2vec/reading/known.h"

namespace feat2vec::reading {
namespace {

constexpr const char* kMemory = "memory";

/// Bytes that a value takes before its first pair, where it leads, and that a pair takes.
constexpr std::int64_t kValueBytes = sizeof(std::int64_t) + sizeof(std::int32_t);
constexpr std::int64_t kLeadingBytes = sizeof(std::int32_t);
constexpr std::int64_t kRowsBetweenTelling = 4096;
constexpr std::int64_t kPairBytes = 2 * sizeof(std::int32_t);

void check_options(const MemoryOptions& options, const Values& values) {
  if (options.max_bytes < 1) {
    throw Error(kMemory, "max_bytes of 1 or more", fmt::format("{}", options.max_bytes));
  }
  if (options.max_row_values < 2) {
    throw Error(kMemory, "max_row_values of 2 or more", fmt::format("{}", options.max_row_values));
  }
  for (const std::int32_t feature : options.targets) values.target(feature);
}

std::vector<std::int32_t> first_ids(const Values& values) {
  std::vector<std::int32_t> first{0};
  for (const FeatureValues& feature : values.features()) {
    const std::int64_t next = std::int64_t{first.back()} + feature.candidates();
    if (next > std::numeric_limits<std::int32_t>::max()) {
      throw Error(kMemory, "fewer than 2^31 values in all", fmt::format("{}", next));
    }
    first.push_back(static_cast<std::int32_t>(next));
  }
  return first;
}

/// Leaves `size` of the ids, drawn at random, ascending.
void draw(std::vector<std::int32_t>& ids, std::size_t size, std::mt19937_64& random) {
  if (ids.size() <= size) return;
  for (std::size_t i = 0; i < size; ++i) std::swap(ids[i], ids[i + random() % (ids.size() - i)]);
  ids.resize(size);
  std::sort(ids.begin(), ids.end());
}

RowIds row_ids(const data::Dataset& rows, const Values& values,
               const std::vector<std::int32_t>& first, const MemoryOptions& options) {
  std::mt19937_64 random(options.seed);
  RowIds found;
  std::vector<std::int32_t> ids;
  for (std::int64_t row = 0; row < rows.rows(); ++row) {
    if (options.on_progress && row % kRowsBetweenTelling == 0) options.on_progress();
    ids.clear();
    for (std::size_t f = 0; f < values.features().size(); ++f) {
      const std::int32_t candidates = values.features()[f].candidates();
      if (candidates == 0) continue;
      for (const std::int32_t value : members(rows.column(f), row, candidates)) {
        ids.push_back(first[f] + value);
      }
    }
    draw(ids, static_cast<std::size_t>(options.max_row_values), random);
    found.ids.insert(found.ids.end(), ids.begin(), ids.end());
    found.offsets.push_back(static_cast<std::int64_t>(found.ids.size()));
  }
  return found;
}

std::vector<std::int32_t> leading_counts(const data::Dataset& rows, const Values& values,
                                         const std::vector<std::int32_t>& first) {
  std::vector<std::int32_t> counts(static_cast<std::size_t>(first.back()));
  for (std::size_t f = 0; f < values.features().size(); ++f) {
    const std::int32_t candidates = values.features()[f].candidates();
    for (std::int64_t row = 0; candidates > 0 && row < rows.rows(); ++row) {
      const std::int32_t value = first_member(rows.column(f), row, candidates);
      if (value >= 0) ++counts[static_cast<std::size_t>(first[f] + value)];
    }
  }
  return counts;
}

std::vector<bool> target_ids(const std::vector<std::int32_t>& first,
                             const std::vector<std::int32_t>& targets) {
  std::vector<bool> is_target(static_cast<std::size_t>(first.back()), targets.empty());
  for (const std::int32_t feature : targets) {
    const auto f = static_cast<std::size_t>(feature);
    std::fill(is_target.begin() + first[f], is_target.begin() + first[f + 1], true);
  }
  return is_target;
}

template <typename Number>
at::Tensor tensor_of(const std::vector<Number>& numbers) {
  auto* data = const_cast<Number*>(numbers.data());  // cloned before anyone writes
  return at::from_blob(data, {static_cast<std::int64_t>(numbers.size())},
                       at::TensorOptions(c10::CppTypeToScalarType<Number>::value))
      .clone();
}

}  // namespace

Memory::Memory(const data::Dataset& rows, const Values& values, const MemoryOptions& options)
    : rows_(rows.rows()) {
  check_options(options, values);
  if (rows_ > std::numeric_limits<std::int32_t>::max())
    throw Error(kMemory, "fewer than 2^31 rows", fmt::format("{}", rows_));
  first_ = first_ids(values);
  const RowIds ids = row_ids(rows, values, first_, options);
  holding_.assign(static_cast<std::size_t>(first_.back()), 0);
  for (const std::int32_t id : ids.ids) ++holding_[static_cast<std::size_t>(id)];
  if (options.leading) leading_ = leading_counts(rows, values, first_);
  const std::int64_t spent =
      first_.back() * (kValueBytes + (options.leading ? kLeadingBytes : std::int64_t{0}));
  pairs_ = count_pairs(ids, first_.back(), target_ids(first_, options.targets),
                       std::max<std::int64_t>(0, options.max_bytes - spent) / kPairBytes,
                       options.on_progress);
}

Memory::Pairs Memory::pairs(std::int32_t target_feature, std::int32_t feature,
                            std::int32_t value) const {
  const std::size_t context = id_of(feature, value);
  const auto begin = pairs_.targets.begin() + pairs_.offsets[context];
  const auto end = pairs_.targets.begin() + pairs_.offsets[context + 1];
  const std::int32_t first = first_[static_cast<std::size_t>(target_feature)];
  const auto from = std::lower_bound(begin, end, first);
  const auto to = std::lower_bound(from, end, first_[static_cast<std::size_t>(target_feature) + 1]);
  const auto size = static_cast<std::size_t>(to - from);
  const auto at = static_cast<std::size_t>(from - pairs_.targets.begin());
  return {std::span(pairs_.targets).subspan(at, size), std::span(pairs_.counts).subspan(at, size),
          first};
}

std::span<const std::int32_t> Memory::of_feature(const std::vector<std::int32_t>& numbers,
                                                 std::int32_t feature) const {
  const auto f = static_cast<std::size_t>(feature);
  return std::span(numbers).subspan(static_cast<std::size_t>(first_[f]),
                                    static_cast<std::size_t>(first_[f + 1] - first_[f]));
}

void Memory::check(const Values& values) const {
  if (first_ != first_ids(values)) {
    throw Error(kMemory, "counts of the same features and values as the model's",
                fmt::format("{} features with {} values", first_.size() - 1, first_.back()));
  }
}

NamedTensors Memory::tensors() const {
  NamedTensors found{
      {"first", tensor_of(first_)},
      {"holding", tensor_of(holding_)},
      {"offsets", tensor_of(pairs_.offsets)},
      {"targets", tensor_of(pairs_.targets)},
      {"counts", tensor_of(pairs_.counts)},
      {"rows_and_dropped", tensor_of(std::vector<std::int64_t>{rows_, pairs_.dropped})}};
  if (!leading_.empty()) found.emplace_back("leading", tensor_of(leading_));
  return found;
}

}  // namespace feat2vec::reading
