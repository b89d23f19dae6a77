#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>
#include <torch/nn/module.h>

#include <cstdint>
#include <memory>
#include <string>

#include "feat2vec/data/dataset.h"
#include "feat2vec/nn/feature_spec.h"

namespace feat2vec::nn {

/// φ of one feature: cells of n rows ↦ vectors [n, dim] (paper §2.1). Used twice: with the model's
/// dimension for the vectors, with dimension 1 for the biases per value.
class Extractor : public torch::nn::Module {
 public:
  virtual at::Tensor forward(const data::Column& column) = 0;

  /// Where its parameters are, and so the cells must be; the CPU when it has none.
  c10::Device device() const;

  /// Number of learned parameters, intermediate layers included; what P1 is made of (eq. 5).
  std::int64_t parameter_count() const;

  /// The parameter called `name` of this φ itself, undefined when it has none; a module of the user's
  /// own has none at all.
  at::Tensor parameter(const std::string& name) const;
};

/// A table of vectors, for one id a row. Parameter `weight` [rows, dim].
class Lookup : public Extractor {
 public:
  Lookup(std::int64_t rows, std::int64_t dim);
  at::Tensor forward(const data::Column& column) override;
  at::Tensor weight;
};

/// A table of vectors, pooled over the members of a ragged bag, or the words of a text. Parameter
/// `weight` [rows, dim].
class BagLookup : public Extractor {
 public:
  BagLookup(std::int64_t rows, std::int64_t dim, data::Pooling pooling);
  at::Tensor forward(const data::Column& column) override;
  at::Tensor weight;

 private:
  data::Pooling pooling_;
};

/// A dense layer x ↦ x·W + b over real columns; a missing cell adds its row of `missing` in place of
/// x·W. Parameters `weight` [width, dim], `bias` [dim] and `missing` [width, dim] (both optional).
class Dense : public Extractor {
 public:
  Dense(std::int64_t width, std::int64_t dim, bool bias, bool missing_vectors);
  at::Tensor forward(const data::Column& column) override;
  at::Tensor weight;
  at::Tensor bias;
  at::Tensor missing;
};

/// A user's module: `values` (numeric) or `ids` (else) ↦ [n, dim].
class Custom : public Extractor {
 public:
  Custom(torch::nn::AnyModule module, std::int64_t dim);
  at::Tensor forward(const data::Column& column) override;

 private:
  torch::nn::AnyModule module_;
  std::int64_t dim_;
};

/// One learned number for every row; the feature kind offset. Parameter `weight` [1, dim].
class Offset : public Extractor {
 public:
  explicit Offset(std::int64_t dim);
  at::Tensor forward(const data::Column& column) override;
  at::Tensor weight;
};

/// The φ that `spec` asks for, with vectors of length `dim`.
std::shared_ptr<Extractor> make_extractor(const FeatureSpec& spec, std::int64_t dim);

}  // namespace feat2vec::nn
