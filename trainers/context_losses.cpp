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
#include <utility>

#include "trainers/correction.h"

namespace feat2vec::trainers {
namespace {

using samplers::ContextDraw;
using samplers::Part;

at::Tensor to_tensor(const std::vector<std::int64_t>& values, c10::Device device) {
  return at::tensor(values, at::kLong).to(device);
}

/// The parts of one feature that come from one place, and which parts they are.
struct PartList {
  std::vector<std::int64_t> ids;
  std::vector<std::int64_t> places;
};

/// Cells that hold each value alone.
data::Column single_values(data::FeatureKind kind, const at::Tensor& ids) {
  if (kind == data::FeatureKind::kBag)
    return data::Column::bag(ids.to(at::kInt),
                             at::arange(ids.size(0) + 1, ids.options().dtype(at::kLong)));
  return data::Column::categorical(ids.to(at::kInt));
}

/// Vectors [sums + 1, d] and biases [sums + 1] of the sums of a draw; the last one is zero.
struct Sums {
  at::Tensor vectors;
  at::Tensor biases;
};

class SumMaker {
 public:
  SumMaker(Feat2Vec& model, const ContextDraw& draw, const samplers::ImplicitSampler& rows)
      : model_(model), draw_(draw), rows_(rows), device_(rows.observed().device()) {}

  Sums operator()() {
    const auto type = model_->parameters().front().scalar_type();
    const auto options = at::TensorOptions().dtype(type).device(device_);
    const auto sums = static_cast<std::int64_t>(draw_.scales.size());
    Sums result{at::zeros({sums + 1, model_->options().dim}, options),
                at::zeros({sums + 1}, options)};
    sum_of_part_.resize(draw_.parts.size());
    for (std::size_t s = 0; s < draw_.scales.size(); ++s)
      for (std::int32_t p = draw_.sum_begin[s]; p < draw_.sum_begin[s + 1]; ++p)
        sum_of_part_[static_cast<std::size_t>(p)] = static_cast<std::int64_t>(s);
    for (std::size_t f = 0; f < model_->features().size(); ++f)
      for (const Part::From from : {Part::From::kValue, Part::From::kObserved, Part::From::kSupply})
        add(f, from, result);
    return result;
  }

 private:
  void add(std::size_t feature, Part::From from, Sums& result) {
    PartList list;
    for (std::size_t p = 0; p < draw_.parts.size(); ++p)
      if (draw_.parts[p].feature == static_cast<std::int32_t>(feature) &&
          draw_.parts[p].from == from) {
        list.ids.push_back(draw_.parts[p].id);
        list.places.push_back(sum_of_part_[p]);
      }
    if (list.ids.empty()) return;
    const at::Tensor ids = to_tensor(list.ids, device_);
    const at::Tensor places = to_tensor(list.places, device_);
    const data::Dataset& cells =
        from == Part::From::kSupply ? rows_.noise().supply() : rows_.observed();
    const data::Column column = from == Part::From::kValue
                                    ? single_values(model_->features()[feature].kind, ids)
                                    : cells.column(feature).select(ids);
    const at::Tensor scales =
        at::tensor(draw_.scales, at::kFloat).to(result.biases.options()).index_select(0, places);
    if (model_->extractor(feature))
      result.vectors = result.vectors.index_add(
          0, places, model_->extractor(feature)->forward(column) * scales.unsqueeze(1));
    if (model_->bias(feature))
      result.biases = result.biases.index_add(
          0, places, model_->bias(feature)->forward(column).squeeze(1) * scales);
  }

  Feat2Vec& model_;
  const ContextDraw& draw_;
  const samplers::ImplicitSampler& rows_;
  c10::Device device_;
  std::vector<std::int64_t> sum_of_part_;
};

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
  for (std::size_t i = 0; i < draw.groups.size(); ++i)
    for (std::int32_t c = 0; c < draw.candidates[i]; ++c) {
      const auto s = static_cast<std::size_t>(draw.example_begin[i] + c);
      values[s] =
          draw.whole[i] != 0 ? correction.whole(draw.log_probs[s]) : correction(draw.log_probs[s]);
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
  const Sums sums = SumMaker(model, draw, rows)();
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
