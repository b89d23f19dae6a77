#pragma once

#include "apps/train_arguments.h"

namespace CLI {
class App;
}

namespace feat2vec::apps {

/// Adds to `command` the flags of `train` that say what is read and how, which rows validate, and what
/// is fitted on them. Options that take a list take one word each time they are given, so that tables
/// may follow them. `arguments` must outlive the command.
void add_data_options(CLI::App* command, TrainArguments& arguments);

}  // namespace feat2vec::apps
