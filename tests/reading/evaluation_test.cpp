#include "feat2vec/reading/evaluation.h"

#include <gmock/gmock.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "feat2vec/data/vocabulary.h"
#include "feat2vec/reading/answers.h"
#include "feat2vec/reading/popularity.h"
#include "feat2vec/reading/questions.h"
#include "tests/support/data.h"
#include "tests/support/sample_model.h"

namespace feat2vec::reading {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

using Bags = std::vector<std::vector<std::int32_t>>;

/// Rows of the sample model of which only director, cast and tags say anything.
data::Dataset rows_of(const std::vector<std::int32_t>& directors, const Bags& casts,
                      const Bags& tags) {
  const auto n = static_cast<std::int64_t>(directors.size());
  const std::vector<std::vector<double>> one(directors.size(), {std::nan("")});
  const std::vector<std::vector<double>> two(directors.size(), {std::nan(""), std::nan("")});
  return data::Dataset(
      {testing::ids_column(directors),
       testing::ids_column(std::vector<std::int32_t>(directors.size(), -1)),
       testing::bag_column(casts), testing::bag_column(tags), testing::numeric_column(one, true),
       testing::numeric_column(two), data::Column::offset(n),
       testing::text_column(std::vector<std::vector<std::int32_t>>(directors.size()))});
}

/// Ranks by the id alone, the last value first.
class LastFirst final : public Readout {
 public:
  std::string_view name() const override { return "last-first"; }
  void scores(std::int32_t, const Query&, std::span<double> out) const override {
    for (std::size_t t = 0; t < out.size(); ++t) out[t] = static_cast<double>(t);
  }
};

class Evaluating : public ::testing::Test {
 protected:
  /// Features of the sample model.
  enum : std::int32_t { kDirector, kOther, kCast, kTags, kYear, kAttrs, kOffset, kPlot };

  static std::vector<std::pair<std::int32_t, std::int32_t>> known(const Query& query) {
    std::vector<std::pair<std::int32_t, std::int32_t>> found;
    for (const Known& one : query) found.emplace_back(one.feature, one.value);
    return found;
  }

  Model model_ = testing::sample_model();
  Values values_{model_};
};

TEST_F(Evaluating, AsksForTheTargetOfEveryRowThatHoldsOne) {
  const auto rows = rows_of({2, data::kNoValue, data::kMeanValue, 8, 0},
                            {{1, 3}, {1}, {1}, {1}, {4}}, {{}, {}, {}, {}, {}});
  const Questions questions = ask(values_, rows, {kDirector, {kCast, kTags}}, 1);
  ASSERT_EQ(questions.answerable.size(), 1U);  // no director; unseen; missing; nothing known
  EXPECT_EQ(questions.unseen_targets, 1);
  EXPECT_EQ(questions.answerable[0].row, 0);
  EXPECT_EQ(questions.answerable[0].answer, 2);
  EXPECT_THAT(questions.answerable[0].right_too, IsEmpty());
  EXPECT_THAT(known(questions.answerable[0].query),
              ElementsAre(std::pair<std::int32_t, std::int32_t>(kCast, 1),
                          std::pair<std::int32_t, std::int32_t>(kCast, 3)));
}

TEST_F(Evaluating, HidesTheWholeBagUnlessItsMembersAreGiven) {
  const auto rows = rows_of({2}, {{0, 1, 3}}, {{}});
  const Question whole = ask(values_, rows, {kCast, {kDirector}}, 1).answerable.at(0);
  EXPECT_THAT(known(whole.query), ElementsAre(std::pair<std::int32_t, std::int32_t>(kDirector, 2)));
  EXPECT_EQ(whole.right_too.size(), 2U);
  const Question one = ask(values_, rows, {kCast, {kCast, kDirector}}, 1).answerable.at(0);
  ASSERT_EQ(one.query.size(), 3U);
  EXPECT_EQ(one.answer, whole.answer);
  for (const auto& [feature, value] : known(one.query)) {
    EXPECT_FALSE(feature == kCast && value == one.answer);
  }
}

TEST_F(Evaluating, DrawsEachMemberAsOftenUnseenOnesToo) {
  const std::size_t n = 3000;
  const auto rows = rows_of(std::vector<std::int32_t>(n, 2), Bags(n, {0, 1, data::kMeanValue}),
                            Bags(n, std::vector<std::int32_t>{}));
  const Questions questions = ask(values_, rows, {kCast, {kDirector}}, 5);
  double first = 0;
  for (const Question& question : questions.answerable) first += question.answer == 0 ? 1 : 0;
  const double deviation = 5 * std::sqrt(n * 2. / 9);
  EXPECT_NEAR(first, n / 3., deviation);
  EXPECT_NEAR(static_cast<double>(questions.unseen_targets), n / 3., deviation);
}

TEST_F(Evaluating, DrawsByTheSeedAndTheRow) {
  const auto rows = rows_of({2, 2, 2, 2}, Bags(4, {0, 1, 2, 3}), Bags(4));
  const auto answers = [&](std::uint64_t seed) {
    std::vector<std::int32_t> found;
    for (const Question& q : ask(values_, rows, {kCast, {kDirector}}, seed).answerable)
      found.push_back(q.answer);
    return found;
  };
  EXPECT_EQ(answers(1), answers(1));
  std::set<std::vector<std::int32_t>> different{answers(1), answers(2), answers(3)};
  EXPECT_GT(different.size(), 1U);
  const std::vector<std::int32_t> of_rows = answers(1);
  EXPECT_GT(std::set<std::int32_t>(of_rows.begin(), of_rows.end()).size(), 1U);
}

TEST_F(Evaluating, AsksForTheFirstMemberWithTheOthersAsWrongAnswers) {
  const auto rows = rows_of({2, 2, 2, 2}, {{3, 0, 1}, {data::kMeanValue, 1}, {1}, {}}, Bags(4));
  const Questions questions = ask(values_, rows, {kCast, {kDirector}}, 1, BagAnswer::kFirst);
  ASSERT_EQ(questions.answerable.size(), 2U);
  EXPECT_EQ(questions.unseen_targets, 1);
  EXPECT_EQ(questions.answerable[0].answer, 3);
  EXPECT_THAT(questions.answerable[0].right_too, IsEmpty());
  EXPECT_EQ(questions.answerable[1].answer, 1);

  const auto evaluated = [&](BagAnswer answers) {
    const LastFirst readout;
    const auto bag = rows_of({2}, {{2, 3}}, {{}});
    return *evaluate(values_, {{"last", &readout}}, bag, {kCast, {kDirector}}, {.answers = answers})
                .find("last");
  };
  EXPECT_DOUBLE_EQ(evaluated(BagAnswer::kFirst).hits1, 0);
  EXPECT_DOUBLE_EQ(evaluated(BagAnswer::kRandom).hits1, 1);
}

TEST_F(Evaluating, FilteredRanksOfFirstMembersLeaveOutFirstMembersAlone) {
  const Task task{kCast, {kDirector}};
  const Answers answers(values_, rows_of({2, 2}, {{3, 0}, {data::kMeanValue, 1}}, Bags(2)), task,
                        BagAnswer::kFirst);
  Query query;
  query.add(values_, kDirector, 2);
  EXPECT_THAT(answers.find(query), ElementsAre(3));
}

TEST_F(Evaluating, ByDefaultEveryFeatureIsAskedForGivenAllOthers) {
  const std::vector<Task> tasks = default_tasks(values_);
  ASSERT_EQ(tasks.size(), 4U);
  EXPECT_EQ(tasks[2], (Task{kCast, {kDirector, kOther, kTags, kYear, kAttrs, kPlot}}));
}

TEST_F(Evaluating, RanksWithoutWhatIsRightToo) {
  // The last of eight directors first: director 5 stands third, director 7 first.
  const LastFirst readout;
  const std::vector<NamedReadout> readouts{{"last", &readout}};
  const auto rows = rows_of({5, 7, data::kMeanValue}, Bags(3, {1}), Bags(3));
  const Evaluation result = evaluate(values_, readouts, rows, {kDirector, {kCast}});
  EXPECT_EQ(result.target, "director");
  EXPECT_THAT(result.given, ElementsAre("cast"));
  EXPECT_EQ(result.questions, 2);
  EXPECT_EQ(result.candidates, 8);
  EXPECT_EQ(result.unseen_targets, 1);
  ASSERT_NE(result.find("last"), nullptr);
  EXPECT_DOUBLE_EQ(result.find("last")->mpr, (2 + 0) / 2. / 8);
  EXPECT_DOUBLE_EQ(result.find("last")->hits1, .5);
  EXPECT_EQ(result.find("first"), nullptr);

  const auto bags = rows_of({5}, {{0, 1, 2, 3}}, {{}});
  const Evaluation bag = evaluate(values_, readouts, bags, {kCast, {kDirector}});
  EXPECT_DOUBLE_EQ(bag.find("last")->hits1, 1) << "members of the row do not stand before others";
}

TEST_F(Evaluating, FilteredRanksLeaveOutAnswersOfTheSameQuestionElsewhere) {
  const LastFirst readout;
  const Task task{kDirector, {kCast}};
  const Answers answers(values_, rows_of({7, 6, 7, 5}, {{1}, {1, 2}, {1}, {1}}, Bags(4)), task);
  const auto rows = rows_of({5}, {{1}}, Bags(1));
  const Question question = ask(values_, rows, task, 1).answerable.at(0);
  EXPECT_THAT(answers.find(question.query), ElementsAre(5, 7));
  const std::vector<NamedReadout> readouts{{"last", &readout}};
  const Evaluation plain = evaluate(values_, readouts, rows, task);
  const Evaluation filtered = evaluate(values_, readouts, rows, task, {.answered = &answers});
  EXPECT_DOUBLE_EQ(plain.find("last")->mpr, 2. / 8);
  EXPECT_DOUBLE_EQ(filtered.find("last")->mpr, 1. / 8);
}

TEST_F(Evaluating, AnswersToQuestionsAboutMembersKnowTheOthers) {
  const Task task{kCast, {kCast}};
  const Answers answers(values_, rows_of({-1, -1}, {{0, 1}, {1, 2}}, Bags(2)), task);
  Query query;
  query.add(values_, kCast, 1);
  EXPECT_THAT(answers.find(query), ElementsAre(0, 2));
}

TEST_F(Evaluating, TheMostFrequentValueComesFirstUnlessItIsKnown) {
  const FrequentFirst readout(values_);
  std::vector<double> scores(4);
  readout.scores(kCast, {}, scores);
  EXPECT_NEAR(scores[0], std::log(7 / 20.), 1e-12);
  EXPECT_NEAR(scores[3], std::log(1 / 20.), 1e-12);
  EXPECT_EQ(scores[1], scores[2]);
  Query query;
  query.add(values_, kCast, 0);
  readout.scores(kCast, query, scores);
  EXPECT_EQ(scores[0], kNoAnswer);
}

TEST_F(Evaluating, MarkingUnseenChangesNothingElse) {
  data::Schema marked = marking_unseen(model_.schema);
  EXPECT_EQ(marked.features[kDirector].unseen, data::UnseenPolicy::kMeanVector);
  EXPECT_EQ(marked.features[kTags].unseen, data::UnseenPolicy::kMeanVector);
  for (std::size_t f = 0; f < marked.features.size(); ++f)
    marked.features[f].unseen = model_.schema.features[f].unseen;
  EXPECT_EQ(marked, model_.schema);
}

TEST(EvaluationJson, HasTheLayoutOfTheContract) {
  const Evaluation evaluation{
      "director", {"cast", "year"}, 7, 100, 2, {{"pmi", {.1, 3, .5, .4, .6}}}};
  EXPECT_EQ(to_json({evaluation}), nlohmann::json::parse(R"([{
    "target": "director", "given": ["cast", "year"], "n": 7, "candidates": 100, "unseen_targets": 2,
    "readouts": {"pmi": {"mpr": 0.1, "median_rank": 3.0, "mrr": 0.5, "hits1": 0.4, "hits10": 0.6}}}])"));
}

}  // namespace
}  // namespace feat2vec::reading
