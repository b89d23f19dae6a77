#include "feat2vec/embeddings/nearest.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "feat2vec/error.h"

namespace feat2vec::embeddings {
namespace {

struct Candidate {
  double similarity;
  const FeatureVectors* feature;
  std::int64_t row;
};

template <typename Float>
double cosine(const Float* vector, const std::vector<double>& query, double query_norm) {
  double product = 0;
  double squares = 0;
  for (std::size_t i = 0; i < query.size(); ++i) {
    const double x = vector[i];
    product += x * query[i];
    squares += x * x;
  }
  const double cosine = product / (std::sqrt(squares) * query_norm);
  return std::isfinite(cosine) ? std::clamp(cosine, -1.0, 1.0) : 0.0;
}

template <typename Float>
void add_candidates(std::vector<Candidate>& candidates, const FeatureVectors& feature,
                    const std::vector<double>& query, double query_norm) {
  const Float* vector = feature.vectors().const_data_ptr<Float>();
  for (std::int64_t row = 0; row < feature.size(); ++row) {
    candidates.push_back({cosine(vector, query, query_norm), &feature, row});
    vector += query.size();
  }
}

std::vector<double> doubles(const at::Tensor& vector) {
  const at::Tensor copy = vector.detach().cpu().to(at::kDouble).contiguous();
  const auto* data = copy.const_data_ptr<double>();
  return {data, data + copy.numel()};
}

}  // namespace

std::vector<Neighbour> nearest(const Embeddings& embeddings, const Query& query, std::int64_t k,
                               std::optional<std::string_view> target) {
  if (k < 1) throw Error("nearest", "k of 1 or more", fmt::format("{}", k));
  if (query.vector.dim() != 1 || query.vector.size(0) != embeddings.dim()) {
    throw Error("nearest", fmt::format("a vector [{}]", embeddings.dim()),
                fmt::format("[{}]", fmt::join(query.vector.sizes(), ", ")));
  }
  const std::vector<double> vector = doubles(query.vector);
  double squares = 0;
  for (const double x : vector) squares += x * x;
  const FeatureVectors* only = target ? &embeddings.feature(*target) : nullptr;
  std::vector<Candidate> candidates;
  for (const FeatureVectors& feature : embeddings.features()) {
    if (only != nullptr && only != &feature) continue;
    if (feature.vectors().scalar_type() == at::kDouble) {
      add_candidates<double>(candidates, feature, vector, std::sqrt(squares));
    } else {
      add_candidates<float>(candidates, feature, vector, std::sqrt(squares));
    }
  }
  std::erase_if(candidates, [&](const Candidate& candidate) {
    return candidate.row == query.row && candidate.feature->feature() == query.feature;
  });
  const auto count = std::min<std::size_t>(static_cast<std::size_t>(k), candidates.size());
  // Features lie in one array, in order: their addresses are the order of ties.
  std::partial_sort(candidates.begin(), candidates.begin() + static_cast<std::ptrdiff_t>(count),
                    candidates.end(), [](const Candidate& a, const Candidate& b) {
                      if (a.similarity != b.similarity) return a.similarity > b.similarity;
                      return a.feature != b.feature ? a.feature < b.feature : a.row < b.row;
                    });
  std::vector<Neighbour> neighbours;
  for (std::size_t i = 0; i < count; ++i) {
    const auto& [similarity, feature, row] = candidates[i];
    neighbours.push_back(
        {feature->feature(), feature->value(row), similarity, feature->count(row)});
  }
  return neighbours;
}

}  // namespace feat2vec::embeddings
