#include "feat2vec/reading/fit_cases.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <random>
#include <utility>

namespace feat2vec::reading {
namespace {

/// Asks questions of one row.
class Asker {
 public:
  Asker(const Values& values, const data::Dataset& rows, std::int64_t row, std::int32_t target,
        const CaseOptions& options)
      : values_(values), rows_(rows), row_(row), target_(target), options_(options) {
    const std::uint64_t seed = options.seed;
    std::seed_seq seeds{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32),
                        static_cast<std::uint32_t>(row), static_cast<std::uint32_t>(row >> 32)};
    random_.seed(seeds);
    const data::Column& column = rows.column(static_cast<std::size_t>(target));
    const std::int32_t candidates = values.target(target).candidates();
    members_ = answers_ = members(column, row, candidates);
    if (asks_for_first()) {
      answers_ = {first_member(column, row, candidates)};
      if (answers_[0] < 0) answers_.clear();
    }
    for (const Known& known : row_query(values, rows, row, {.without_feature = target})) {
      if (features_.empty() || features_.back() != known.feature) {
        features_.push_back(known.feature);
      }
    }
    for (std::size_t i = features_.size(); i > 1; --i) {
      std::swap(features_[i - 1], features_[random_() % i]);
    }
  }

  std::vector<FitCase> ask() {
    if (answers_.empty()) return {};
    const bool bag = members_.size() > 1;
    std::vector<CaseForm> forms;
    if (!features_.empty()) forms.push_back(CaseForm::kRow);
    if (!features_.empty() && bag) forms.push_back(CaseForm::kRowWithMembers);
    if (bag) forms.push_back(CaseForm::kMembers);
    if (features_.size() > 1) forms.push_back(CaseForm::kFeature);  // last: it takes what is left
    for (std::size_t i = 0; i < forms.size(); ++i) {
      const auto forms_left = static_cast<std::int64_t>(forms.size() - i);
      const std::int64_t left = options_.queries - static_cast<std::int64_t>(cases_.size());
      add(forms[i], std::max<std::int64_t>(left / forms_left, i == 0 ? 1 : 0));
    }
    return std::move(cases_);
  }

 private:
  bool asks_for_first() const { return options_.answers == BagAnswer::kFirst; }

  /// Asks up to `times`; as long as no question is the same as another.
  void add(CaseForm form, std::int64_t times) {
    const std::size_t different = form == CaseForm::kFeature ? features_.size() : answers_.size();
    times = std::min(times, static_cast<std::int64_t>(different));
    std::vector<std::int32_t> answers = answers_;
    for (std::int64_t i = 0; i < times; ++i) {
      const auto drawn = static_cast<std::size_t>(i) % answers.size();
      if (drawn == 0) {
        for (std::size_t j = answers.size(); j > 1; --j) {
          std::swap(answers[j - 1], answers[random_() % j]);
        }
      }
      cases_.push_back(made(form, answers[drawn], static_cast<std::size_t>(i)));
      cases_.back().weight = 1 / static_cast<double>(times);
    }
  }

  FitCase made(CaseForm form, std::int32_t answer, std::size_t time) const {
    RowPart part{.without_feature = target_};
    if (form == CaseForm::kFeature) part.features = {features_[time]};
    if (form == CaseForm::kMembers) part.features = {target_};
    const bool with_members = form == CaseForm::kMembers || form == CaseForm::kRowWithMembers;
    if (with_members) part.without_value = answer;
    FitCase made{form, row_query(values_, rows_, row_, part), answer, {}, 1};
    if (!with_members && !asks_for_first()) {
      std::copy_if(members_.begin(), members_.end(), std::back_inserter(made.also_right),
                   [&](std::int32_t value) { return value != answer; });
    }
    return made;
  }

  const Values& values_;
  const data::Dataset& rows_;
  std::int64_t row_;
  std::int32_t target_;
  const CaseOptions& options_;
  std::mt19937_64 random_;
  std::vector<std::int32_t> members_;   // values of the target, ascending
  std::vector<std::int32_t> answers_;   // those of them that are asked for
  std::vector<std::int32_t> features_;  // others with something known, shuffled
  std::vector<FitCase> cases_;
};

}  // namespace

std::string_view to_string(CaseForm form) {
  switch (form) {
    case CaseForm::kRow:
      return "rest of the row";
    case CaseForm::kFeature:
      return "one other feature";
    case CaseForm::kRowWithMembers:
      return "rest of the row with the other members";
    case CaseForm::kMembers:
      return "the other members";
  }
  return "";
}

std::vector<FitCase> cases_of_row(const Values& values, const data::Dataset& rows, std::int64_t row,
                                  std::int32_t target, const CaseOptions& options) {
  return Asker(values, rows, row, target, options).ask();
}

}  // namespace feat2vec::reading
