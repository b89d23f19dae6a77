#pragma once

#include "trainers/kernels/portable.h"
#include "trainers/kernels/views.h"

namespace feat2vec::trainers::kernels {

[[gnu::always_inline]] FEAT2VEC_HOST_DEVICE inline float root(float x) {
  return __builtin_sqrtf(x);
}
[[gnu::always_inline]] FEAT2VEC_HOST_DEVICE inline double root(double x) {
  return __builtin_sqrt(x);
}

/// Adagrad (Duchi et al. 2011) for one number: a += g²; w −= rate·g / (√a + ε).
template <class T>
[[gnu::always_inline]] FEAT2VEC_HOST_DEVICE inline void adagrad(const RuleView<T>& rule, T g, T& w,
                                                                T& a) {
  a += g * g;
  w -= rule.rate * g / (root(a) + rule.epsilon);
}

/// Adam (Kingma & Ba 2015) for one number, on the rows touched alone: the moments of others wait, as with
/// torch.optim.SparseAdam, whose ε, though, is that of √v before it is divided by c2.
/// m = β1·m + (1−β1)·g; v = β2·v + (1−β2)·g²; w −= rate·(m/c1) / (√(v/c2) + ε), c = 1 − β^t with t
/// all steps of training.
template <class T>
[[gnu::always_inline]] FEAT2VEC_HOST_DEVICE inline void lazy_adam(const RuleView<T>& rule, T g,
                                                                  T& w, T& m, T& v) {
  m += (T{1} - rule.beta1) * (g - m);
  v += (T{1} - rule.beta2) * (g * g - v);
  w -= rule.rate * (m / rule.correction1) / (root(v / rule.correction2) + rule.epsilon);
}

/// The factor of the gradient in a step of row-wise Adagrad (Mudigere et al. 2021): one accumulator a
/// for all `dim` numbers of a row, a += ‖g‖²/dim; w −= rate / (√a + ε) · g.
template <class T>
[[gnu::always_inline]] FEAT2VEC_HOST_DEVICE inline T row_adagrad_factor(const RuleView<T>& rule,
                                                                        T squares, T dim, T& a) {
  a += squares / dim;
  return rule.rate / (root(a) + rule.epsilon);
}

/// One step of number `i` of `learned`, by itself. Row-wise Adagrad of one number is Adagrad.
template <class T>
[[gnu::always_inline]] FEAT2VEC_HOST_DEVICE inline void update_scalar(const RuleView<T>& rule,
                                                                      const Learned<T>& learned,
                                                                      std::int64_t i, T g) {
  T& w = learned.value[i];
  g += rule.weight_decay * w;
  if (rule.rule == Rule::kLazyAdam)
    lazy_adam(rule, g, w, learned.first[i], learned.second[i]);
  else if (rule.rule == Rule::kSgd)
    w -= rule.rate * g;
  else
    adagrad(rule, g, w, learned.first[i]);
}

}  // namespace feat2vec::trainers::kernels
