#include "feat2vec/reading/stored_reader.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "feat2vec/reading/reader_fit.h"
#include "feat2vec/storage/model_file.h"
#include "tests/reading/small_table.h"
#include "tests/support/temporary_folder.h"

namespace feat2vec::reading {
namespace {

TEST(StoredReader, ComesBackFromAModelFileAndScoresTheSameToTheBit) {
  testing::SmallTable table = testing::films();
  const testing::TemporaryFolder folder;
  const std::string path = folder.file("model.f2v");
  const Values values(table.model);
  const Memory memory(table.rows, values);
  const FittedReader fitted = fit_reader(values, &memory, table.rows);
  table.model.reader = stored_reader(fitted, &memory);
  storage::save_model(path, table.model);

  const Model loaded = storage::load_model(path);
  ASSERT_TRUE(loaded.reader.has_value());
  const Values again(loaded);
  const std::optional<Memory> remembered = memory_of(*loaded.reader);
  ASSERT_TRUE(remembered.has_value());
  const Reader before(values, &memory, fitted);
  const Reader after(again, &*remembered, weights_of(*loaded.reader));
  for (std::int32_t target = 0; target < 3; ++target) {
    const RowPart part{.without_feature = target};
    EXPECT_EQ(testing::scores_of(before, values, target, row_query(values, table.rows, 0, part)),
              testing::scores_of(after, again, target, row_query(again, table.rows, 0, part)));
  }
}

TEST(StoredReader, IsAbsentFromModelsThatHaveNone) {
  const testing::SmallTable table = testing::films();
  const testing::TemporaryFolder folder;
  storage::save_model(folder.file("model.f2v"), table.model);
  EXPECT_FALSE(storage::load_model(folder.file("model.f2v")).reader.has_value());
}

TEST(StoredReader, NeedsNoMemory) {
  const testing::SmallTable table = testing::films();
  const Values values(table.model);
  const StoredReader stored = stored_reader(fit_reader(values, nullptr, table.rows), nullptr);
  EXPECT_FALSE(memory_of(stored).has_value());
  EXPECT_FALSE(weights_of(stored).targets.at(0).memory);
}

}  // namespace
}  // namespace feat2vec::reading
