#pragma once

// One optimiser step of one row. Included by target.cpp alone.

#include "trainers/kernels/lanes.h"
#include "trainers/kernels/row_rule.h"

namespace feat2vec::trainers::kernels::FEAT2VEC_TARGET {

template <class T>
inline Line<T> squares_of(const T* gradient, std::int32_t stride) {
  Line<T> squares = Line<T>::zero();
  for (std::int32_t i = 0; i < stride; i += Line<T>::kScalars) {
    const Line<T> g = Line<T>::load(gradient + i);
    squares = multiply_add(g, g, squares);
  }
  return squares;
}

/// Steps row `row` down `gradient` [stride], which is overwritten. A gradient of zero is none: such a
/// row is not touched, by decay and momentum neither. The padding of a row has gradient
/// 0, and every rule leaves a weight of 0 with gradient 0 where it is.
template <class T>
inline void update_row(const RuleView<T>& rule, const Learned<T>& weights, std::int64_t row,
                       T* __restrict gradient, std::int32_t dim, std::int32_t stride) {
  T* __restrict w = weights.value + (row * stride);
  const bool moves_without = rule.weight_decay != 0 || rule.rule == Rule::kLazyAdam;
  if (moves_without && sum(squares_of(gradient, stride)) == 0) return;
  if (rule.weight_decay != 0)
    for (std::int32_t i = 0; i < stride; ++i) gradient[i] += rule.weight_decay * w[i];
  switch (rule.rule) {
    case Rule::kRowAdagrad: {
      const T squares = sum(squares_of(gradient, stride));
      const T factor = row_adagrad_factor(rule, squares, static_cast<T>(dim), weights.first[row]);
      const Line<T> step = Line<T>::broadcast(-factor);
      for (std::int32_t i = 0; i < stride; i += Line<T>::kScalars)
        multiply_add(step, Line<T>::load(gradient + i), Line<T>::load(w + i)).store(w + i);
      break;
    }
    case Rule::kAdagrad: {
      T* __restrict a = weights.first + (row * stride);
      for (std::int32_t i = 0; i < stride; ++i) adagrad(rule, gradient[i], w[i], a[i]);
      break;
    }
    case Rule::kLazyAdam: {
      T* __restrict m = weights.first + (row * stride);
      T* __restrict v = weights.second + (row * stride);
      for (std::int32_t i = 0; i < stride; ++i) lazy_adam(rule, gradient[i], w[i], m[i], v[i]);
      break;
    }
    case Rule::kSgd:
      for (std::int32_t i = 0; i < stride; ++i) w[i] -= rule.rate * gradient[i];
      break;
  }
}

/// What every row of one example has in its score: z_g and the constants.
template <class T>
inline T shared_logit(const ModelView<T>& model, std::int32_t group) {
  T logit = model.group_offsets ? model.scalars.value[model.rows + group] : T{0};
  for (std::int32_t i = 0; i < model.constant_count; ++i)
    logit += model.scalars.value[model.constants[i]];
  return logit;
}

/// Steps it.
template <class T>
inline void step_shared(const ModelView<T>& model, const RuleView<T>& rule, std::int32_t group,
                        T residual) {
  if (model.group_offsets) update_scalar(rule, model.scalars, model.rows + group, residual);
  for (std::int32_t i = 0; i < model.constant_count; ++i)
    update_scalar(rule, model.scalars, model.constants[i], residual);
}

}  // namespace feat2vec::trainers::kernels::FEAT2VEC_TARGET
