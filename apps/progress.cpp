#include "apps/progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "apps/console.h"
#include "feat2vec/printable.h"

namespace feat2vec::apps {
namespace {

std::string duration(double seconds) {
  const auto whole = std::llround(seconds);
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{}:{:02} min", whole / 60, whole % 60);
  return fmt::format("{}:{:02} h", whole / 3600, whole % 3600 / 60);
}

std::string by_group(const trainers::LossSum& loss, const std::vector<std::string>& groups) {
  std::string text;
  for (std::size_t g = 0; g < groups.size(); ++g) {
    if (loss.group_rows[g] == 0) continue;
    text += fmt::format("{}{} {:.4f}", text.empty() ? "" : ", ", printable(groups[g]),
                        loss.mean_of_group(g));
  }
  return text;
}

}  // namespace

nlohmann::json loss_json(const trainers::LossSum& loss, const std::vector<std::string>& groups) {
  nlohmann::json json{{"loss", loss.mean()}, {"by_group", nlohmann::json::object()}};
  for (std::size_t g = 0; g < groups.size(); ++g)
    if (loss.group_rows[g] > 0) json["by_group"][groups[g]] = loss.mean_of_group(g);
  return json;
}

ProgressBar::ProgressBar(std::vector<std::string> groups) : groups_(std::move(groups)) {}

void ProgressBar::on_step(const trainers::StepReport& report) {
  const std::int64_t done = ((report.epoch - 1) * report.rows_in_epoch) + report.rows_done;
  rows_ += report.rows;
  if (!line_.is_due()) return;
  const double seconds = std::chrono::duration<double>(Clock::now() - start_).count();
  const std::int64_t all = report.epochs * report.rows_in_epoch;
  const double left = seconds * static_cast<double>(all - done) / static_cast<double>(rows_);
  constexpr std::int64_t kWidth = 24;
  const auto filled = static_cast<std::size_t>(kWidth * done / std::max<std::int64_t>(all, 1));
  line_.draw(fmt::format("[{}{}] epoch {}/{}  {:.0f} rows/s  loss {:.4f}  {} left",
                         std::string(filled, '='), std::string(kWidth - filled, ' '), report.epoch,
                         report.epochs, static_cast<double>(rows_) / std::max(seconds, 1e-9),
                         report.loss, duration(left)));
}

void ProgressBar::on_epoch(const trainers::EpochReport& report) {
  line_.clear();
  const trainers::LossSum& shown = report.validation ? *report.validation : report.training;
  std::string line = fmt::format("epoch {:>2}  loss {:.4f}", report.epoch, report.training.mean());
  if (report.validation) line += fmt::format("  validation {:.4f}", report.validation->mean());
  if (report.measured)
    line += fmt::format("  {} {:.4f}", printable(report.measured->name), report.measured->value);
  if (report.validation) line += report.best ? " *" : "  ";
  print_error(fmt::format("{}  ({})\n", line, by_group(shown, groups_)));
}

void ProgressBar::on_end() { line_.clear(); }

ProgressJson::ProgressJson(std::vector<std::string> groups) : groups_(std::move(groups)) {}

void ProgressJson::on_step(const trainers::StepReport& report) {
  const Clock::time_point now = Clock::now();
  if (now - shown_ < std::chrono::seconds(1)) return;
  shown_ = now;
  const nlohmann::json json{{"event", "step"},
                            {"epoch", report.epoch},
                            {"step", report.step},
                            {"rows", report.rows_done},
                            {"rows_in_epoch", report.rows_in_epoch},
                            {"loss", report.loss}};
  print_line(json.dump());
}

void ProgressJson::on_epoch(const trainers::EpochReport& report) {
  nlohmann::json json{{"event", "epoch"},
                      {"epoch", report.epoch},
                      {"training", loss_json(report.training, groups_)}};
  if (report.validation) {
    json["validation"] = loss_json(*report.validation, groups_);
    json["best"] = report.best;
  }
  if (report.measured)
    json["measured"] = {{"name", report.measured->name}, {"value", report.measured->value}};
  print_line(json.dump());
}

}  // namespace feat2vec::apps
