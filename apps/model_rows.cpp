#include "apps/model_rows.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "apps/console.h"
#include "apps/read_flags.h"
#include "feat2vec/reading/questions.h"

namespace feat2vec::apps {
namespace {

std::string unseen_text(const tables::FeatureCounts& feature) {
  const std::string example = feature.unseen_examples.empty()
                                  ? "empty cells"
                                  : fmt::format("such as \"{}\"", feature.unseen_examples.front());
  return fmt::format("{} of {} ({})", feature.unseen, feature.name, example);
}

}  // namespace

void warn_of_unseen(const std::vector<tables::FeatureCounts>& counts, const std::string& name) {
  std::vector<std::string> parts;
  for (const tables::FeatureCounts& feature : counts)
    if (feature.unseen > 0) parts.push_back(unseen_text(feature));
  if (!parts.empty())
    warn(fmt::format("{}: values that training never saw: {}", name, fmt::join(parts, ", ")));
}

void warn_of_outside(const std::vector<tables::FeatureCounts>& counts, const std::string& name) {
  for (const tables::FeatureCounts& feature : counts)
    for (const tables::OutsideNumbers& found : feature.outside)
      warn(fmt::format(
          "{}: {} numbers of {}, such as {}, lie outside of {} to {}, which training saw, and are "
          "read as the nearer of these",
          name, found.count, found.column, found.first, found.range.first, found.range.second));
}

data::Dataset encode_rows(const Model& model, const tables::Table& table) {
  const tables::Encoder encoder(reading::marking_unseen(model.schema), model.vocabularies);
  tables::Encoded encoded = encoder.encode(table);
  warn_of_outside(encoded.counts, table.source_name());
  std::erase_if(encoded.counts,
                [](const auto& feature) { return feature.unseen_examples.empty(); });
  warn_of_unseen(encoded.counts, table.source_name());
  return encoded.dataset;
}

tables::Table read_rows(const std::vector<std::string>& paths, const tables::ReadOptions& options) {
  tables::Table table = tables::read_table(paths, options);
  warn_of_reading(table);
  return table;
}

reading::Memory count_rows(const reading::Values& values, const std::vector<std::string>& paths,
                           const tables::ReadOptions& options) {
  const data::Dataset rows = encode_rows(values.embeddings().model(), read_rows(paths, options));
  return reading::Memory(rows, values);
}

}  // namespace feat2vec::apps
