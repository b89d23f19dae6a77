#include "feat2vec/data/schema.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <unordered_map>
#include <unordered_set>

#include "feat2vec/error.h"
#include "feat2vec/spelling.h"

namespace feat2vec::data {
namespace {

/// Of the features that somebody can mean: an offset has no values.
std::vector<std::string> feature_names(const Schema& schema) {
  std::vector<std::string> names;
  for (const Feature& feature : schema.features)
    if (feature.kind != FeatureKind::kOffset) names.push_back(feature.name);
  return names;
}

void check_columns(const Feature& feature) {
  const std::size_t count = feature.columns.size();
  const auto wrong = [&](std::string_view expected) {
    throw Error("schema",
                fmt::format("{} for the {} feature \"{}\"", expected, to_string(feature.kind),
                            feature.name),
                fmt::format("{} columns", count));
  };
  switch (feature.kind) {
    case FeatureKind::kCategorical:
      if (count != 1) wrong("one column");
      break;
    case FeatureKind::kBag:
    case FeatureKind::kNumeric:
    case FeatureKind::kText:
      if (count < 1) wrong("one or more columns");
      break;
    case FeatureKind::kOffset:
      if (count != 0) wrong("no column");
      break;
  }
}

void check_statistics(const Feature& feature) {
  if (feature.kind != FeatureKind::kNumeric) return;
  if (feature.center.empty() && feature.scale.empty() && feature.missing_counts.empty()) return;
  const std::size_t width = feature.columns.size();
  if (feature.center.size() != width || feature.scale.size() != width ||
      feature.missing_counts.size() != width) {
    throw Error("schema",
                fmt::format("{} numbers in center, scale and missing_counts of \"{}\"", width,
                            feature.name),
                fmt::format("{}, {} and {}", feature.center.size(), feature.scale.size(),
                            feature.missing_counts.size()));
  }
  const auto every = [](const auto& numbers, auto holds) {
    return std::all_of(numbers.begin(), numbers.end(), holds);
  };
  if (!every(feature.scale, [](double s) { return s > 0 && std::isfinite(s); }))
    throw Error("schema", fmt::format("finite scales above 0 for \"{}\"", feature.name),
                fmt::format("{}", fmt::join(feature.scale, ", ")));
  if (!every(feature.center, [](double c) { return std::isfinite(c); }))
    throw Error("schema", fmt::format("finite centers for \"{}\"", feature.name),
                fmt::format("{}", fmt::join(feature.center, ", ")));
  if (!every(feature.missing_counts, [](std::int64_t n) { return n >= 0; }))
    throw Error("schema", fmt::format("missing counts of 0 or more for \"{}\"", feature.name),
                fmt::format("{}", fmt::join(feature.missing_counts, ", ")));
}

void check_notations(const Feature& feature) {
  if (feature.written.empty()) return;
  if (feature.written.size() != feature.columns.size())
    throw Error("schema",
                fmt::format("how numbers are written in each of the {} columns of \"{}\"",
                            feature.columns.size(), feature.name),
                fmt::format("{}", feature.written.size()));
  for (const std::string& example : feature.written)
    if (!Notation::like(example))
      throw Error("schema",
                  fmt::format("1234.5 as it is written in \"{}\", such as $1,234.5", feature.name),
                  fmt::format("\"{}\"", example));
}

void check_knots(const Feature& feature) {
  if (feature.knots != 0 && (feature.knots < kFewestKnots || feature.knots > kMostKnots))
    throw Error(
        "schema",
        fmt::format("0 or {} to {} knots for \"{}\"", kFewestKnots, kMostKnots, feature.name),
        fmt::format("{}", feature.knots));
  if (feature.knot_values.empty()) return;
  if (feature.knots == 0 || feature.knot_values.size() != feature.columns.size())
    throw Error("schema", fmt::format("knots of every column of \"{}\"", feature.name),
                fmt::format("those of {}", feature.knot_values.size()));
  for (const std::vector<double>& knots : feature.knot_values) {
    const bool finite =
        std::all_of(knots.begin(), knots.end(), [](double k) { return std::isfinite(k); });
    const bool rise =
        std::adjacent_find(knots.begin(), knots.end(), std::greater_equal<double>()) == knots.end();
    if (knots.empty() || !finite || !rise)
      throw Error("schema", fmt::format("finite knots that rise for \"{}\"", feature.name),
                  fmt::format("[{}]", fmt::join(knots, ", ")));
  }
}

void check_words(const Feature& feature) {
  if (feature.kind != FeatureKind::kText) return;
  if (feature.min_count < 1)
    throw Error("schema", fmt::format("a min_count of 1 or more for \"{}\"", feature.name),
                fmt::format("{}", feature.min_count));
  if (!(feature.max_share > 0 && feature.max_share <= 1))
    throw Error("schema", fmt::format("a max_share above 0, at most 1, for \"{}\"", feature.name),
                fmt::format("{}", feature.max_share));
  if (feature.unseen != UnseenPolicy::kLeaveOut)
    throw Error("schema", fmt::format("unseen words of \"{}\" to be left out", feature.name),
                fmt::format("\"{}\"", to_string(feature.unseen)));
}

void check_features(const Schema& schema) {
  if (schema.features.empty()) throw Error("schema", "one feature or more", "none");
  std::unordered_set<std::string_view> names;
  for (const Feature& feature : schema.features) {
    if (feature.name.empty()) throw Error("schema", "a name for every feature", "an empty name");
    if (!names.insert(feature.name).second)
      throw Error("schema", "each feature name once", fmt::format("\"{}\" twice", feature.name));
    check_columns(feature);
    check_statistics(feature);
    check_knots(feature);
    check_notations(feature);
    check_words(feature);
    if (!feature.embedding && !feature.bias && feature.kind != FeatureKind::kOffset)
      throw Error("schema", fmt::format("a vector or a bias for \"{}\"", feature.name), "neither");
  }
}

void check_group_names(const std::vector<SamplingGroup>& groups) {
  std::unordered_set<std::string_view> names;
  for (const SamplingGroup& group : groups) {
    if (group.name.empty())
      throw Error("schema", "a name for every sampling group", "an empty name");
    if (!names.insert(group.name).second)
      throw Error("schema", "each sampling group name once",
                  fmt::format("\"{}\" twice", group.name));
  }
}

}  // namespace

bool has_vocabulary(FeatureKind kind) {
  return kind == FeatureKind::kCategorical || has_members(kind);
}

bool has_members(FeatureKind kind) {
  return kind == FeatureKind::kBag || kind == FeatureKind::kText;
}

bool is_whole_cell(FeatureKind kind) {
  return kind == FeatureKind::kNumeric || kind == FeatureKind::kText;
}

bool is_target_by_default(FeatureKind kind) { return kind != FeatureKind::kText; }

bool Feature::has_missing_vector() const {
  return kind == FeatureKind::kNumeric && missing == MissingPolicy::kVector &&
         std::any_of(missing_counts.begin(), missing_counts.end(),
                     [](std::int64_t count) { return count > 0; });
}

std::pair<double, double> Feature::range(std::size_t column) const {
  const std::vector<double>& rising = knot_values.at(column);
  return {rising.front(), rising.back()};
}

Notation Feature::notation(std::size_t column) const {
  return written.empty() ? Notation() : Notation::like(written.at(column)).value();
}

std::int64_t Feature::dense_width() const {
  if (knot_values.empty()) return static_cast<std::int64_t>(columns.size());
  std::size_t width = 0;
  for (const std::vector<double>& of_column : knot_values) width += of_column.size();
  return static_cast<std::int64_t>(width);
}

std::vector<std::string> Feature::input_names() const {
  if (knot_values.empty()) return columns;
  std::vector<std::string> names;
  for (std::size_t c = 0; c < columns.size(); ++c)
    for (const double knot : knot_values[c])
      names.push_back((columns.size() == 1 ? "" : columns[c] + "=") + fmt::format("{}", knot));
  return names;
}

std::vector<SamplingGroup> Schema::sampling_groups() const {
  std::vector<SamplingGroup> result = groups;
  std::unordered_set<std::string_view> named;
  for (const SamplingGroup& group : groups)
    named.insert(group.features.begin(), group.features.end());
  for (const Feature& feature : features) {
    if (feature.kind == FeatureKind::kOffset || named.contains(feature.name)) continue;
    result.push_back({feature.name, {feature.name}});
  }
  return result;
}

std::vector<std::int64_t> Schema::group_of_feature() const {
  std::vector<std::int64_t> result(features.size(), -1);
  const std::vector<SamplingGroup> all = sampling_groups();
  for (std::size_t g = 0; g < all.size(); ++g)
    for (const std::string& name : all[g].features)
      result[index_of(name)] = static_cast<std::int64_t>(g);
  return result;
}

std::size_t Schema::index_of(std::string_view name) const {
  for (std::size_t f = 0; f < features.size(); ++f)
    if (features[f].name == name) return f;
  throw Error("schema", "the name of a feature",
              fmt::format("\"{}\"{}", name, did_you_mean_or_there_are(name, feature_names(*this))));
}

void Schema::validate() const {
  check_features(*this);
  std::unordered_map<std::string_view, std::string_view> group_of;  // feature name ↦ group name
  for (const SamplingGroup& group : groups) {
    if (group.features.empty())
      throw Error("schema", "features in every sampling group",
                  fmt::format("none in \"{}\"", group.name));
    for (const std::string& name : group.features) {
      if (features[index_of(name)].kind == FeatureKind::kOffset)
        throw Error("schema", "features with columns in a sampling group",
                    fmt::format("the offset \"{}\" in \"{}\"", name, group.name));
      if (!group_of.emplace(name, group.name).second)
        throw Error("schema", "each feature in one sampling group",
                    fmt::format("\"{}\" in \"{}\" and \"{}\"", name, group_of[name], group.name));
    }
  }
  check_group_names(sampling_groups());
  const std::vector<std::int64_t> groups_of = group_of_feature();
  std::unordered_map<std::string_view, std::size_t> reader;  // column ↦ first feature that reads it
  for (std::size_t f = 0; f < features.size(); ++f) {
    for (const std::string& column : features[f].columns) {
      const auto [first, fresh] = reader.emplace(column, f);
      if (!fresh && groups_of[first->second] != groups_of[f])
        throw Error("schema", "features that share a column in one sampling group",
                    fmt::format("column \"{}\" read by \"{}\" and \"{}\" of different groups",
                                column, features[first->second].name, features[f].name));
    }
  }
}

}  // namespace feat2vec::data
