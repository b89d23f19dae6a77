#include "feat2vec/storage/scratch_file.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/errors.h"
#include "tests/support/file_size_limit.h"
#include "tests/support/temporary_folder.h"

namespace feat2vec::storage {
namespace {

using testing::TemporaryFolder;

TEST(ScratchFile, GivesBackWhatWasWrittenAndLeavesNothing) {
  const TemporaryFolder folder;
  ScratchFile file(folder.path().string());
  file.write("hello world", 11, 0);
  file.write("WORLD", 5, 6);
  std::string read(5, ' ');
  file.read(read.data(), 5, 4);
  EXPECT_EQ(read, "o WOR");
  EXPECT_EQ(folder.entries(), 0);
}

TEST(ScratchFile, SaysWhyThereIsNone) {
  const TemporaryFolder folder;
  EXPECT_EQ(
      testing::error_of([&] { ScratchFile(folder.file("none")); }),
      folder.file("none") +
          ": expected a folder that can be written to, received \"No such file or directory\"");
  ScratchFile file(folder.path().string());
  const testing::FileSizeLimit limit(1000);
  const std::string bytes(5000, 'x');
  EXPECT_EQ(testing::error_of([&] { file.write(bytes.data(), bytes.size(), 0); }),
            folder.path().string() +
                ": expected room for a file that can be read again, received \"File too large\"");
}

TEST(ScratchFile, DoesNotReadBeyondItsEnd) {
  const TemporaryFolder folder;
  ScratchFile file(folder.path().string());
  file.write("abc", 3, 0);
  std::string read(4, ' ');
  EXPECT_NE(testing::error_of([&] { file.read(read.data(), 4, 0); }).find("expected room"),
            std::string::npos);
}

}  // namespace
}  // namespace feat2vec::storage
