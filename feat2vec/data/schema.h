#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "feat2vec/notation.h"

namespace feat2vec::data {

/// How the cells of a feature become one vector.
enum class FeatureKind {
  kCategorical,  ///< one value a row; a row of a table of vectors
  kBag,          ///< any number of values a row; their vectors are pooled
  kNumeric,      ///< one or more real columns; a dense layer
  kText,         ///< the words of a text; their vectors are summed and divided by √n
  kOffset,       ///< no column: one learned number added to every score (the paper's b0)
};

/// Whether the values of such a feature have ids and counts: categorical, bag and text (its words).
bool has_vocabulary(FeatureKind kind);

/// Whether a row has a list of ids: bag and text.
bool has_members(FeatureKind kind);

/// Whether the cell of a row is known, drawn and asked for as a whole, through its vector, and not by
/// the values in it: numeric and text.
bool is_whole_cell(FeatureKind kind);

/// How the vectors of a bag's n members become one.
enum class Pooling {
  kSum,
  kMean,
  kSqrt,  ///< sum divided by √n
};

/// How a real column is scaled before the dense layer: x ↦ (x − center) / scale.
enum class Scaling {
  kNone,
  kStandard,  ///< center = mean, scale = standard deviation (of the training rows, population form)
  kMinMax,    ///< center = minimum, scale = maximum − minimum
};

/// What an empty cell means.
enum class MissingPolicy {
  kVector,    ///< missing is a value with a vector of its own (default)
  kLeaveOut,  ///< the cell adds nothing to the row's sum, and is never drawn as noise
};

/// What a value means that training never saw.
enum class UnseenPolicy {
  kLeaveOut,    ///< it adds nothing to the row's sum (default)
  kMeanVector,  ///< it has the mean of the feature's vectors
  kError,       ///< it is an error that names the cell
};

/// Knots that a column of numbers can have.
inline constexpr std::int64_t kFewestKnots = 2;
inline constexpr std::int64_t kMostKnots = 4096;

/// Whether values of such a feature are targets if nothing else is said: all but texts are.
bool is_target_by_default(FeatureKind kind);

/// One feature: a name, and the columns that share one vector.
struct Feature {
  std::string name{};
  FeatureKind kind = FeatureKind::kCategorical;
  /// Columns of the table. Categorical: exactly one; bag and text: one or more (their members are
  /// joined); numeric: one or more; offset: none.
  std::vector<std::string> columns{};

  /// Bag: text between two members, matched literally; members are trimmed of blanks.
  /// Empty: the column is a list already (Parquet, JSON) or each cell is one member.
  std::string separator{};
  Pooling pooling = Pooling::kSum;

  /// Text: words in fewer rows than `min_count`, or in a larger share of them than `max_share`, are left
  /// out, as are those that training never saw. A text without other words is missing.
  std::int64_t min_count = 3;
  double max_share = 0.2;

  MissingPolicy missing = MissingPolicy::kVector;
  /// Categorical, bag.
  UnseenPolicy unseen = UnseenPolicy::kLeaveOut;

  /// Numeric: whether the dense layer has a bias. Without one all vectors of a single column are
  /// parallel, so that cosine cannot tell its values apart.
  bool dense_bias = true;
  Scaling scaling = Scaling::kStandard;
  /// Numeric, one entry a column: how 1234.5 is written there, such as `$1,234.5` or `1.234,5`
  /// (`Notation`); the empty text for the plain way. Empty: the plain way everywhere.
  std::vector<std::string> written{};
  /// Numeric, one entry a column, set when the schema is fitted to a table; empty before.
  std::vector<double> center{};
  std::vector<double> scale{};
  std::vector<std::int64_t> missing_counts{};

  /// Numeric: the number of knots a column, at quantiles of its numbers; 0: φ is linear in the number.
  /// With knots each has a vector, and a number that of its two neighbours by its place between them
  /// (`write_hats`): φ is a line through all knots, and needs no bias.
  std::int64_t knots = 0;
  /// Numeric with knots, one list a column, ascending, set when the schema is fitted; empty before.
  std::vector<std::vector<double>> knot_values{};

  /// The feature has a vector and meets the others (the original's `bias_only` turns this off).
  bool embedding = true;
  /// Its values are targets, told from noise by the rest of their rows; else they are context alone.
  /// Where whole rows are told from noise rows every feature is replaced in turn. Schemas in JSON,
  /// and inferred ones, have `is_target_by_default`.
  bool target = true;
  /// The feature adds a learned number per value to the score (off is the original's
  /// `embeddings_only`, its default).
  bool bias = false;

  /// Numeric, fitted: a learned vector stands in for each missing cell, since the policy asks for it
  /// and training had such cells.
  bool has_missing_vector() const;

  /// Numeric: what `written` says of a column.
  Notation notation(std::size_t column) const;

  /// Numeric with knots, fitted: the smallest and the largest number of a column in training. Numbers
  /// beyond are read as the nearer one.
  std::pair<double, double> range(std::size_t column) const;

  /// Numeric: inputs of the dense layer, one a knot of each column, or one a column.
  std::int64_t dense_width() const;

  /// Numeric: the name of each input of the dense layer: its column; with knots the number at the knot,
  /// behind `COLUMN=` where there are several columns.
  std::vector<std::string> input_names() const;

  bool operator==(const Feature&) const = default;
};

/// Features that a noise draw replaces together.
struct SamplingGroup {
  std::string name{};
  std::vector<std::string> features{};

  bool operator==(const SamplingGroup&) const = default;
};

/// What a table means: its features and sampling groups. A plain value; `validate` says whether it
/// makes sense.
struct Schema {
  std::vector<Feature> features{};
  /// Empty: every feature that has columns is a group of its own.
  std::vector<SamplingGroup> groups{};
  /// Words that mean "missing" in categorical and bag columns, besides the empty cell.
  std::vector<std::string> missing_words{};

  bool operator==(const Schema&) const = default;

  /// Throws Error naming the feature when a name is empty or used twice, a kind and its columns do
  /// not fit, a column is read by features of two groups, or a group names an unknown feature, an
  /// offset, or a feature of another group.
  void validate() const;

  /// The groups, with the default filled in. Features that no group names form a group each.
  std::vector<SamplingGroup> sampling_groups() const;

  /// For each feature, the index of its sampling group, or -1 for an offset.
  std::vector<std::int64_t> group_of_feature() const;

  /// Index of the feature called `name`. Throws Error that names the nearest known one.
  std::size_t index_of(std::string_view name) const;
};

/// JSON as `docs/file_format.md` describes it; fields that have their default are left out.
nlohmann::json to_json(const Schema& schema);

/// Reads and validates. Unknown keys and words are errors that name the nearest known one; `where`
/// (a file name) starts the message.
Schema schema_from_json(const nlohmann::json& json, std::string_view where = "schema");

std::string_view to_string(FeatureKind kind);
std::string_view to_string(Pooling pooling);
std::string_view to_string(Scaling scaling);
std::string_view to_string(MissingPolicy policy);
std::string_view to_string(UnseenPolicy policy);

}  // namespace feat2vec::data
