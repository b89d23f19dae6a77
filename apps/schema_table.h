#pragma once

#include <string>

#include "feat2vec/data/schema.h"
#include "feat2vec/tables/infer.h"

namespace feat2vec::apps {

/// The decisions of an inference as aligned lines for people: column, kind, and why.
std::string describe(const tables::Inference& inference);

/// The features of a schema as aligned lines.
std::string describe(const data::Schema& schema);

}  // namespace feat2vec::apps
