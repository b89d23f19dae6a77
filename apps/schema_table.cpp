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

std::vector<std::string> aligned_lines(const std::vector<Described>& all) {
  std::size_t width = 0;
  for (const Described& one : all) width = std::max(width, printable(one.name).size());
  std::vector<std::string> lines;
  lines.reserve(all.size());
  for (const Described& one : all)
    lines.push_back(
        fmt::format("  {:<{}}  {:<11}  {}\n", printable(one.name), width, one.kind, one.details));
  return lines;
}

std::string describe(const tables::Inference& inference) {
  std::vector<Described> all;
  for (const tables::ColumnDecision& decision : inference.decisions)
    all.push_back({decision.column, tables::to_string(decision.decision), details(decision)});
  return fmt::format("{}", fmt::join(aligned_lines(all), ""));
}

std::string describe(const data::Schema& schema) {
  std::vector<Described> all;
  for (const data::Feature& feature : schema.features)
    all.push_back({feature.name, data::to_string(feature.kind),
                   printable(fmt::format("{}", fmt::join(feature.columns, ", ")))});
  return fmt::format("{}", fmt::join(aligned_lines(all), ""));
}

}  // namespace feat2vec::apps
