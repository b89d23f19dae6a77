#pragma once

#include <string>
#include <vector>

namespace feat2vec::apps {

/// Questions about one feature, as a file has them:
///
///     {"TASK": {"column": "director", "candidates": ["Ann", "Bo"],
///               "items": [{"query": {"cast": ["Cy", "Di"], "year": ["1994"]}}, …]}, …}
///
/// Other keys are passed over.
struct QuestionFile {
  std::string target;                   ///< `column`
  std::vector<std::string> candidates;  ///< in the order in which scores are wanted
  std::vector<std::vector<std::string>>
      queries;  ///< of each item, `feature=value` of all that is known
};

/// Reads the task called `task`, or the only one for an empty name. Throws UsageError for an unknown
/// name, Error `PATH: expected …` for anything that is not such a file.
QuestionFile read_questions(const std::string& path, const std::string& task);

}  // namespace feat2vec::apps
