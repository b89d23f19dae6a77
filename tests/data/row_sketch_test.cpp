#include "feat2vec/data/row_sketch.h"

#include <ATen/Functions.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <limits>
#include <vector>

#include "tests/support/data.h"
#include "tests/support/errors.h"

namespace feat2vec::data {
namespace {

using testing::bag_column;
using testing::error_of;
using ::testing::HasSubstr;
using testing::ids_column;
using testing::indices;
using testing::numeric_column;

constexpr double kNothing = std::numeric_limits<double>::quiet_NaN();

/// A table of one column of categories, 0 .. rows - 1.
Dataset numbered(std::int64_t rows, std::int64_t first = 0) {
  return Dataset({Column::categorical(at::arange(first, first + rows, at::kInt))});
}

bool same(const RowSketch& a, const RowSketch& b) {
  return a.rows == b.rows && a.different == b.different && a.once == b.once &&
         a.hashes.equal(b.hashes);
}

TEST(RowSketch, CountsRowsThatAreEqual) {
  const RowSketch sketch = RowSketch::of(Dataset({ids_column({7, 1, 7, 2, 7, 1})}));
  EXPECT_EQ(sketch.rows, 6);
  EXPECT_EQ(sketch.different, 3);
  EXPECT_EQ(sketch.once, 1);
  EXPECT_EQ(sketch.hashes.numel(), 3);
  EXPECT_DOUBLE_EQ(sketch.expected_share(), 5. / 6);
  sketch.check();
}

TEST(RowSketch, DoesNotDependOnTheOrderOfRowsOrMembers) {
  const Dataset table(
      {bag_column({{3, 1, 1}, {2}, {}, {5, 4}}), numeric_column({{0.5}, {1.5}, {2.5}, {3.5}})});
  const Dataset other({bag_column({{1, 3, 1}, {2}, {}, {4, 5}}), table.column(1)});
  EXPECT_TRUE(same(RowSketch::of(table), RowSketch::of(other)));
  EXPECT_TRUE(same(RowSketch::of(table), RowSketch::of(table.select(indices({2, 0, 3, 1})))));
}

TEST(RowSketch, TellsCellsApart) {
  const Dataset table({bag_column({{1, 2}, {1}, {1, 1, 2}, {}, {}}),
                       bag_column({{3}, {2, 3}, {3}, {}, {}}),
                       numeric_column({{0}, {0}, {0}, {0}, {kNothing}})});
  EXPECT_EQ(RowSketch::of(table).once, 5);
}

TEST(RowSketch, FindsTheRowsThatItHad) {
  const RowSketch sketch = RowSketch::of(numbered(500));
  const SeenRows all = seen_rows(sketch, numbered(100, 200));
  EXPECT_EQ(all.looked_at, 100);
  EXPECT_EQ(all.seen, 100);
  EXPECT_EQ(seen_rows(sketch, numbered(100, 450)).seen, 50);
  EXPECT_EQ(seen_rows(sketch, numbered(100, 500)).seen, 0);
  EXPECT_EQ(seen_rows(RowSketch::of(numbered(0)), numbered(10)).seen, 0);
}

TEST(RowSketch, OfALargeTableKeepsAPartThatIsDrawnByContent) {
  constexpr std::int64_t kRows = 20000;
  const RowSketch sketch = RowSketch::of(numbered(kRows), 1000);
  sketch.check();
  EXPECT_EQ(sketch.hashes.numel(), 1000);
  EXPECT_EQ(sketch.different, kRows);
  const SeenRows same_table = seen_rows(sketch, numbered(kRows));
  EXPECT_EQ(same_table.looked_at, 1000);
  EXPECT_EQ(same_table.seen, 1000);
  // A twentieth of other rows, give or take five standard deviations, is looked at; none is found.
  const SeenRows others = seen_rows(sketch, numbered(kRows, kRows));
  EXPECT_NEAR(static_cast<double>(others.looked_at), 1000, 220);
  EXPECT_EQ(others.seen, 0);
}

TEST(RowSketch, IsSuspiciousOfMoreRowsThanChanceRepeats) {
  const RowSketch unique{.rows = 1000, .different = 1000, .once = 1000};
  EXPECT_TRUE(is_suspicious(unique, {100, 100}));
  EXPECT_TRUE(is_suspicious(unique, {100, 10}));
  EXPECT_FALSE(is_suspicious(unique, {100, 9}));
  EXPECT_FALSE(is_suspicious(unique, {100, 0}));
  EXPECT_FALSE(is_suspicious(unique, {0, 0}));
  const RowSketch half{.rows = 1000, .different = 700, .once = 500};
  EXPECT_FALSE(is_suspicious(half, {100, 50}));
  EXPECT_FALSE(is_suspicious(half, {100, 64}));  // three standard deviations are 15
  EXPECT_TRUE(is_suspicious(half, {100, 65}));
  EXPECT_TRUE(is_suspicious(half, {10000, 6000}));
  EXPECT_FALSE(is_suspicious(half, {10000, 5900}));
  const RowSketch all{.rows = 1000, .different = 20, .once = 0};
  EXPECT_FALSE(is_suspicious(all, {100, 100}));
}

TEST(RowSketch, RefusesWhatIsNone) {
  const auto message = [](std::int64_t rows, std::int64_t different, std::int64_t once,
                          const at::Tensor& hashes) {
    return error_of([&] { RowSketch{rows, different, once, hashes}.check(); });
  };
  const at::Tensor hashes = indices({1, 5, 9});
  EXPECT_THAT(message(4, 3, 2, hashes.to(at::kInt)), HasSubstr("hashes as int64 [H]"));
  EXPECT_THAT(message(4, 3, 2, hashes.unsqueeze(0)), HasSubstr("hashes as int64 [H]"));
  EXPECT_THAT(message(4, 3, 2, indices({1, 1, 9})), HasSubstr("hashes that rise"));
  for (const auto& [rows, different, once] : std::vector<std::array<std::int64_t, 3>>{
           {2, 3, 2}, {4, 2, 2}, {4, 3, 4}, {4, 3, -1}, {-1, -1, -1}})
    EXPECT_THAT(message(rows, different, once, hashes), HasSubstr("numbers of rows that fit"));
  EXPECT_THAT(message(4, 3, 2, hashes.slice(0, 0, 0)), HasSubstr("numbers of rows that fit"));
}

}  // namespace
}  // namespace feat2vec::data
