#include "apps/held_out_rows.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "feat2vec/tables/encoder.h"
#include "samplers/items.h"
#include "samplers/row_order.h"

namespace feat2vec::apps {
namespace {

/// Rows that are not held out, by value.
class Remaining {
 public:
  explicit Remaining(const data::Dataset& rows) {
    for (const data::Column& column : rows.columns())
      counts_.push_back(samplers::value_counts(column));
  }

  /// Whether each feature that the row has values of has one that is in another row too.
  bool keeps_some_of(std::span<const samplers::Item> row) const {
    for (std::size_t i = 0; i < row.size();) {
      const std::int32_t feature = row[i].feature;
      bool kept = row[i].value < 0;  // numbers are known by themselves
      for (; i < row.size() && row[i].feature == feature; ++i) kept = kept || count(row[i]) > 1;
      if (!kept) return false;
    }
    return true;
  }

  void take(std::span<const samplers::Item> row) {
    for (const samplers::Item& item : row)
      if (item.value >= 0) --counts_[static_cast<std::size_t>(item.feature)][place(item)];
  }

 private:
  static std::size_t place(const samplers::Item& item) {
    return static_cast<std::size_t>(item.value);
  }
  std::int64_t count(const samplers::Item& item) const {
    return item.value < 0 ? 0 : counts_[static_cast<std::size_t>(item.feature)][place(item)];
  }

  std::vector<std::vector<std::int64_t>> counts_;
};

}  // namespace

std::vector<std::int64_t> held_out_rows(const data::Dataset& rows, double share,
                                        std::uint64_t seed) {
  const auto wanted =
      static_cast<std::size_t>(std::llround(share * static_cast<double>(rows.rows())));
  const samplers::Items items(rows);
  Remaining remaining(rows);
  const samplers::RowOrder order(rows.rows(), seed, samplers::RowOrder::kNoEpoch);
  std::vector<std::int64_t> held_out;
  std::vector<std::int64_t> others;
  for (std::int64_t i = 0; i < rows.rows() && held_out.size() < wanted; ++i) {
    const std::int64_t row = order(i);
    const std::vector<samplers::Item> values = items.of(row);
    if (values.empty() || !remaining.keeps_some_of(values)) {
      others.push_back(row);
      continue;
    }
    remaining.take(values);
    held_out.push_back(row);
  }
  for (std::size_t i = 0; i < others.size() && held_out.size() < wanted; ++i)
    held_out.push_back(others[i]);
  std::sort(held_out.begin(), held_out.end());
  return held_out;
}

bool hold_out(TrainTable& table, std::uint64_t seed, int threads) {
  constexpr std::int64_t kFewest = 300;
  constexpr std::int64_t kFewestLong = 100;
  constexpr std::int64_t kFewestValues = 1500;
  constexpr std::int64_t kMost = 1000;  // more say little more
  constexpr std::int64_t kPart = 10;
  const std::int64_t rows = table.table.rows();
  const std::int64_t wanted = std::min(kMost, rows / kPart);
  if (wanted < kFewestLong) return false;
  const data::Dataset encoded =
      tables::fit_and_encode(table.table, table.schema, threads).encoded.dataset;
  if (wanted < kFewest && samplers::Items(encoded).size() / kPart < kFewestValues) return false;
  table.valid_rows =
      held_out_rows(encoded, static_cast<double>(wanted) / static_cast<double>(rows), seed);
  auto held = table.valid_rows.begin();
  for (std::int64_t row = 0; row < rows; ++row) {
    if (held != table.valid_rows.end() && *held == row)
      ++held;
    else
      table.training_rows.push_back(row);
  }
  return true;
}

}  // namespace feat2vec::apps
