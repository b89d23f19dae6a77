#include "trainers/trainer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "tests/support/errors.h"
#include "tests/support/temporary_folder.h"
#include "tests/trainers/planted.h"
#include "trainers/evaluate.h"

namespace feat2vec::trainers {
namespace {

using testing::error_of;
using testing::make_planted;
using testing::make_planted_model;
using testing::Planted;

TrainOptions short_options() {
  TrainOptions options;
  options.epochs = 4;
  options.batch = 100;
  options.first_batch = 100;
  return options;
}

bool same_weights(const Feat2Vec& a, const Feat2Vec& b) {
  const NamedTensors left = copy_parameters(*a);
  const NamedTensors right = copy_parameters(*b);
  for (std::size_t i = 0; i < left.size(); ++i)
    if (!left[i].second.equal(right[i].second)) return false;
  return left.size() == right.size();
}

/// Writes down every event.
class Recorder : public Observer {
 public:
  void on_step(const StepReport& report) override {
    events.push_back("step " + std::to_string(report.epoch) + "." + std::to_string(report.step));
    rows += report.rows;
  }
  void on_epoch(const EpochReport& report) override {
    events.push_back("epoch " + std::to_string(report.epoch));
    epochs.push_back(report);
  }
  void on_end() override { events.emplace_back("end"); }

  std::vector<std::string> events;
  std::vector<EpochReport> epochs;
  std::int64_t rows = 0;
};

TEST(Trainer, FindsThePlantedStructure) {
  const Planted planted = make_planted();
  Feat2Vec model = make_planted_model();
  TrainOptions options = short_options();
  options.epochs = 40;
  Trainer trainer(model, planted.sampler, nullptr, options);
  const TrainResult result = trainer.fit();
  EXPECT_EQ(result.outcome, Outcome::kCompleted);
  EXPECT_EQ(result.epochs, 40);
  EXPECT_LT(result.training_loss, 0.75 * noise_level(3));
  // Each key scores highest with the value that follows it.
  const at::Tensor key = model->extractor(0)->parameters().front();
  const at::Tensor follows = model->extractor(1)->parameters().front();
  const at::Tensor best = key.matmul(follows.t()).argmax(1);
  const at::Tensor own =
      (at::arange(Planted::kValues, at::kLong) * 5 + 3).remainder(Planted::kValues);
  EXPECT_TRUE(best.equal(own)) << best << own;
}

TEST(Trainer, ShowsObserversEveryStepOnceAndInOrder) {
  const Planted planted = make_planted(250);
  Feat2Vec model = make_planted_model();
  TrainOptions options = short_options();
  options.epochs = 2;
  Trainer trainer(model, planted.sampler, planted.sampler, options);
  Recorder recorder;
  trainer.observe(recorder);
  trainer.fit();
  EXPECT_EQ(recorder.events,
            (std::vector<std::string>{"step 1.1", "step 1.2", "step 1.3", "epoch 1", "step 2.1",
                                      "step 2.2", "step 2.3", "epoch 2", "end"}));
  EXPECT_EQ(recorder.rows, 500);
  EXPECT_EQ(recorder.epochs.front().training.rows, 250 * 4);
  ASSERT_TRUE(recorder.epochs.front().validation.has_value());
  EXPECT_EQ(recorder.epochs.front().validation->group_rows[0] +
                recorder.epochs.front().validation->group_rows[1],
            250 * 4);
}

TEST(Trainer, GivesTheSameWeightsForTheSameSeedAndOthersForAnother) {
  const Planted planted = make_planted();
  Feat2Vec first = make_planted_model();
  Feat2Vec second = make_planted_model();
  Feat2Vec other = make_planted_model();
  Trainer(first, planted.sampler, nullptr, short_options()).fit();
  Trainer(second, planted.sampler, nullptr, short_options()).fit();
  TrainOptions reseeded = short_options();
  reseeded.seed = 2;
  Trainer(other, planted.sampler, nullptr, reseeded).fit();
  EXPECT_TRUE(same_weights(first, second));
  EXPECT_FALSE(same_weights(first, other));
}

/// Stops after `steps` steps, moves the state to a new trainer and model, and runs to the end.
Feat2Vec stop_and_go(const Planted& planted, const TrainOptions& options, int steps,
                     TrainResult* result) {
  Feat2Vec stopped = make_planted_model();
  Trainer before(stopped, planted.sampler, planted.sampler, options);
  NamedTensors weights;
  TrainState state;
  // Taken by an observer, as checkpoints are: after `fit` the best weights are in the model.
  class Saver : public Observer {
   public:
    Saver(Trainer& trainer, Feat2Vec& model, TrainState& state, NamedTensors& weights)
        : trainer_(trainer), model_(model), state_(state), weights_(weights) {}
    void on_end() override {
      state_ = trainer_.state();
      weights_ = copy_parameters(*model_);
    }

   private:
    Trainer& trainer_;
    Feat2Vec& model_;
    TrainState& state_;
    NamedTensors& weights_;
  } saver(before, stopped, state, weights);
  before.observe(saver);
  EXPECT_EQ(before.fit([&steps] { return steps-- <= 0; }).outcome, Outcome::kInterrupted);

  Feat2Vec resumed = make_planted_model(77);  // other weights, to be overwritten
  set_parameters(*resumed, weights);
  Trainer after(resumed, planted.sampler, planted.sampler, options);
  after.resume(state);
  *result = after.fit();
  return resumed;
}

TEST(Trainer, ResumedAnywhereEqualsNeverStopping) {
  const Planted planted = make_planted(250);
  for (const OptimizerKind kind :
       {OptimizerKind::kAdam, OptimizerKind::kAdagrad, OptimizerKind::kSgd}) {
    TrainOptions options = short_options();
    options.optimizer = kind;
    options.learning_rate = 0.3;  // overfits soon, so that the best epoch is not the last
    options.patience = 0;
    Feat2Vec whole = make_planted_model();
    const TrainResult expected = Trainer(whole, planted.sampler, planted.sampler, options).fit();
    for (const int steps : {1, 3, 4, 8, 11}) {
      TrainResult result;
      const Feat2Vec resumed = stop_and_go(planted, options, steps, &result);
      EXPECT_TRUE(same_weights(whole, resumed)) << to_string(kind) << " after " << steps;
      EXPECT_EQ(result.best_epoch, expected.best_epoch);
      EXPECT_EQ(result.training_loss, expected.training_loss);
      EXPECT_EQ(result.validation_loss, expected.validation_loss);
    }
  }
}

TEST(Trainer, StopsEarlyAndKeepsTheBestWeights) {
  const Planted planted = make_planted(120);
  Feat2Vec model = make_planted_model();
  TrainOptions options = short_options();
  options.epochs = 200;
  options.batch = 20;
  options.first_batch = 20;
  options.optimizer = OptimizerKind::kAdam;
  options.learning_rate = 0.3;
  options.patience = 2;
  const auto validation = make_planted(240, 9).sampler;
  Trainer trainer(model, planted.sampler, validation, options);
  Recorder recorder;
  trainer.observe(recorder);
  const TrainResult result = trainer.fit();
  EXPECT_EQ(result.outcome, Outcome::kStoppedEarly);
  EXPECT_EQ(result.epochs, result.best_epoch + 2);
  double lowest = std::numeric_limits<double>::infinity();
  for (const EpochReport& report : recorder.epochs)
    lowest = std::min(lowest, report.validation->mean());
  EXPECT_EQ(result.validation_loss, lowest);
  EXPECT_DOUBLE_EQ(evaluate_loss(model, *validation, options.objective, options.batch).mean(),
                   lowest);
}

/// Gives these numbers, one an epoch, and remembers the weights that it was asked about.
struct FakeMeasure {
  const Feat2Vec& model;
  std::vector<double> numbers;
  std::vector<NamedTensors> weights{};

  Measure measure(bool higher_is_better) {
    return {"fake",
            [this] {
              weights.push_back(copy_parameters(*model));
              return numbers.at(weights.size() - 1);
            },
            higher_is_better};
  }
};

TEST(Trainer, StopsByAMeasureAndKeepsItsBestWeights) {
  const Planted planted = make_planted(120);
  TrainOptions options = short_options();
  options.epochs = 20;
  options.patience = 2;
  for (const bool higher : {true, false}) {
    const double sign = higher ? 1 : -1;
    Feat2Vec model = make_planted_model();
    FakeMeasure fake{model, {sign * 1, sign * 3, sign * 2, sign * 5, sign * 4, sign * 5}};
    // The validation loss would choose another epoch: it is still falling.
    Trainer trainer(model, planted.sampler, planted.sampler, options);
    trainer.choose_by(fake.measure(higher));
    Recorder recorder;
    trainer.observe(recorder);
    const TrainResult result = trainer.fit();
    EXPECT_EQ(result.outcome, Outcome::kStoppedEarly);
    EXPECT_EQ(result.epochs, 6);
    EXPECT_EQ(result.best_epoch, 4);
    EXPECT_EQ(result.measure, sign * 5);
    Feat2Vec best = make_planted_model();
    set_parameters(*best, fake.weights[3]);
    EXPECT_TRUE(same_weights(model, best));
    std::vector<bool> starred;
    for (const EpochReport& report : recorder.epochs) {
      starred.push_back(report.best);
      EXPECT_EQ(report.measured->name, "fake");
      EXPECT_TRUE(report.validation.has_value());
    }
    EXPECT_EQ(starred, (std::vector<bool>{true, true, false, true, false, false}));
  }
}

TEST(Trainer, ResumedWithAMeasureItKnowsTheBestSoFar) {
  const Planted planted = make_planted(100);  // one step an epoch
  TrainOptions options = short_options();
  options.epochs = 20;
  options.patience = 2;
  Feat2Vec model = make_planted_model();
  FakeMeasure before{model, {1, 5, 4}};
  Trainer stopped(model, planted.sampler, nullptr, options);
  stopped.choose_by(before.measure(true));
  int steps = 3;
  EXPECT_EQ(stopped.fit([&steps] { return steps-- <= 0; }).outcome, Outcome::kInterrupted);
  const TrainState state = stopped.state();

  Feat2Vec resumed = make_planted_model(77);
  set_parameters(*resumed, before.weights.back());
  FakeMeasure after{resumed, {5, 9}};
  Trainer trainer(resumed, planted.sampler, nullptr, options);
  trainer.choose_by(after.measure(true));
  trainer.resume(state);
  const TrainResult result = trainer.fit();
  EXPECT_EQ(result.epochs, 4);
  EXPECT_EQ(result.best_epoch, 2);
  EXPECT_EQ(result.measure, 5);
  Feat2Vec best = make_planted_model();
  set_parameters(*best, before.weights[1]);
  EXPECT_TRUE(same_weights(resumed, best));
}

TEST(Trainer, StopsAtALossThatIsNotFiniteAndKeepsTheLastGoodWeights) {
  const Planted planted = make_planted();
  Feat2Vec model = make_planted_model();
  TrainOptions options = short_options();
  options.epochs = 50;
  options.optimizer = OptimizerKind::kSgd;
  options.learning_rate = 1e30;
  const TrainResult result = Trainer(model, planted.sampler, nullptr, options).fit();
  EXPECT_EQ(result.outcome, Outcome::kDiverged);
  EXPECT_NE(result.message.find("expected a finite loss"), std::string::npos) << result.message;
  EXPECT_NE(result.message.find("step"), std::string::npos) << result.message;
  EXPECT_NE(result.message.find("lower learning rate than 1e+30"), std::string::npos)
      << result.message;
  for (const auto& [name, weight] : copy_parameters(*model))
    EXPECT_TRUE(weight.isfinite().all().item<bool>()) << name;
}

/// Spoils the weights of the third of five epochs; those of the second are kept.
void expect_going_back(const std::string& scratch_folder) {
  const Planted planted = make_planted();
  Feat2Vec model = make_planted_model();
  TrainOptions options = short_options();
  options.epochs = 5;
  options.scratch_folder = scratch_folder;
  // Keeps the weights of the second epoch and spoils those of the third.
  class Spoiler : public Observer {
   public:
    explicit Spoiler(Feat2Vec& model) : model_(model) {}
    void on_epoch(const EpochReport& report) override {
      if (report.epoch == 2) kept = copy_parameters(*model_);
    }
    void on_step(const StepReport& report) override {
      const at::NoGradGuard no_grad;
      if (report.epoch == 3) model_->parameters().front().fill_(NAN);
    }
    NamedTensors kept;

   private:
    Feat2Vec& model_;
  } spoiler(model);
  Trainer trainer(model, planted.sampler, nullptr, options);
  trainer.observe(spoiler);
  EXPECT_EQ(trainer.fit().outcome, Outcome::kDiverged);
  const NamedTensors left = copy_parameters(*model);
  ASSERT_EQ(left.size(), spoiler.kept.size());
  for (std::size_t i = 0; i < left.size(); ++i)
    EXPECT_TRUE(left[i].second.equal(spoiler.kept[i].second)) << left[i].first;
}

TEST(Trainer, GoesBackToTheLastFinishedEpoch) {
  const testing::TemporaryFolder folder;
  expect_going_back("");
  expect_going_back(folder.path().string());
}

TEST(Trainer, GoesBackToWhatItResumedFromNotToWhatItKeptBefore) {
  const Planted planted = make_planted();
  Feat2Vec model = make_planted_model();
  class Spoiler : public Observer {
   public:
    explicit Spoiler(Feat2Vec& model) : model_(model) {}
    void on_epoch(const EpochReport& /*report*/) override { ++epochs; }
    void on_step(const StepReport& /*report*/) override {
      const at::NoGradGuard no_grad;
      if (spoils) model_->parameters().front().fill_(NAN);
    }
    int epochs = 0;
    bool spoils = false;

   private:
    Feat2Vec& model_;
  } spoiler(model);
  TrainOptions options = short_options();
  options.epochs = 5;
  Trainer trainer(model, planted.sampler, nullptr, options);
  trainer.observe(spoiler);
  const TrainState start = trainer.state();
  const NamedTensors first = copy_parameters(*model);
  EXPECT_EQ(trainer.fit([&] { return spoiler.epochs == 2; }).outcome, Outcome::kInterrupted);
  set_parameters(*model, first);
  trainer.resume(start);
  spoiler.spoils = true;
  EXPECT_EQ(trainer.fit().outcome, Outcome::kDiverged);
  const NamedTensors left = copy_parameters(*model);
  for (std::size_t i = 0; i < left.size(); ++i)
    EXPECT_TRUE(left[i].second.equal(first[i].second)) << left[i].first;
}

TEST(Trainer, StartsGroupOffsetsAtTheMeanLogNoise) {
  const Planted planted = make_planted();
  Feat2Vec model = make_planted_model();
  Trainer(model, planted.sampler, nullptr, short_options()).fit([] { return true; });
  const std::vector<double> expected = planted.sampler->noise().mean_log_probs();
  for (std::size_t g = 0; g < expected.size(); ++g)
    EXPECT_NEAR(model->group_offsets()[static_cast<std::int64_t>(g)].item<double>(), expected[g],
                1e-6);
}

TEST(Trainer, RefusesOptionsOutOfRange) {
  const Planted planted = make_planted();
  const auto message = [&](auto change) {
    TrainOptions options = short_options();
    change(options);
    return error_of([&] { Trainer(make_planted_model(), planted.sampler, nullptr, options); });
  };
  EXPECT_NE(message([](auto& o) { o.epochs = 0; }).find("epochs in [1, 1000000]"),
            std::string::npos);
  EXPECT_NE(message([](auto& o) { o.epochs = 1'000'001; }).find("epochs in [1,"),
            std::string::npos);
  EXPECT_NE(message([](auto& o) { o.batch = 0; }).find("batch in [1,"), std::string::npos);
  EXPECT_NE(message([](auto& o) { o.patience = -1; }).find("patience"), std::string::npos);
  EXPECT_NE(message([](auto& o) { o.learning_rate = 0; }).find("learning rate"), std::string::npos);
}

TEST(Trainer, AskedToStopBeforeTheFirstStepOnlySaysSo) {
  const Planted planted = make_planted();
  Trainer trainer(make_planted_model(), planted.sampler, nullptr, short_options());
  Recorder recorder;
  trainer.observe(recorder);
  const TrainResult result = trainer.fit([] { return true; });
  EXPECT_EQ(result.outcome, Outcome::kInterrupted);
  EXPECT_EQ(result.steps, 0);
  EXPECT_EQ(recorder.events, std::vector<std::string>{"end"});
}

TEST(Trainer, RefusesAHostilePosition) {
  const Planted planted = make_planted();
  Trainer trainer(make_planted_model(), planted.sampler, planted.sampler, short_options());
  const TrainState good = trainer.state();
  const auto refused = [&](const char* key, const nlohmann::json& value) {
    TrainState state = good;
    state.position[key] = value;
    return !error_of([&] { trainer.resume(state); }).empty();
  };
  EXPECT_TRUE(refused("row", -1));
  EXPECT_TRUE(refused("row", std::int64_t{1} << 60));
  EXPECT_TRUE(refused("step", -1));
  EXPECT_TRUE(refused("step", std::int64_t{1} << 60));
  EXPECT_TRUE(refused("epoch", 1000));
  EXPECT_TRUE(refused("epoch", "two"));
  EXPECT_TRUE(refused("best_epoch", 1));
  EXPECT_TRUE(refused("epoch_loss", {{"sum", 1},
                                     {"rows", 1},
                                     {"group_sum", {1, 2, 3, 4}},
                                     {"group_rows", nlohmann::json::array()}}));
  trainer.resume(good);
}

TEST(Trainer, RefusesDataThatDoNotFitTheModel) {
  const Planted planted = make_planted();
  Feat2Vec small(ModelOptions{}, std::vector{nn::FeatureSpec::categorical("key", 5),
                                             nn::FeatureSpec::categorical("follows", 12)});
  EXPECT_NE(error_of([&] {
              Trainer(small, planted.sampler, nullptr, short_options());
            }).find("ids in [-2, 5)"),
            std::string::npos);
}

TEST(Trainer, RefusesAPositionThatIsNoCheckpoint) {
  const Planted planted = make_planted();
  Trainer trainer(make_planted_model(), planted.sampler, nullptr, short_options());
  EXPECT_NE(error_of([&] {
              trainer.resume({{{"epoch", 1}}, {}});
            }).find("checkpoint"),
            std::string::npos);
}

}  // namespace
}  // namespace feat2vec::trainers
