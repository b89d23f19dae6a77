#pragma once

#include <chrono>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "apps/status_line.h"
#include "apps/train_arguments.h"
#include "trainers/observer.h"

namespace feat2vec::apps {

/// Shows training to people: a bar with rate, loss and time left while stderr is a terminal, and a
/// line for each epoch with the loss of each sampling group.
class ProgressBar : public trainers::Observer {
 public:
  explicit ProgressBar(std::vector<std::string> groups);
  void on_step(const trainers::StepReport& report) override;
  void on_epoch(const trainers::EpochReport& report) override;
  void on_end() override;

 private:
  using Clock = std::chrono::steady_clock;

  std::vector<std::string> groups_;
  Clock::time_point start_ = Clock::now();
  std::int64_t rows_ = 0;  ///< observed rows trained on since the start
  StatusLine line_;
};

/// Writes one JSON object a line to stdout: `step` at most once a second, and `epoch`.
class ProgressJson : public trainers::Observer {
 public:
  explicit ProgressJson(std::vector<std::string> groups);
  void on_step(const trainers::StepReport& report) override;
  void on_epoch(const trainers::EpochReport& report) override;

 private:
  using Clock = std::chrono::steady_clock;

  std::vector<std::string> groups_;
  Clock::time_point shown_{};
};

/// Losses by group as JSON: `{loss, by_group: {name: loss}}`.
nlohmann::json loss_json(const trainers::LossSum& loss, const std::vector<std::string>& groups);

}  // namespace feat2vec::apps
