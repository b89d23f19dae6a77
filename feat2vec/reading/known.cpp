#include "feat2vec/reading/known.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <utility>

#include "feat2vec/data/vocabulary.h"
#include "feat2vec/embeddings/embeddings.h"
#include "feat2vec/error.h"

namespace feat2vec::reading {
namespace {

bool takes_part(const RowPart& part, std::int32_t feature) {
  if (feature == part.without_feature && part.without_value < 0) return false;
  return part.features.empty() ||
         std::find(part.features.begin(), part.features.end(), feature) != part.features.end();
}

/// The ids of the row as they are encoded.
std::span<const std::int32_t> ids_of(const data::Column& column, std::int64_t row) {
  const auto* ids = column.ids.const_data_ptr<std::int32_t>();
  if (!data::has_members(column.kind)) return {ids + row, 1};
  const auto* offsets = column.offsets.const_data_ptr<std::int64_t>();
  return {ids + offsets[row], ids + offsets[row + 1]};
}

}  // namespace

void Query::add_cell(std::int32_t feature, const at::Tensor& vector) {
  const at::Tensor floats = vector.detach().cpu().to(at::kFloat).contiguous();
  const auto* data = floats.const_data_ptr<float>();
  cells_.push_back(std::make_shared<const std::vector<float>>(data, data + floats.numel()));
  known_.push_back({feature, kCell, cells_.back()->data()});
}

std::vector<std::int32_t> members(const data::Column& column, std::int64_t row,
                                  std::int32_t candidates) {
  std::vector<std::int32_t> found;
  for (const std::int32_t id : ids_of(column, row)) {
    if (id >= 0 && id < candidates) found.push_back(id);
  }
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

std::int32_t first_member(const data::Column& column, std::int64_t row, std::int32_t candidates) {
  for (const std::int32_t id : ids_of(column, row)) {
    if (id == data::kMeanValue || (id >= 0 && id < candidates)) return id;
  }
  return data::kNoValue;
}

Query row_query(const Values& values, const data::Dataset& rows, std::int64_t row,
                const RowPart& part) {
  Query query;
  for (std::int32_t f = 0; f < values.feature_count(); ++f) {
    if (!values.has_vectors(f) || !takes_part(part, f)) continue;
    const data::Column& column = rows.column(static_cast<std::size_t>(f));
    if (data::is_whole_cell(column.kind)) {
      const at::Tensor vector = values.cell_vector(f, column, row);
      if (vector.defined()) query.add_cell(f, vector);
      continue;
    }
    for (const std::int32_t value : members(column, row, values.feature(f).candidates())) {
      if (f == part.without_feature && value == part.without_value) continue;
      query.add(values, f, value);
    }
  }
  return query;
}

NamedQuery named_query(const Values& values, const std::vector<std::string>& keys) {
  NamedQuery named;
  const Model& model = values.embeddings().model();
  for (const std::string& key : keys) {
    try {
      const embeddings::Query found = values.embeddings().find(key);
      const auto feature = static_cast<std::int32_t>(model.schema.index_of(found.feature));
      std::string outside = embeddings::outside_training(model, found);
      if (!outside.empty()) named.outside.push_back(std::move(outside));
      if (found.value.empty())
        named.unknown.push_back(fmt::format("{}: missing says nothing", key));
      else if (data::is_whole_cell(values.feature(feature).kind))
        named.query.add_cell(feature, found.vector);
      else
        named.query.add(values, feature, static_cast<std::int32_t>(found.row));
    } catch (const Error& error) {
      named.unknown.emplace_back(error.what());
    }
  }
  return named;
}

}  // namespace feat2vec::reading
