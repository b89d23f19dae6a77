#include "trainers/encoded_draws.h"

#include <algorithm>
#include <span>

#include "samplers/context_drawing.h"

namespace feat2vec::trainers {
namespace {

/// Whether vectors can be of whole cells, not of single values alone.
bool needs_cells(const Feat2VecImpl& model, const samplers::ImplicitSampler& rows) {
  return rows.options().contexts.unit == samplers::Unit::kGroup ||
         std::any_of(model.features().begin(), model.features().end(),
                     [](const auto& feature) { return data::is_whole_cell(feature.kind); });
}

}  // namespace

template <class T>
EncodedDraws<T>::EncodedDraws(const samplers::ContextSampler& sampler,
                              const samplers::ImplicitSampler& rows, FusedCore<T>& core)
    : sampler_(sampler),
      correction_(core.options().objective, core.module().options().prior,
                  rows.options().noise_rows),
      position_(core.module().features().size(), -1),
      features_(static_cast<std::int32_t>(core.model().features().size())) {
  const auto& features = core.model().features();
  for (std::size_t p = 0; p < features.size(); ++p)
    position_[features[p]] = static_cast<std::int32_t>(p);
  for (std::size_t f = 0; f < position_.size(); ++f) {
    first_row_.push_back(static_cast<std::int32_t>(core.table().first_row[f]));
    bias_.push_back(core.module().bias(f) != nullptr ? T{1} : T{0});
  }
  if (!needs_cells(core.module(), rows)) return;
  const auto encode = [&](const data::Dataset& dataset) {
    return EncodedCells<T>(dataset, core.module(), core.table(), features, /*plain=*/false);
  };
  observed_.emplace(encode(rows.observed()));
  supply_.emplace(encode(rows.noise().supply()));
}

/// Writes examples as they are drawn.
template <class T>
class EncodedDraws<T>::Writer {
 public:
  Writer(const EncodedDraws& draws, kernels::ContextExamples<T>& out) : draws_(draws), out_(out) {}

  void begin_example(std::int64_t /*row*/, std::int32_t group, bool whole) {
    whole_ = whole;
    out_.groups.push_back(group);
    out_.candidates.push_back(0);
  }

  void add_candidates(std::int32_t feature, std::span<const samplers::DrawnValue> values) {
    const std::int32_t first_row = draws_.first_row_[static_cast<std::size_t>(feature)];
    const T bias = draws_.bias_[static_cast<std::size_t>(feature)];
    const std::size_t terms = out_.terms.size();
    const std::size_t sums = out_.corrections.size();
    out_.terms.resize(terms + values.size());
    out_.corrections.resize(sums + values.size());
    out_.sum_begin.resize(sums + values.size() + 1);
    for (std::size_t i = 0; i < values.size(); ++i) {
      out_.terms[terms + i] = {first_row + values[i].value, T{1}, bias};
      out_.corrections[sums + i] = correction(static_cast<double>(values[i].log_prob));
      out_.sum_begin[sums + i + 1] = static_cast<std::int32_t>(terms + i + 1);
    }
    out_.candidates.back() += static_cast<std::int32_t>(values.size());
  }

  void begin_sum(double scale) { scale_ = static_cast<T>(static_cast<float>(scale)); }

  void add_value(std::int32_t feature, std::int32_t value) {
    const auto f = static_cast<std::size_t>(feature);
    out_.terms.push_back({draws_.first_row_[f] + value, scale_, scale_ * draws_.bias_[f]});
  }

  void add_cell(samplers::Part::From from, std::int32_t feature, std::int64_t row) {
    pairs_ = false;
    const auto f = static_cast<std::size_t>(feature);
    const kernels::CellsView<T> cells =
        (from == samplers::Part::From::kSupply ? draws_.supply_ : draws_.observed_)->view();
    const std::int64_t cell = (row * draws_.features_) + draws_.position_[f];
    for (std::int64_t t = cells.first_term(cell); t < cells.first_term(cell + 1); ++t) {
      const T factor = scale_ * cells.coefficient_of(t);
      out_.terms.push_back({cells.term[t], factor, factor * draws_.bias_[f]});
    }
  }

  void end_candidate(double log_prob) {
    ++out_.candidates.back();
    end_sum(correction(static_cast<double>(static_cast<float>(log_prob))));
  }
  void end_context() { end_sum(T{0}); }
  void end_example() {
    const auto sums = static_cast<std::int32_t>(out_.corrections.size());
    pairs_ = pairs_ && scale_ == T{1} && out_.terms.size() == out_.corrections.size() &&
             sums - out_.example_begin.back() == out_.candidates.back() + 1;
    out_.example_begin.push_back(sums);
  }

  /// To be called after the last example.
  void end() {
    out_.pairs = pairs_;
    if (!pairs_) return;
    constexpr std::size_t kSpare = 7;
    out_.terms.resize(out_.terms.size() + kSpare);
    out_.corrections.resize(out_.corrections.size() + kSpare);
  }

 private:
  T correction(double log_prob) const {
    return static_cast<T>(whole_ ? draws_.correction_.whole(log_prob)
                                 : draws_.correction_(log_prob));
  }
  void end_sum(T correction) {
    out_.corrections.push_back(correction);
    out_.sum_begin.push_back(static_cast<std::int32_t>(out_.terms.size()));
  }

  const EncodedDraws& draws_;
  kernels::ContextExamples<T>& out_;
  bool whole_ = false;
  bool pairs_ = true;
  T scale_ = 1;
};

template <class T>
void EncodedDraws<T>::draw(const std::int64_t* targets, std::int32_t count, std::uint32_t epoch,
                           kernels::ContextExamples<T>& out) const {
  out.clear();
  Writer writer(*this, out);
  sampler_.draw_into(targets, count, epoch, writer);
  writer.end();
}

template class EncodedDraws<float>;
template class EncodedDraws<double>;

}  // namespace feat2vec::trainers
