#include "samplers/entities.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/isnan.h>
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <string_view>
#include <utility>

#include "feat2vec/data/vocabulary.h"
#include "feat2vec/error.h"

namespace feat2vec::samplers {
namespace {

/// Where the entity of an id stands; the mean of all values is one too.
std::size_t slot_of(std::int32_t id) { return static_cast<std::size_t>(id - data::kMeanValue); }

/// Writes the value of a group in a row as bytes, equal for equal values.
class KeyWriter {
 public:
  KeyWriter(const data::Dataset& dataset, const std::vector<std::size_t>& features) {
    for (const std::size_t feature : features) {
      const data::Column& column = dataset.column(feature).to(at::kCPU);
      Source source{column, column.absent().to(at::kByte).contiguous()};
      for (at::Tensor* tensor :
           {&source.column.ids, &source.column.offsets, &source.column.missing})
        if (tensor->defined()) *tensor = tensor->contiguous();
      if (column.values.defined()) {
        const at::Tensor values = column.values.to(at::kDouble) + 0.0;  // −0 becomes 0
        source.column.values =
            values.masked_fill(values.isnan(), std::numeric_limits<double>::quiet_NaN())
                .masked_fill(column.missing, 0)
                .contiguous();
      }
      sources_.push_back(std::move(source));
    }
  }

  /// The key of `row`, valid until the next call; false when every feature is absent.
  bool write(std::int64_t row) {
    key_.clear();
    bool present = false;
    for (const Source& source : sources_) {
      present |= source.absent.const_data_ptr<std::uint8_t>()[row] == 0;
      append(source.column, row);
    }
    return present;
  }

  std::string_view key() const { return key_; }

 private:
  struct Source {
    data::Column column;
    at::Tensor absent;
  };

  void append(const data::Column& column, std::int64_t row) {
    switch (column.kind) {
      case data::FeatureKind::kCategorical:
        append(column.ids.const_data_ptr<std::int32_t>() + row, 1);
        break;
      case data::FeatureKind::kBag:
      case data::FeatureKind::kText: {
        const auto* offsets = column.offsets.const_data_ptr<std::int64_t>();
        const auto* ids = column.ids.const_data_ptr<std::int32_t>();
        members_.assign(ids + offsets[row], ids + offsets[row + 1]);
        std::erase(members_, data::kNoValue);
        std::sort(members_.begin(), members_.end());
        const std::size_t length = members_.size();
        append(&length, 1);
        append(members_.data(), length);
        break;
      }
      case data::FeatureKind::kNumeric: {
        const auto width = static_cast<std::size_t>(column.values.size(1));
        const auto start = static_cast<std::size_t>(row) * width;
        append(column.values.const_data_ptr<double>() + start, width);
        append(column.missing.const_data_ptr<bool>() + start, width);
        break;
      }
      case data::FeatureKind::kOffset:
        break;
    }
  }

  template <class T>
  void append(const T* data, std::size_t count) {
    if (count > 0) key_.append(reinterpret_cast<const char*>(data), count * sizeof(T));
  }

  std::vector<Source> sources_;
  std::vector<std::int32_t> members_;
  std::string key_;
};

}  // namespace

Entities::Entities(const data::Dataset& dataset, std::vector<std::size_t> features,
                   const std::vector<std::int64_t>& counts)
    : features_(std::move(features)) {
  if (!counts.empty() && static_cast<std::int64_t>(counts.size()) != dataset.rows())
    throw Error("Entities", fmt::format("{} counts", dataset.rows()),
                fmt::format("{}", counts.size()));
  if (has_one_lookup(dataset))
    collect_ids(dataset.column(features_.front()), counts);
  else
    collect(dataset, counts);
}

bool Entities::has_one_lookup(const data::Dataset& dataset) const {
  return features_.size() == 1 &&
         dataset.column(features_.front()).kind == data::FeatureKind::kCategorical;
}

/// Counts `row` for its entity, which is a new one when `entity` is `kUnseen`.
void Entities::add(std::int32_t& entity, std::int64_t row,
                   const std::vector<std::int64_t>& counts) {
  const std::int64_t count = counts.empty() ? 1 : counts[static_cast<std::size_t>(row)];
  if (count < 0) throw Error("Entities", "counts of 0 or more", fmt::format("{}", count));
  if (entity == kUnseen) {
    if (donors_.size() >= std::numeric_limits<std::int32_t>::max())
      throw Error("Entities", "fewer than 2^31 entities", "2^31");
    entity = static_cast<std::int32_t>(donors_.size());
    donors_.push_back(row);
    counts_.push_back(0);
  }
  counts_[static_cast<std::size_t>(entity)] += count;
}

void Entities::collect(const data::Dataset& dataset, const std::vector<std::int64_t>& counts) {
  KeyWriter writer(dataset, features_);
  for (std::int64_t row = 0; row < dataset.rows(); ++row) {
    if (!writer.write(row)) continue;
    auto found = ids_.find(writer.key());
    if (found == ids_.end()) found = ids_.emplace(std::string(writer.key()), kUnseen).first;
    add(found->second, row, counts);
  }
}

/// The ids of one feature are keys already.
void Entities::collect_ids(const data::Column& column, const std::vector<std::int64_t>& counts) {
  const at::Tensor ids = column.ids.cpu().contiguous();
  const auto* id = ids.const_data_ptr<std::int32_t>();
  for (std::int64_t row = 0; row < column.rows; ++row) {
    if (id[row] == data::kNoValue) continue;
    const std::size_t slot = slot_of(id[row]);
    if (slot >= entity_of_id_.size()) entity_of_id_.resize(slot + 1, kUnseen);
    add(entity_of_id_[slot], row, counts);
  }
}

std::vector<std::int32_t> Entities::find(const data::Dataset& dataset) const {
  std::vector<std::int32_t> entities(static_cast<std::size_t>(dataset.rows()), kAbsent);
  if (has_one_lookup(dataset)) {
    const at::Tensor ids = dataset.column(features_.front()).ids.cpu().contiguous();
    const auto* id = ids.const_data_ptr<std::int32_t>();
    for (std::size_t row = 0; row < entities.size(); ++row) {
      if (id[row] == data::kNoValue) continue;
      const std::size_t slot = slot_of(id[row]);
      entities[row] = slot < entity_of_id_.size() ? entity_of_id_[slot] : kUnseen;
    }
    return entities;
  }
  KeyWriter writer(dataset, features_);
  for (std::int64_t row = 0; row < dataset.rows(); ++row) {
    if (!writer.write(row)) continue;
    const auto found = ids_.find(writer.key());
    entities[static_cast<std::size_t>(row)] = found == ids_.end() ? kUnseen : found->second;
  }
  return entities;
}

}  // namespace feat2vec::samplers
