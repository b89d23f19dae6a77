#include "trainers/encoded_draws.h"

#include "feat2vec/error.h"
#include "samplers/context_drawing.h"
#include "trainers/words_ahead.h"

namespace feat2vec::trainers {

template <class T>
EncodedDraws<T>::EncodedDraws(const samplers::ContextSampler& sampler,
                              const samplers::ImplicitSampler& rows, FusedCore<T>& core,
                              kernels::Target target)
    : sampler_(sampler),
      seed_(rows.options().seed),
      target_(target),
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
  if (sampler.has_values_alone()) {
    pairs_ = sampler.has_single_contexts();
    return;
  }
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
    correction_ = draws_.correction_of(whole);
    out_.begin_example(group);
  }

  void begin_sum(double scale) { scale_ = static_cast<T>(static_cast<float>(scale)); }

  void add_value(std::int32_t feature, std::int32_t value) {
    const auto f = static_cast<std::size_t>(feature);
    add_term(draws_.first_row_[f] + value, scale_, f);
  }

  void add_cell(samplers::Part::From from, std::int32_t feature, std::int64_t row) {
    const auto f = static_cast<std::size_t>(feature);
    const kernels::CellsView<T> cells =
        (from == samplers::Part::From::kSupply ? draws_.supply_ : draws_.observed_)->view();
    const std::int64_t cell = (row * draws_.features_) + draws_.position_[f];
    for (std::int64_t t = cells.first_term(cell); t < cells.first_term(cell + 1); ++t)
      add_term(cells.term[t], scale_ * cells.coefficient_of(t), f);
  }

  void end_candidate(double log_prob) {
    ++out_.candidates.back();
    out_.end_sum(correction_(static_cast<T>(static_cast<float>(log_prob))));
  }
  void end_context() { out_.end_sum(T{0}); }
  void end_example() { out_.end_example(); }

 private:
  void add_term(std::int32_t row, T factor, std::size_t feature) {
    out_.terms.push_back({row, factor, factor * draws_.bias_[feature]});
  }

  const EncodedDraws& draws_;
  kernels::ContextExamples<T>& out_;
  Correction::Linear<T> correction_;
  T scale_ = 1;
};

/// The same where all examples are pairs of single values.
template <class T>
class EncodedDraws<T>::PairWriter {
 public:
  PairWriter(const EncodedDraws& draws, kernels::ContextExamples<T>& out)
      : draws_(draws), out_(out) {}

  void begin_example(std::int64_t /*row*/, std::int32_t group, bool whole) {
    correction_ = draws_.correction_of(whole);
    out_.begin_example(group);
  }
  void begin_sum(double /*scale*/) {}
  void add_value(std::int32_t feature, std::int32_t value) {
    feature_ = static_cast<std::size_t>(feature);
    out_.rows.push_back(draws_.first_row_[feature_] + value);
  }
  void end_candidate(double log_prob) {
    out_.corrections.push_back(correction_(static_cast<T>(static_cast<float>(log_prob))));
    ++out_.candidates.back();
    biased_ = draws_.bias_[feature_] != T{0};
  }
  void end_context() { out_.corrections.push_back(T{0}); }
  void end_example() {
    out_.biased.push_back(biased_ ? 1 : 0);
    out_.end_example();
  }
  [[noreturn]] void add_cell(samplers::Part::From /*from*/, std::int32_t /*feature*/,
                             std::int64_t /*row*/) {
    throw Error("EncodedDraws", "pairs of values alone", "a whole cell");
  }

 private:
  const EncodedDraws& draws_;
  kernels::ContextExamples<T>& out_;
  Correction::Linear<T> correction_;
  std::size_t feature_ = 0;  ///< of the value added last
  bool biased_ = false;
};

template <class T>
void EncodedDraws<T>::draw(const std::int64_t* targets, std::int32_t count, std::uint32_t epoch,
                           kernels::ContextExamples<T>& out) const {
  out.clear(pairs_);
  WordsAhead words(seed_, epoch, target_);
  const auto draw_with = [&](auto writer) { sampler_.draw_into(targets, count, words, writer); };
  if (pairs_)
    draw_with(PairWriter(*this, out));
  else
    draw_with(Writer(*this, out));
  out.end();
}

template class EncodedDraws<float>;
template class EncodedDraws<double>;

}  // namespace feat2vec::trainers
