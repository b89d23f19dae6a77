#include "feat2vec/tables/table_cache.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/tables/table_files.h"

namespace feat2vec::tables {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::TableFiles;
using testing::texts;
using Texts = std::vector<std::string>;

std::string bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// Reads through the cache, and keeps the warnings.
struct Cached {
  Table operator()(const Texts& paths, const ReadOptions& options = {}) {
    return read_table_cached(paths, options,
                             [&](const std::string& warning) { warnings.push_back(warning); });
  }
  Texts warnings;
};

TEST(TableCache, GivesTheSameTableAgain) {
  const TableFiles files;
  const std::string csv = files.write("t.csv", "a,b\nx,1\n\nbad\n\"y\n\",2\nx,\n");
  const std::string other = files.write("u.csv", "b,a\n7,z\n");
  const ReadOptions options{.skip_bad_rows = true};
  const Table read = read_table({csv, other}, options);
  Cached cached;
  for (const char* run : {"writes", "reads"}) {
    const Table table = cached({csv, other}, options);
    for (const char* name : {"a", "b"}) {
      EXPECT_EQ(texts(table.column(name)), texts(read.column(name))) << run;
    }
    EXPECT_EQ(table.names(), read.names());
    EXPECT_EQ(table.bad_rows().first, read.bad_rows().first);
    for (std::int64_t row = 0; row < table.rows(); ++row) {
      EXPECT_EQ(table.location(row, "b"), read.location(row, "b"));
    }
  }
  EXPECT_THAT(cached.warnings, IsEmpty());
}

TEST(TableCache, KeepsLists) {
  const TableFiles files;
  const std::string path = files.write("t.jsonl", "{\"a\":[\"x\",\"y\"]}\n{\"a\":[]}\n");
  Cached cached;
  for (int run = 0; run < 2; ++run) {
    EXPECT_EQ(texts(cached({path}).column("a")), (Texts{"{x,y}", "{}"}));
  }
}

TEST(TableCache, IsNotReadAgainWhenItHolds) {
  const TableFiles files;
  const std::string path = files.write("t.csv", "a,b\nx,1\ny,2\n");
  Cached cached;
  cached({path});
  const auto time = std::filesystem::last_write_time(cache_path({path}));
  EXPECT_EQ(texts(cached({path}, {.columns = {"b"}}).column("b")), (Texts{"1", "2"}));
  EXPECT_EQ(std::filesystem::last_write_time(cache_path({path})), time);
}

TEST(TableCache, OfOtherContentOrOptionsIsMadeAnew) {
  const TableFiles files;
  const std::string path = files.write("t.csv", "a,b\nx,1\ny,2\n");
  Cached cached;
  cached({path});
  files.write("t.csv", "a,b\nx,1\nz,2\n");
  EXPECT_EQ(texts(cached({path}).column("a")), (Texts{"x", "z"}));
  EXPECT_THAT(cached.warnings,
              ElementsAre(HasSubstr("t.csv.f2v-cache: not used, made anew: [cache] "
                                    "expected one of this content")));
  EXPECT_EQ(cached({path}, {.header = {"p", "q"}}).rows(), 3);
  EXPECT_EQ(cached.warnings.size(), 2U);
}

TEST(TableCache, WhateverIsDamagedIsMadeAnew) {
  const TableFiles files;
  const std::string path = files.write("t.csv", "a,b\nx,1\ny,2\n");
  Cached cached;
  cached({path});
  const std::string whole = bytes_of(cache_path({path}));
  const auto check = [&](const std::string& damaged) {
    testing::write_file(cache_path({path}), damaged);
    cached.warnings.clear();
    EXPECT_EQ(texts(cached({path}).column("a")), (Texts{"x", "y"}));
    EXPECT_EQ(cached.warnings.size(), 1U);
    EXPECT_EQ(bytes_of(cache_path({path})), whole);
  };
  for (std::size_t i = 0; i < whole.size(); i += 3) {
    std::string flipped = whole;
    flipped[i] = static_cast<char>(flipped[i] ^ 1);
    check(flipped);
  }
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{15}, std::size_t{20}, whole.size() - 1}) {
    check(whole.substr(0, size));
  }
}

TEST(TableCache, IsLeftOutWhereItCannotBeWritten) {
  const TableFiles files;
  const std::string path = files.write("t.csv", "a,b\nx,1\ny,2\n");
  std::filesystem::create_directory(cache_path({path}));
  Cached cached;
  EXPECT_EQ(texts(cached({path}).column("a")), (Texts{"x", "y"}));
  EXPECT_THAT(cached.warnings.back(), HasSubstr("t.csv.f2v-cache: not kept: "));
}

}  // namespace
}  // namespace feat2vec::tables
