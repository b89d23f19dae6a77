#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "feat2vec/storage/model.h"

namespace feat2vec::embeddings {

/// The vectors of one feature with the values they belong to. Rows follow the vocabulary: by count,
/// then by bytes, missing last (as the empty text). A numeric feature with a dense layer has one row
/// a column, named by the column: the weights of that column; with knots one a knot, named by its
/// number.
class FeatureVectors {
 public:
  /// `vectors` [size, dim]: a row for each row of the vocabulary, or each column of a numeric feature.
  /// `feature` and `vocabulary` must outlive it.
  FeatureVectors(const data::Feature& feature, const data::Vocabulary& vocabulary,
                 at::Tensor vectors);

  const std::string& feature() const { return feature_->name; }
  data::FeatureKind kind() const { return feature_->kind; }

  /// Floats [size, dim] on the CPU, contiguous, a copy of what training left.
  const at::Tensor& vectors() const { return vectors_; }
  std::int64_t size() const { return vectors_.size(0); }

  /// Value of a row in [0, size).
  std::string value(std::int64_t row) const;

  /// Occurrences of the value in training; 0 for a column of numbers.
  std::int64_t count(std::int64_t row) const;

  /// Row of a value, or -1. `missing_words` are not looked at.
  std::int64_t row_of(std::string_view value) const;

 private:
  const data::Feature* feature_;
  const data::Vocabulary* vocabulary_;
  at::Tensor vectors_;
  std::vector<std::string> inputs_;  ///< of a numeric feature
};

/// A vector that something is to be compared with, and what it stands for.
struct Query {
  std::string feature;
  std::string value;
  std::int64_t row =
      -1;  ///< its row among the vectors of the feature, or -1 for a number or several words
  at::Tensor vector;  ///< float [dim]
};

/// What there is to tell of a query for a number beyond those of training, which has the vector of the
/// nearest of these; empty for all others.
std::string outside_training(const Model& model, const Query& query);

/// The vectors of all values of all features of a model that have some. Features with a bias alone
/// and offsets are left out. The model must outlive it.
class Embeddings {
 public:
  /// Copies the vectors as they are now: later training does not change them.
  explicit Embeddings(const Model& model);
  explicit Embeddings(Model&&) = delete;

  const Model& model() const { return *model_; }
  std::int64_t dim() const { return model_->module->options().dim; }

  /// One a feature, in the order of the schema.
  const std::vector<FeatureVectors>& features() const { return features_; }

  /// The vectors of the feature called `name`. Throws Error that names the nearest known one.
  const FeatureVectors& feature(std::string_view name) const;

  /// The vector of a value; the empty text and the schema's missing words stand for missing. For a
  /// numeric feature of one column any number is a value (read as tables are, see feat2vec/numbers.h,
  /// scaled as in training, then through φ), and the name of a column its weights. Of a text the known
  /// words count, through φ. Throws Error that
  /// names the nearest known value, and for a missing number where missing has no vector.
  Query find(std::string_view feature, std::string_view value) const;

  /// The same for a key `feature=value`, as plain text or percent-encoded as in exports. Read as plain
  /// text first, at each `=` in turn, for names may hold one.
  Query find(std::string_view key) const;

 private:
  const FeatureVectors* known_feature(std::string_view name) const;
  bool knows(std::string_view feature, std::string_view value) const;
  bool is_missing_word(std::string_view value) const;
  Query text(const FeatureVectors& vectors, std::string_view value) const;
  Query number(const FeatureVectors& vectors, std::string_view value) const;

  const Model* model_;
  std::vector<FeatureVectors> features_;
};

}  // namespace feat2vec::embeddings
