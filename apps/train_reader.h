#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "apps/train_arguments.h"
#include "feat2vec/data/dataset.h"
#include "feat2vec/reading/reader.h"
#include "feat2vec/storage/model.h"

namespace feat2vec::apps {

/// A reader with what is known of how well it answers.
struct FittedAnswers {
  reading::FittedReader reader;
  std::string summary;  ///< for people, a line a feature
};

/// Fits the reader of `model`, which was trained on `training`, on rows that it has not seen, and says
/// how well it finds their values again: each half of them by a reader fitted on the other half. Tells
/// `on_progress` now and then what it is at; what that throws ends it, and leaves `model` as it was.
FittedAnswers add_fitted_reader(Model& model, const TrainArguments& arguments,
                                const data::Dataset& training, const data::Dataset& held_out,
                                const std::function<void(std::string_view at)>& on_progress);

/// Gives `model` a reader that was fitted before, with counts of the rows that it was trained on; tells
/// as above.
void add_reader(Model& model, const TrainArguments& arguments, const data::Dataset& training,
                const reading::FittedReader& reader,
                const std::function<void(std::string_view at)>& on_progress);

}  // namespace feat2vec::apps
