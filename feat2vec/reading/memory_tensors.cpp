#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "feat2vec/error.h"
#include "feat2vec/reading/memory.h"

namespace feat2vec::reading {
namespace {

void require(bool holds, std::string_view where, const char* expected) {
  if (!holds) throw Error(fmt::format("{}: expected {}, received other numbers", where, expected));
}

template <typename Number>
std::vector<Number> numbers(const NamedTensors& tensors, const char* name, std::string_view where) {
  const auto found =
      std::find_if(tensors.begin(), tensors.end(), [&](const auto& t) { return t.first == name; });
  if (found == tensors.end()) {
    throw Error(fmt::format("{}: expected tensor {} of a memory, received none", where, name));
  }
  const at::Tensor tensor = found->second.cpu().contiguous();
  constexpr auto kType = c10::CppTypeToScalarType<Number>::value;
  if (tensor.scalar_type() != kType || tensor.dim() != 1) {
    throw Error(fmt::format("{}: expected {} as {} [n], received {} of {} dimensions", where, name,
                            c10::toString(kType), c10::toString(tensor.scalar_type()),
                            tensor.dim()));
  }
  const auto* data = tensor.template const_data_ptr<Number>();
  return {data, data + tensor.numel()};
}

bool has(const NamedTensors& tensors, std::string_view name) {
  return std::any_of(tensors.begin(), tensors.end(),
                     [&](const auto& t) { return t.first == name; });
}

/// Starts at 0, never falls, ends at `end`.
template <typename Number>
bool are_offsets(const std::vector<Number>& offsets, std::size_t end) {
  return !offsets.empty() && offsets.front() == 0 &&
         std::is_sorted(offsets.begin(), offsets.end()) &&
         static_cast<std::size_t>(offsets.back()) == end;
}

void check_pairs(const PairCounts& pairs, std::size_t ids, std::string_view where) {
  require(pairs.offsets.size() == ids + 1 && are_offsets(pairs.offsets, pairs.targets.size()) &&
              pairs.counts.size() == pairs.targets.size(),
          where, "offsets of the pairs of each value");
  for (std::size_t context = 0; context < ids; ++context) {
    const auto begin = pairs.targets.begin() + pairs.offsets[context];
    const auto end = pairs.targets.begin() + pairs.offsets[context + 1];
    const bool ascend = std::adjacent_find(begin, end, std::greater_equal<>()) == end;
    require(ascend && (begin == end || (*begin >= 0 && static_cast<std::size_t>(end[-1]) < ids)),
            where, "ascending ids of values");
  }
}

bool all_positive(const std::vector<std::int32_t>& counts, std::int32_t least) {
  return std::all_of(counts.begin(), counts.end(), [&](auto count) { return count >= least; });
}

}  // namespace

Memory::Memory(const NamedTensors& tensors, std::string_view where)
    : first_(numbers<std::int32_t>(tensors, "first", where)),
      holding_(numbers<std::int32_t>(tensors, "holding", where)) {
  pairs_.offsets = numbers<std::int64_t>(tensors, "offsets", where);
  pairs_.targets = numbers<std::int32_t>(tensors, "targets", where);
  pairs_.counts = numbers<std::int32_t>(tensors, "counts", where);
  if (has(tensors, "leading")) {
    leading_ = numbers<std::int32_t>(tensors, "leading", where);
    require(leading_.size() == holding_.size() && all_positive(leading_, 0), where,
            "counts of leading values");
  }
  const auto last = numbers<std::int64_t>(tensors, "rows_and_dropped", where);
  require(last.size() == 2 && last[0] >= 0 && last[1] >= 0, where, "rows and dropped pairs");
  rows_ = last[0];
  pairs_.dropped = last[1];
  require(are_offsets(first_, holding_.size()), where, "first ids of the features");
  require(all_positive(holding_, 0) && all_positive(pairs_.counts, 1), where, "counts");
  check_pairs(pairs_, holding_.size(), where);
}

}  // namespace feat2vec::reading
