#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "feat2vec/reading/memory.h"
#include "feat2vec/reading/reader.h"
#include "feat2vec/reading/readout.h"
#include "feat2vec/reading/values.h"

namespace feat2vec::apps {

/// What a model was stored with to answer questions. Throws Error `PATH: …` when it does not fit the
/// model.
struct StoredKnowledge {
  StoredKnowledge(const Model& model, const reading::Values& values, const std::string& path);
  StoredKnowledge(std::optional<reading::FittedReader> fitted,
                  std::optional<reading::Memory> counts)
      : reader(std::move(fitted)), memory(std::move(counts)) {}

  std::optional<reading::FittedReader> reader{};
  std::optional<reading::Memory> memory{};  ///< counts of the training rows
};

/// Weight of the sum in the read-out `mixture`; measured: as good as any over several tables.
inline constexpr double kSumInMixture = 0.5;

/// The read-outs of a model under the names that commands and reports have for them: `popularity`,
/// `counts`, `pmi`, `cosine`, `score`, `score-sqrt`, `mixture`, `reader`.
class Readouts {
 public:
  /// Those that need a reader or a memory are there when these are. Both must outlive it.
  Readouts(const reading::Values& values, const StoredKnowledge& stored);

  /// All names, in the order of reports, whether the read-out is there or not.
  static const std::vector<std::string>& names();

  /// The names of those that can rank the values of a feature, in the order of reports.
  std::vector<std::string> available(std::int32_t target_feature) const;

  /// Why a read-out is not there, such as "a fitted reader in the model"; empty when
  /// it is.
  std::string_view lacking(std::string_view name) const;

  /// Throws UsageError that says what it lacks.
  const reading::Readout& get(std::string_view name) const;

  /// What to ask a feature through when nothing is said: the reader, or the mixture.
  std::string_view best(std::int32_t target_feature) const;

 private:
  struct Entry {
    std::string name;
    std::unique_ptr<const reading::Readout> readout;
  };
  const reading::Readout* find(std::string_view name) const;

  std::vector<Entry> entries_;
  const StoredKnowledge* stored_;
};

/// How the scores of a model's values are to be read, from how it was trained.
reading::ValuesOptions values_options(const Model& model);

/// The feature that --target names. Throws UsageError unless its values can be ranked.
std::int32_t target_called(const reading::Values& values, const std::string& name);

/// The feature that --given names. Throws UsageError unless its cells can be known.
std::int32_t known_called(const reading::Values& values, const std::string& name);

/// Whether exp(score) is, but for a factor, a probability of the candidates.
bool gives_probabilities(std::string_view readout);

}  // namespace feat2vec::apps
