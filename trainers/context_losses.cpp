#include "trainers/context_losses.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/bmm.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/full.h>
#include <ATen/ops/log_sigmoid.h>
#include <ATen/ops/logsumexp.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

#include "trainers/correction.h"

namespace feat2vec::trainers {
namespace {

using samplers::ContextDraw;
using samplers::Part;

at::Tensor to_tensor(const std::vector<std::int64_t>& values, c10::Device device) {
  return at::tensor(values, at::kLong).to(device);
}

/// Cells that hold each value alone.
data::Column single_values(data::FeatureKind kind, const at::Tensor& ids) {
  if (kind != data::FeatureKind::kBag) return data::Column::categorical(ids.to(at::kInt));
  data::Column column;
  column.kind = kind;
  column.rows = ids.size(0);
  column.ids = ids.to(at::kInt);
  column.offsets = at::arange(ids.size(0) + 1, ids.options());
  return column;
}

/// The parts of a draw, those of one feature and one origin beside each other.
class SortedParts {
 public:
  static constexpr std::size_t kOrigins = 3;

  SortedParts(const ContextDraw& draw, std::size_t features)
      : begin_((features * kOrigins) + 1), ids_(draw.parts.size()), sums_(draw.parts.size()) {
    for (const Part& part : draw.parts) ++begin_[kind_of(part) + 1];
    std::partial_sum(begin_.begin(), begin_.end(), begin_.begin());
    std::vector<std::int64_t> next = begin_;
    for (std::size_t s = 0; s < draw.scales.size(); ++s)
      for (auto p = static_cast<std::size_t>(draw.sum_begin[s]);
           p < static_cast<std::size_t>(draw.sum_begin[s + 1]); ++p) {
        const auto place = static_cast<std::size_t>(next[kind_of(draw.parts[p])]++);
        ids_[place] = draw.parts[p].id;
        sums_[place] = static_cast<std::int64_t>(s);
      }
  }

  const std::vector<std::int64_t>& ids() const { return ids_; }
  const std::vector<std::int64_t>& sums() const { return sums_; }  ///< that each part belongs to

  /// Calls `with(feature, from, first, count)` for each run of parts.
  template <class Call>
  void each(Call with) const {
    for (std::size_t k = 0; k + 1 < begin_.size(); ++k)
      if (begin_[k + 1] > begin_[k])
        with(k / kOrigins, static_cast<Part::From>(k % kOrigins), begin_[k],
             begin_[k + 1] - begin_[k]);
  }

 private:
  static std::size_t kind_of(const Part& part) {
    return (static_cast<std::size_t>(part.feature) * kOrigins) +
           static_cast<std::size_t>(part.from);
  }

  std::vector<std::int64_t> begin_;
  std::vector<std::int64_t> ids_;
  std::vector<std::int64_t> sums_;
};

/// Vectors [sums + 1, d] and biases [sums + 1] of the sums of a draw; the last one is zero.
struct Sums {
  at::Tensor vectors;
  at::Tensor biases;
};

Sums make_sums(Feat2Vec& model, const ContextDraw& draw, const samplers::ImplicitSampler& rows) {
  const c10::Device device = rows.observed().device();
  const auto options =
      at::TensorOptions().dtype(model->parameters().front().scalar_type()).device(device);
  const auto sums = static_cast<std::int64_t>(draw.scales.size());
  Sums result{at::zeros({sums + 1, model->options().dim}, options), at::zeros({sums + 1}, options)};
  const SortedParts parts(draw, model->features().size());
  const at::Tensor all_ids = to_tensor(parts.ids(), device);
  const at::Tensor all_places = to_tensor(parts.sums(), device);
  const at::Tensor all_scales =
      at::tensor(draw.scales, at::kFloat).to(options).index_select(0, all_places);
  parts.each([&](std::size_t f, Part::From from, std::int64_t first, std::int64_t count) {
    const at::Tensor ids = all_ids.narrow(0, first, count);
    const at::Tensor places = all_places.narrow(0, first, count);
    const at::Tensor scales = all_scales.narrow(0, first, count);
    const data::Dataset& cells =
        from == Part::From::kSupply ? rows.noise().supply() : rows.observed();
    const data::Column column = from == Part::From::kValue
                                    ? single_values(model->features()[f].kind, ids)
                                    : cells.column(f).select(ids);
    if (model->extractor(f))
      result.vectors.index_add_(0, places,
                                model->extractor(f)->forward(column) * scales.unsqueeze(1));
    if (model->bias(f))
      result.biases.index_add_(0, places, model->bias(f)->forward(column).squeeze(1) * scales);
  });
  return result;
}

/// Numbers of the sums of each example, [examples, most], filled up with the sum of nothing.
struct Table {
  std::vector<std::int64_t> sums;
  std::int64_t most = 0;
};

Table table_of(const ContextDraw& draw, bool candidates) {
  Table table;
  const std::int32_t examples = draw.examples();
  const auto range = [&](std::int32_t i) {
    const auto e = static_cast<std::size_t>(i);
    const std::int32_t middle = draw.example_begin[e] + draw.candidates[e];
    return candidates ? std::pair(draw.example_begin[e], middle)
                      : std::pair(middle, draw.example_begin[e + 1]);
  };
  for (std::int32_t i = 0; i < examples; ++i) {
    const auto [begin, end] = range(i);
    table.most = std::max<std::int64_t>(table.most, end - begin);
  }
  for (std::int32_t i = 0; i < examples; ++i) {
    const auto [begin, end] = range(i);
    for (std::int64_t s = begin; s < begin + table.most; ++s)
      table.sums.push_back(s < end ? s : static_cast<std::int64_t>(draw.scales.size()));
  }
  return table;
}

std::vector<double> corrections(const ContextDraw& draw, const Correction& correction) {
  std::vector<double> values(draw.scales.size() + 1, 0);
  for (std::size_t i = 0; i < draw.groups.size(); ++i) {
    const auto line =
        draw.whole[i] != 0 ? correction.of_whole<double>() : correction.of_drawn<double>();
    const auto first = static_cast<std::size_t>(draw.example_begin[i]);
    const std::size_t end = first + static_cast<std::size_t>(draw.candidates[i]);
    for (std::size_t s = first; s < end; ++s)
      values[s] = line(static_cast<double>(draw.log_probs[s]));
  }
  return values;
}

/// What all logits of an example have in common, [examples, 1, 1].
at::Tensor shared_terms(Feat2Vec& model, const ContextDraw& draw, const at::Tensor& like) {
  at::Tensor shared = at::zeros({draw.examples(), 1, 1}, like.options());
  if (model->group_offsets().defined()) {
    std::vector<std::int64_t> groups(draw.groups.begin(), draw.groups.end());
    shared =
        shared +
        model->group_offsets().index_select(0, to_tensor(groups, like.device())).view({-1, 1, 1});
  }
  for (std::size_t f = 0; f < model->features().size(); ++f)
    if (model->features()[f].kind == data::FeatureKind::kOffset && model->bias(f))
      shared = shared + model->bias(f)->forward(data::Column::offset(1)).view({1, 1, 1});
  return shared;
}

}  // namespace

ContextLosses context_losses(Feat2Vec& model, const ContextDraw& draw,
                             const samplers::ImplicitSampler& rows, Objective objective) {
  const Sums sums = make_sums(model, draw, rows);
  const auto device = sums.biases.device();
  const std::int64_t examples = draw.examples();
  const auto none = static_cast<std::int64_t>(draw.scales.size());
  const Table candidate_table = table_of(draw, true);
  const Table context_table = table_of(draw, false);
  const at::Tensor candidates =
      to_tensor(candidate_table.sums, device).view({examples, candidate_table.most});
  const at::Tensor contexts =
      to_tensor(context_table.sums, device).view({examples, context_table.most});
  const auto vectors = [&](const at::Tensor& index) {
    return sums.vectors.index_select(0, index.flatten())
        .view({examples, index.size(1), model->options().dim});
  };
  const Correction correction(objective, model->options().prior, rows.options().noise_rows);
  const at::Tensor base =
      sums.biases +
      at::tensor(corrections(draw, correction), at::kDouble).to(sums.biases.options());
  at::Tensor logits = at::bmm(vectors(contexts), vectors(candidates).transpose(1, 2)) +
                      base.index_select(0, candidates.flatten()).view({examples, 1, -1});
  const at::Tensor there = candidates.ne(none).unsqueeze(1);  // [B, 1, C]
  const at::Tensor asked = contexts.ne(none);                 // [B, M]
  const bool softmax = objective == Objective::kSoftmax;
  at::Tensor losses;  // [B, M]
  if (softmax) {
    const double least = -std::numeric_limits<double>::infinity();
    losses = at::logsumexp(logits.masked_fill(there.logical_not(), least), 2) - logits.select(2, 0);
  } else {
    logits = logits + shared_terms(model, draw, logits);
    const at::Tensor signs = at::cat({logits.slice(2, 0, 1), -logits.slice(2, 1)}, 2);
    losses = (-at::log_sigmoid(signs)).masked_fill(there.logical_not(), 0).sum(2);
  }
  ContextLosses result{losses.masked_fill(asked.logical_not(), 0).sum(1), {}};
  for (std::int32_t i = 0; i < draw.examples(); ++i)
    result.counts.push_back(draw.contexts(i) *
                            (softmax ? 1 : draw.candidates[static_cast<std::size_t>(i)]));
  return result;
}

}  // namespace feat2vec::trainers
