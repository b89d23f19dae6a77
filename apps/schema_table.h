#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "feat2vec/data/schema.h"
#include "feat2vec/tables/infer.h"

namespace feat2vec::apps {

/// A column or a feature, and what is said of it.
struct Described {
  std::string_view name;
  std::string_view kind;
  std::string details;
};

/// A line of each for people, with names and kinds aligned.
std::vector<std::string> aligned_lines(const std::vector<Described>& all);

/// The decisions of an inference as aligned lines for people: column, kind, and why.
std::string describe(const tables::Inference& inference);

/// The features of a schema as aligned lines.
std::string describe(const data::Schema& schema);

}  // namespace feat2vec::apps
