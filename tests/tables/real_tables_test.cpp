#include <gtest/gtest.h>

#include <filesystem>
#include <map>

#include "feat2vec/tables/encoder.h"
#include "feat2vec/tables/infer.h"
#include "feat2vec/tables/read.h"

namespace feat2vec::tables {
namespace {

using Files = std::vector<std::string>;
using Kinds = std::map<std::string, std::string>;

/// Kind of each column, a bag with its separator.
Kinds kinds(const Table& table) {
  Kinds kinds;
  for (const ColumnDecision& decision : infer_schema(table).decisions) {
    kinds[decision.column] = std::string(to_string(decision.decision)) + decision.separator;
  }
  return kinds;
}

/// Tables that lie beside the checkout, where they do; the tests are skipped where they do not.
class RealTables : public ::testing::Test {
 protected:
  static std::string path(const std::string& name) {
    return std::string(FEAT2VEC_SOURCE_DIR) + "/../shared/data/" + name;
  }

  void SetUp() override {
    if (!std::filesystem::exists(path(""))) GTEST_SKIP() << "no real tables beside the checkout";
  }

  static Table read(const Files& names, const ReadOptions& options = {}) {
    Files paths;
    for (const std::string& name : names) paths.push_back(path(name));
    return read_table(paths, options);
  }
};

/// The table of the examples, which every checkout has.
TEST(ExampleTable, Titles) {
  const Table table = read_table({std::string(FEAT2VEC_SOURCE_DIR) + "/examples/data/titles.csv"});
  EXPECT_EQ(table.rows(), 8807);
  EXPECT_EQ(kinds(table), (Kinds{{"show_id", "dropped"},
                                 {"type", "categorical"},
                                 {"title", "dropped"},
                                 {"director", "bag,"},
                                 {"cast", "bag,"},
                                 {"country", "bag,"},
                                 {"date_added", "categorical"},
                                 {"release_year", "numeric"},
                                 {"rating", "categorical"},
                                 {"duration", "categorical"},
                                 {"listed_in", "bag,"}}));
  const Inference inference = infer_schema(table);
  const Encoder encoder = Encoder::fit(table, inference.schema);
  EXPECT_EQ(encoder.vocabularies()[encoder.schema().index_of("cast")].size(), 36439);
  EXPECT_EQ(encoder.encode(table).dataset.rows(), 8807);
}

TEST_F(RealTables, Goodbooks) {
  Kinds found = kinds(read({"goodbooks-10k/books.csv"}));
  for (const char* id : {"book_id", "goodreads_book_id", "best_book_id", "work_id", "isbn",
                         "isbn13", "original_title", "title", "image_url", "small_image_url"}) {
    EXPECT_EQ(found[id], "dropped") << id;
  }
  EXPECT_EQ(found["authors"], "bag,");
  EXPECT_EQ(found["language_code"], "categorical");
  EXPECT_EQ(found["average_rating"], "numeric");
  EXPECT_EQ(found["original_publication_year"], "numeric");
}

TEST_F(RealTables, WikipediaMovies) {
  const Table table =
      read({"wikipedia-movies/movies-2000s.json.gz", "wikipedia-movies/movies-2010s.json.gz"});
  EXPECT_EQ(table.rows(), 4942);
  Kinds found = kinds(table);
  EXPECT_EQ(found["cast"], "bag");
  EXPECT_EQ(found["genres"], "bag");
  EXPECT_EQ(found["year"], "categorical");
  for (const char* text : {"title", "href", "extract", "thumbnail"}) {
    EXPECT_EQ(found[text], "dropped") << text;
  }
}

TEST_F(RealTables, Movielens) {
  EXPECT_EQ(kinds(read({"movielens-latest-small/ratings.csv"})), (Kinds{{"userId", "categorical"},
                                                                        {"movieId", "categorical"},
                                                                        {"rating", "categorical"},
                                                                        {"timestamp", "numeric"}}));
  EXPECT_EQ(kinds(read({"movielens-latest-small/movies.csv"})),
            (Kinds{{"movieId", "dropped"}, {"title", "dropped"}, {"genres", "bag|"}}));
}

TEST_F(RealTables, Lastfm) {
  EXPECT_EQ(kinds(read({"lastfm-2k/user_artists.dat"})),
            (Kinds{{"userID", "categorical"}, {"artistID", "categorical"}, {"weight", "numeric"}}));
}

TEST_F(RealTables, Adult) {
  const ReadOptions options{.header = {"age", "workclass", "fnlwgt", "education", "education-num",
                                       "marital-status", "occupation", "relationship", "race",
                                       "sex", "capital-gain", "capital-loss", "hours-per-week",
                                       "native-country", "income"}};
  const Table table = read({"adult/adult.data"}, options);
  EXPECT_EQ(table.rows(), 32561);
  EXPECT_EQ(table.column("workclass").text(0), "State-gov");
  Kinds found = kinds(table);
  EXPECT_EQ(found["age"], "numeric");
  EXPECT_EQ(found["education-num"], "categorical");
  EXPECT_EQ(found["income"], "categorical");
  EXPECT_EQ(found["fnlwgt"], "numeric");
}

TEST_F(RealTables, BankMarketing) {
  const Table table = read({"bank-marketing/bank-full.csv.gz"});
  EXPECT_EQ(table.rows(), 45211);
  Kinds found = kinds(table);
  EXPECT_EQ(found["job"], "categorical");
  EXPECT_EQ(found["balance"], "numeric");
}

TEST_F(RealTables, Mushroom) {
  const Table table = read({"mushroom/agaricus-lepiota.data"});
  EXPECT_EQ(table.rows(), 8124);
  Kinds found = kinds(table);
  EXPECT_EQ(found["odor"], "categorical");
  EXPECT_EQ(found["veil-type"], "dropped");
}

TEST_F(RealTables, Birdstrikes) {
  Kinds found = kinds(read({"birdstrikes/birdstrikes.csv"}));
  EXPECT_EQ(found["Airport Name"], "categorical");
  EXPECT_EQ(found["Wildlife Species"], "categorical");
  EXPECT_EQ(found["Speed IAS in knots"], "numeric");
}

}  // namespace
}  // namespace feat2vec::tables
