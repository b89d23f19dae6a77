#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "feat2vec/data/dataset.h"
#include "feat2vec/reading/values.h"

namespace feat2vec::reading {

/// `Known::value` of a cell of numbers or of a text, which is known through its vector alone.
inline constexpr std::int32_t kCell = -1;

/// One thing that is known of a row. Missing and unseen values are not known.
struct Known {
  std::int32_t feature = 0;       ///< position in the schema
  std::int32_t value = kCell;     ///< row of the vocabulary
  const float* vector = nullptr;  ///< d floats
};

/// All that is known of a row. Vectors of named values belong to Values, which must outlive it; those
/// of cells are its own, shared by its copies.
class Query {
 public:
  void add(const Values& values, std::int32_t feature, std::int32_t value) {
    known_.push_back({feature, value, values.vector(feature, value)});
  }
  /// `vector`: d floats.
  void add_cell(std::int32_t feature, const at::Tensor& vector);

  const std::vector<Known>& known() const { return known_; }
  std::size_t size() const { return known_.size(); }
  bool empty() const { return known_.empty(); }
  auto begin() const { return known_.begin(); }
  auto end() const { return known_.end(); }

 private:
  std::vector<Known> known_;
  std::vector<std::shared_ptr<const std::vector<float>>> cells_;
};

/// Which part of a row is known.
struct RowPart {
  std::vector<std::int32_t> features{};  ///< these alone; empty: all
  std::int32_t without_feature = -1;     ///< not this one
  std::int32_t without_value = -1;       ///< of `without_feature`, this value alone is not known
};

/// The values of the feature that row `row` holds, each once, ascending: ids in [0, candidates). No
/// missing, no unseen ones. `column` is on the CPU.
std::vector<std::int32_t> members(const data::Column& column, std::int64_t row,
                                  std::int32_t candidates);

/// The first value that the row holds, in the order of the table: a candidate, `data::kMeanValue` where
/// training never saw it, or `data::kNoValue` when the row holds none.
std::int32_t first_member(const data::Column& column, std::int64_t row, std::int32_t candidates);

/// What is known in row `row` of an encoded table on the CPU, with its vocabularies those of `values`.
Query row_query(const Values& values, const data::Dataset& rows, std::int64_t row,
                const RowPart& part = {});

/// A query from texts, and what could not be used.
struct NamedQuery {
  Query query{};
  std::vector<std::string> unknown{};  ///< a message each, with the nearest spelling
  std::vector<std::string> outside{};  ///< a message for each number beyond those of training
};

/// A query from texts `feature=value`, as Embeddings::find reads them. Unknown and missing values are
/// skipped and reported.
NamedQuery named_query(const Values& values, const std::vector<std::string>& keys);

}  // namespace feat2vec::reading
