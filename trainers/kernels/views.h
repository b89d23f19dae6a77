#pragma once

#include <cstdint>

namespace feat2vec::trainers::kernels {

/// Bytes of one line of the cache, and the alignment of every row of weights. Rows are padded with
/// zeros to whole lines, so that no loop over a row has a remainder.
inline constexpr std::int64_t kLineBytes = 64;

/// Two features that interact, by position.
struct Pair {
  std::int32_t first = 0;
  std::int32_t second = 0;
};

/// How the gradient of a row becomes a step. Formulas in row_rule.h.
enum class Rule : std::int32_t { kRowAdagrad, kAdagrad, kLazyAdam, kSgd };

/// The rule with its numbers, as they are for one step.
template <class T>
struct RuleView {
  Rule rule = Rule::kRowAdagrad;
  T rate = 0;
  T weight_decay = 0;  ///< added as weight_decay·w to the gradient of each row touched
  T epsilon = 0;
  T beta1 = 0;
  T beta2 = 0;
  T correction1 = 1;  ///< 1 − β1^t
  T correction2 = 1;  ///< 1 − β2^t
};

/// Learned numbers and what the rule remembers of them. `first` is the accumulator of Adagrad or m of
/// Adam, `second` is v of Adam; null where the rule has none. Row-wise Adagrad keeps one number a row.
template <class T>
struct Learned {
  T* value = nullptr;
  T* first = nullptr;
  T* second = nullptr;
};

/// A factorization machine whose every φ is a weighted sum of rows of one table: a lookup is one row,
/// a bag its members, a dense layer its inputs times the rows of its matrix.
template <class T>
struct ModelView {
  Learned<T> weights;  ///< [rows, stride], 64-byte aligned, zero beyond `dim`
  Learned<T> scalars;  ///< [rows + groups]: the bias of each row, then z_g of each sampling group
  std::int64_t rows = 0;
  std::int32_t dim = 0;
  std::int32_t stride = 0;  ///< scalars from one row to the next, a multiple of a line

  std::int32_t features = 0;
  std::int32_t groups = 0;
  const std::int32_t* group_of = nullptr;  ///< [features], or -1: never replaced
  const std::uint8_t* has_vector = nullptr;
  const std::uint8_t* has_bias = nullptr;
  const std::int32_t* group_begin = nullptr;     ///< [groups + 1] into `group_features`
  const std::int32_t* group_features = nullptr;  ///< features by group, ascending

  bool all_pairs = true;
  const Pair* pairs = nullptr;  ///< the interactions unless all
  std::int32_t pair_count = 0;

  bool group_offsets = false;               ///< z_g is added to the logit
  const std::int32_t* constants = nullptr;  ///< rows whose bias every score has (kind offset)
  std::int32_t constant_count = 0;
  std::int32_t null_row = -1;  ///< plain cells: a row of zeros that never moves, for absent values
  T noise_slope = -1;          ///< the logit gets noise_slope·log(K·P2) + noise_constant
  T noise_constant = 0;
  /// One loss for the candidates of an example together, which of them is the observed one, in place of
  /// a logistic loss each. What all candidates have in common then has no gradient.
  bool softmax = false;
};

/// Rows of an encoded table as weighted sums of rows of the model's table. Cell (r, f) has the terms
/// begin[r·F + f] … begin[r·F + f + 1]. When every cell has exactly one term of coefficient 1 the
/// table is *plain*: `begin` and `coefficient` are null and term r·F + f is that cell's.
template <class T>
struct CellsView {
  std::int64_t rows = 0;
  const std::int64_t* begin = nullptr;
  const std::int32_t* term = nullptr;
  const T* coefficient = nullptr;

  std::int64_t first_term(std::int64_t cell) const { return begin == nullptr ? cell : begin[cell]; }
  T coefficient_of(std::int64_t t) const { return coefficient == nullptr ? T{1} : coefficient[t]; }
};

/// The draws of a block of observed rows, as `samplers::Draw` has them.
struct DrawView {
  const std::int64_t* rows = nullptr;    ///< [n]
  const std::int32_t* groups = nullptr;  ///< [n]
  const std::int64_t* donors = nullptr;  ///< [n, K]
  const float* log_noise = nullptr;      ///< [n, 1+K]
  std::int32_t noise_rows = 0;           ///< K
};

}  // namespace feat2vec::trainers::kernels
