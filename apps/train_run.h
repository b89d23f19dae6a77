#pragma once

#include "apps/train_arguments.h"

namespace feat2vec::apps {

/// `feat2vec train`: reads, trains, writes the model. Returns the exit code. `arguments` went through
/// `finish`.
int run_train(TrainArguments arguments);

}  // namespace feat2vec::apps
