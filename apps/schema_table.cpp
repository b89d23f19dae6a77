#include "apps/schema_table.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

#include "feat2vec/printable.h"

namespace feat2vec::apps {
namespace {

std::string details(const tables::ColumnDecision& decision) {
  std::vector<std::string> parts;
  if (decision.decision != tables::Decision::kDropped)
    parts.push_back(counted(decision.distinct, "value"));
  if (!decision.separator.empty())
    parts.push_back(fmt::format("separator \"{}\"", printable(decision.separator)));
  if (decision.missing_share > 0)
    parts.push_back(fmt::format("{:.1f} % missing", 100 * decision.missing_share));
  parts.push_back(decision.why);
  return fmt::format("{}", fmt::join(parts, ", "));
}

}  // namespace

std::string describe(const tables::Inference& inference) {
  std::size_t width = 0;
  for (const tables::ColumnDecision& decision : inference.decisions)
    width = std::max(width, printable(decision.column).size());
  std::string text;
  for (const tables::ColumnDecision& decision : inference.decisions)
    text += fmt::format("  {:<{}}  {:<11}  {}\n", printable(decision.column), width,
                        tables::to_string(decision.decision), details(decision));
  return text;
}

std::string describe(const data::Schema& schema) {
  std::size_t width = 0;
  for (const data::Feature& feature : schema.features)
    width = std::max(width, printable(feature.name).size());
  std::string text;
  for (const data::Feature& feature : schema.features)
    text += fmt::format("  {:<{}}  {:<11}  {}\n", printable(feature.name), width,
                        data::to_string(feature.kind),
                        printable(fmt::format("{}", fmt::join(feature.columns, ", "))));
  return text;
}

}  // namespace feat2vec::apps
