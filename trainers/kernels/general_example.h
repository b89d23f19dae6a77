#pragma once

// Score, losses and gradient of one observed row with its noise rows, for every φ that is a weighted
// sum of rows, every grouping and every list of pairs. Included by target.cpp alone.
//
// With C = Σ v_f over the features outside the replaced group, V_c = Σ v_f over those inside it for
// candidate c, δ_c = ∂loss/∂logit_c, D = Σ δ_c and H = Σ δ_c V_c:
//
//     s_c        = ½(‖C‖² − Σ‖v_f‖²) + ⟨C, V_c⟩ + ½(‖V_c‖² − Σ‖v_cf‖²) + biases
//     ∂/∂v_f     = D·(C − v_f) + H              outside
//     ∂/∂v_cf    = δ_c·(C + V_c − v_cf)         inside
//
// and with a list of pairs I, C_i = Σ_{j outside, (i,j) ∈ I} v_j takes the place of C for feature i.

#include "trainers/kernels/group_example.h"
#include "trainers/kernels/single_example.h"

namespace feat2vec::trainers::kernels::FEAT2VEC_TARGET {

template <class T, int kFixed>
class GeneralExample {
 public:
  /// Scalars of scratch, in whole lines.
  static std::int64_t scratch_size(const ModelView<T>& model, std::int32_t noise_rows) {
    return SingleExample<T, kFixed>::scratch_size(model, noise_rows) +
           GroupExample<T>::scratch_size(model, noise_rows);
  }

  /// Slots that one example fills at most.
  static std::int32_t slot_count(const ModelView<T>& model, std::int32_t noise_rows) {
    for (std::int32_t g = 0; g < model.groups; ++g)
      if (!is_single(model, g)) return GroupExample<T>::slot_count(model, noise_rows);
    return SingleExample<T, kFixed>::slot_count(model);
  }

  GeneralExample(const ModelView<T>& model, const CellsView<T>& observed,
                 const CellsView<T>& supply, const DrawView& draw, T* scratch)
      : model_(model),
        draws_(draw),
        pooling_(model, observed, supply),
        any_pooling_(model, observed, supply),
        single_(model, pooling_, draw.noise_rows, scratch),
        group_(model, any_pooling_, draw.noise_rows,
               scratch + SingleExample<T, kFixed>::scratch_size(model, draw.noise_rows)) {}

  /// The losses of row `i` of the draws. `slots`: those of its gradient, of which one is written.
  ExampleLoss score(std::int64_t i, T weight, T* slots) {
    draw_ = example_of(draws_, i);
    if (is_single(model_, draw_.group)) return single_.score(draw_, replaced(), weight, slots);
    return group_.score(draw_, weight);
  }

  /// Writes the gradient of the example scored last: the rest of its slots, the first of which has the
  /// number `first_slot`, and its occurrences. Returns the end of the occurrences.
  Occurrence<T>* emit(T* slots, std::int32_t first_slot, Occurrence<T>* out) {
    if (is_single(model_, draw_.group))
      return single_.emit(draw_, replaced(), slots, first_slot, out);
    return group_.emit(slots, first_slot, out);
  }

 private:
  static bool is_single(const ModelView<T>& model, std::int32_t group) {
    return model.all_pairs && model.group_begin[group + 1] - model.group_begin[group] == 1;
  }
  std::int32_t replaced() const { return model_.group_features[model_.group_begin[draw_.group]]; }

  const ModelView<T>& model_;
  const DrawView& draws_;
  Pooling<T, kFixed> pooling_;
  Pooling<T, 0> any_pooling_;
  SingleExample<T, kFixed> single_;
  GroupExample<T> group_;
  ExampleDraw draw_;
};

}  // namespace feat2vec::trainers::kernels::FEAT2VEC_TARGET
