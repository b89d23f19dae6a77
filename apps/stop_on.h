#pragma once

#include <string>

#include "apps/train_arguments.h"
#include "feat2vec/data/dataset.h"
#include "feat2vec/data/schema.h"
#include "feat2vec/storage/model.h"
#include "trainers/measure.h"

namespace feat2vec::apps {

/// Checks the metric of a text such as `mrr:director`. Throws UsageError that names the nearest one.
void check_stop_metric(const std::string& stop_on);

/// Checks that its feature is one of `schema` whose values can be ranked. Throws UsageError.
void check_stop_feature(const std::string& stop_on, const data::Schema& schema);

/// The rank metric that `arguments.stop_on` names, of at most 1000 of the rows `held_out`, spread evenly,
/// with the feature hidden and all others known. Ranks are the mixture's, which needs nothing fitted; of a
/// bag the answer is the one that `arguments.answers` says. `model` and `held_out` must outlive it. Throws
/// Error when no row asks for the feature.
trainers::Measure stop_measure(const TrainArguments& arguments, const Model& model,
                               const data::Dataset& held_out);

}  // namespace feat2vec::apps
