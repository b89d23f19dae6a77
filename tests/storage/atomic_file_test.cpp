#include "feat2vec/storage/atomic_file.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "feat2vec/error.h"
#include "tests/support/errors.h"
#include "tests/support/file_size_limit.h"
#include "tests/support/temporary_folder.h"

namespace feat2vec::storage {
namespace {

namespace fs = std::filesystem;
using testing::read_file;
using testing::TemporaryFolder;
using testing::write_file;

/// The id of a process that has ended.
pid_t dead_process() {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(0);
  ::waitpid(child, nullptr, 0);
  return child;
}

std::string message_of(const std::string& path) {
  try {
    check_writable(path);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(AtomicFile, AppearsOnlyWithCommit) {
  const TemporaryFolder folder;
  const std::string path = folder.file("out.txt");
  {
    AtomicFile file(path);
    file.write("hello ");
    file.write(std::string(3U << 20U, 'x'));
    file.write("!");
    EXPECT_FALSE(fs::exists(path));
    file.commit();
  }
  EXPECT_EQ(read_file(path), "hello " + std::string(3U << 20U, 'x') + "!");
  EXPECT_EQ(folder.entries(), 1);
}

TEST(AtomicFile, LeavesTheOldFileWithoutCommit) {
  const TemporaryFolder folder;
  const std::string path = folder.file("out.txt");
  write_file(path, "old");
  {
    AtomicFile file(path);
    file.write("new");
  }
  EXPECT_EQ(read_file(path), "old");
  EXPECT_EQ(folder.entries(), 1);
}

TEST(AtomicFile, LeavesTheOldFileWhenThereIsNoRoom) {
  const TemporaryFolder folder;
  const std::string path = folder.file("out.txt");
  write_file(path, "old");
  const std::string message = testing::error_of([&] {
    const testing::FileSizeLimit limit(1000);
    AtomicFile file(path);
    file.write(std::string(5000, 'x'));
    file.commit();
  });
  EXPECT_EQ(message, path + ": expected room to write it, received \"File too large\"");
  EXPECT_EQ(read_file(path), "old");
  EXPECT_EQ(folder.entries(), 1);
}

TEST(AtomicFile, RemovesLeftoversOfDeadProcessesForTheSameTarget) {
  const TemporaryFolder folder;
  const std::string dead = std::to_string(dead_process());
  const std::string alive = std::to_string(::getppid());
  for (const auto& name : {".out.tmp-" + dead, ".other.tmp-" + dead, ".out.tmp-" + alive,
                           std::string(".out.tmp-x"), std::string("out.tmp")}) {
    write_file(folder.file(name), "left");
  }
  AtomicFile file(folder.file("out"));
  file.commit();
  EXPECT_FALSE(fs::exists(folder.file(".out.tmp-" + dead)));
  EXPECT_TRUE(fs::exists(folder.file(".other.tmp-" + dead)));
  EXPECT_TRUE(fs::exists(folder.file(".out.tmp-" + alive)));
  EXPECT_EQ(folder.entries(), 5);
}

TEST(AtomicFile, SaysWhyItCannotBeOpened) {
  const TemporaryFolder folder;
  const std::string path = folder.file("none/out.txt");
  try {
    AtomicFile file(path);
    FAIL() << "opened";
  } catch (const Error& error) {
    EXPECT_EQ(std::string(error.what()), path +
                                             ": expected a folder that can be written to, "
                                             "received \"No such file or directory\"");
  }
}

TEST(AtomicFile, WritesToWhatALinkLeadsTo) {
  const TemporaryFolder folder;
  fs::create_directory(folder.path() / "far");
  write_file(folder.file("far/old"), "old");
  fs::create_symlink("far/old", folder.path() / "second");
  fs::create_symlink("second", folder.path() / "first");
  fs::create_symlink("far/new", folder.path() / "dangling");
  for (const std::string name : {"first", "dangling"}) {
    AtomicFile file(folder.file(name));
    file.write("new");
    file.commit();
    EXPECT_TRUE(fs::is_symlink(folder.file(name)));
    EXPECT_EQ(read_file(folder.file(name)), "new");
    EXPECT_EQ(file.path(), folder.file(name));
  }
  EXPECT_EQ(read_file(folder.file("far/old")), "new");
  EXPECT_FALSE(fs::is_symlink(folder.file("far/new")));
  EXPECT_EQ(folder.entries(), 4);
}

TEST(AtomicFile, RefusesLinksThatLeadNowhere) {
  const TemporaryFolder folder;
  fs::create_symlink("b", folder.path() / "a");
  fs::create_symlink("a", folder.path() / "b");
  EXPECT_THROW(AtomicFile(folder.file("a")), Error);
  EXPECT_NE(message_of(folder.file("a")).find("links that lead nowhere"), std::string::npos);
}

TEST(CheckWritable, RefusesANameWithoutRoomForTheTemporaryOne) {
  const TemporaryFolder folder;
  EXPECT_EQ(message_of(folder.file(std::string(200, 'x'))), "");
  const std::string longest(255, 'x');
  write_file(folder.file(longest), "a name that the file system takes");
  EXPECT_NE(message_of(folder.file(longest)).find("File name too long"), std::string::npos);
  EXPECT_THROW(AtomicFile(folder.file(longest)), Error);
}

TEST(CheckWritable, AcceptsAFileOrNothing) {
  const TemporaryFolder folder;
  write_file(folder.file("old"), "old");
  EXPECT_EQ(message_of(folder.file("old")), "");
  EXPECT_EQ(message_of(folder.file("new")), "");
  EXPECT_EQ(folder.entries(), 1);
}

TEST(CheckWritable, RefusesFoldersAndWhatHasNone) {
  const TemporaryFolder folder;
  write_file(folder.file("file"), "");
  EXPECT_NE(message_of(folder.path().string()).find("received a folder"), std::string::npos);
  EXPECT_NE(message_of(folder.file("none/x")).find("No such file"), std::string::npos);
  EXPECT_NE(message_of(folder.file("file/x")), "");
  EXPECT_NE(message_of("/dev/null").find("a special file"), std::string::npos);
  EXPECT_NE(message_of(folder.path().string() + "/").find("no file name"), std::string::npos);
}

TEST(CheckWritable, RefusesAFolderWithoutPermission) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may write anywhere";
  const TemporaryFolder folder;
  fs::permissions(folder.path(), fs::perms::owner_read | fs::perms::owner_exec);
  EXPECT_NE(message_of(folder.file("x")).find("Permission denied"), std::string::npos);
  fs::permissions(folder.path(), fs::perms::owner_all);
}

}  // namespace
}  // namespace feat2vec::storage
