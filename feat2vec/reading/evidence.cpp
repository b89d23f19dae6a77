#include "feat2vec/reading/evidence.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <numeric>

namespace feat2vec::reading {
namespace {

/// N(t) is as if each value had been seen this many times more, with the candidates by their shares.
constexpr double kBayesSmoothing = 0.5;
/// Brings co / n_c to the size of products, so that one strength of regularisation fits both.
constexpr double kCountScale = 10;

at::Tensor float_tensor(const std::vector<double>& numbers) {
  return at::tensor(at::ArrayRef<double>(numbers), at::kFloat);
}

/// Collects the evidence of one query. Rows of distributions are gathered in the order of the
/// components.
class Collector {
 public:
  Collector(const Values& values, const Memory* memory, std::int32_t target, const Query& query)
      : values_(values),
        memory_(memory),
        target_(target),
        query_(query),
        candidates_(values.feature(target)),
        size_(static_cast<std::size_t>(candidates_.candidates())),
        root_n_(std::sqrt(std::max<double>(1, static_cast<double>(query.size())))) {
    for (const Known& known : query) evidence_.features.push_back(known.feature);
    auto& features = evidence_.features;
    std::sort(features.begin(), features.end());
    features.erase(std::unique(features.begin(), features.end()), features.end());
    is_known_.assign(size_, false);
    for (const Known& known : query) {
      if (known.feature == target) is_known_[static_cast<std::size_t>(known.value)] = true;
    }
  }

  Evidence collect(const at::Tensor& products) {
    add_products(products);
    const at::Tensor sum = evidence_.products.sum(0);
    const at::Tensor bias = float_tensor(candidates_.bias);
    std::vector<at::Tensor> whole{sum + bias};
    const std::int32_t size = bucket_of(static_cast<std::int64_t>(query_.size()));
    std::vector<Component> sources{{Source::kSum, -1, size}};
    if (values_.whole_rows()) {
      whole.push_back(sum * root_n_ + bias);
      sources.push_back({Source::kScore, -1, size});
    }
    if (memory_ != nullptr) {
      add_counts();
      add_leading();
      for (const auto& logits : {bayes(), pmi(.5), pmi(1)}) whole.push_back(float_tensor(logits));
      for (const Source source : {Source::kBayes, Source::kHalfPmi, Source::kWholePmi}) {
        sources.push_back({source, -1, -1});
      }
    }
    whole.push_back(float_tensor(candidates_.log_prior));
    sources.push_back({Source::kPrior, -1, -1});
    rows_.push_back(masked_softmax(at::stack(whole), target_, query_));
    evidence_.components.insert(evidence_.components.end(), sources.begin(), sources.end());
    evidence_.distributions = at::cat(rows_);
    return std::move(evidence_);
  }

 private:
  std::int64_t position_of(std::int32_t feature) const {
    const auto& features = evidence_.features;
    return std::lower_bound(features.begin(), features.end(), feature) - features.begin();
  }

  std::int32_t bucket(const Known& known) const {
    if (known.value == kCell) return -1;
    return bucket_of(values_.feature(known.feature).counts[static_cast<std::size_t>(known.value)]);
  }

  at::Tensor zero_terms() const {
    return at::zeros(
        {static_cast<std::int64_t>(evidence_.features.size()), static_cast<std::int64_t>(size_)});
  }

  /// kVector, and the products by feature.
  void add_products(const at::Tensor& products) {
    evidence_.products = zero_terms();
    for (std::int64_t i = 0; i < products.size(0); ++i) {
      const Known& known = query_.known()[static_cast<std::size_t>(i)];
      evidence_.components.push_back({Source::kVector, known.feature, bucket(known)});
      evidence_.products[position_of(known.feature)].add_(products[i], 1 / root_n_);
    }
    rows_.push_back(masked_softmax(products + float_tensor(candidates_.bias), target_, query_));
  }

  /// kCount, the counts by feature, and the sums that kBayes and kHalfPmi are made of.
  void add_counts() {
    evidence_.counts = zero_terms();
    bayes_.assign(size_, 0);
    pmi_.assign(size_, 0);
    prior_.resize(size_);
    for (std::size_t t = 0; t < size_; ++t) prior_[t] = std::exp(candidates_.log_prior[t]);
    for (const Known& known : query_) {
      if (known.value == kCell) continue;
      ++counted_;
      add_counts_of(known);
    }
  }

  void add_counts_of(const Known& known) {
    const Memory::Pairs pairs = memory_->pairs(target_, known.feature, known.value);
    const double rows = memory_->holding(known.feature, known.value);
    double sum = 0;
    for (std::size_t i = 0; i < pairs.size(); ++i) {
      if (!is_known_[pairs.value(i)]) sum += pairs.count(i);
    }
    if (sum == 0) return;
    const at::Tensor row = at::zeros({1, static_cast<std::int64_t>(size_)});
    auto* shares = row.mutable_data_ptr<float>();
    auto* terms = evidence_.counts.mutable_data_ptr<float>() +
                  static_cast<std::size_t>(position_of(known.feature)) * size_;
    for (std::size_t i = 0; i < pairs.size(); ++i) {
      const std::size_t t = pairs.value(i);
      if (is_known_[t]) continue;
      const double count = pairs.count(i);
      shares[t] = static_cast<float>(count / sum);
      terms[t] += static_cast<float>(kCountScale * count / (rows * root_n_));
      bayes_[t] += std::log1p(count / (kBayesSmoothing * prior_[t]));
      pmi_[t] += std::log1p(count / (rows * prior_[t]));
    }
    evidence_.components.push_back({Source::kCount, known.feature, bucket(known)});
    rows_.push_back(row);
  }

  void add_leading() {
    const auto leads = memory_->leading(target_);
    if (leads.empty()) return;
    const double all = std::accumulate(leads.begin(), leads.end(), 0.0);
    if (all == 0) return;  // no row had one
    const double mean =
        all / std::accumulate(candidates_.counts.begin(), candidates_.counts.end(), 0.0);
    std::vector<double> logs(size_);
    for (std::size_t t = 0; t < size_; ++t) {
      logs[t] = std::log((leads[t] + mean) / (static_cast<double>(candidates_.counts[t]) + 1));
    }
    evidence_.leading = float_tensor(logs);
  }

  /// Logits of kBayes. log(q_c(t) / p_t) is log(1 + co / (½ p_t)) and a number that is the same for
  /// all t, which softmax takes away.
  std::vector<double> bayes() const {
    std::vector<double> logits = candidates_.log_prior;
    const double root = std::sqrt(std::max(1.0, counted_));
    for (std::size_t t = 0; t < size_; ++t) logits[t] += bayes_[t] / root;
    return logits;
  }

  std::vector<double> pmi(double share) const {
    std::vector<double> logits(size_);
    for (std::size_t t = 0; t < size_; ++t) {
      logits[t] = share * pmi_[t] + (1 - share) * candidates_.log_prior[t];
    }
    return logits;
  }

  const Values& values_;
  const Memory* memory_;
  std::int32_t target_;
  const Query& query_;
  const FeatureValues& candidates_;
  std::size_t size_;
  double root_n_;
  std::vector<bool> is_known_;
  std::vector<double> prior_, bayes_, pmi_;
  double counted_ = 0;
  std::vector<at::Tensor> rows_;
  Evidence evidence_;
};

}  // namespace

std::int32_t bucket_of(std::int64_t count) {
  const auto bits = std::bit_width(static_cast<std::uint64_t>(std::max<std::int64_t>(1, count)));
  return std::min(static_cast<std::int32_t>(bits) - 1, kBuckets - 1);
}

at::Tensor products(const Values& values, std::int32_t target, std::span<const Query> queries) {
  std::int64_t known = 0;
  for (const Query& query : queries) known += static_cast<std::int64_t>(query.size());
  const at::Tensor vectors = at::empty({known, values.dim()});
  auto* row = vectors.mutable_data_ptr<float>();
  for (const Query& query : queries) {
    for (const Known& one : query) row = std::copy_n(one.vector, values.dim(), row);
  }
  return at::matmul(vectors, values.target(target).vectors.t());
}

at::Tensor masked_softmax(const at::Tensor& logits, std::int32_t target, const Query& query) {
  for (const Known& known : query) {
    if (known.feature == target) {
      logits.select(1, known.value).fill_(-std::numeric_limits<float>::infinity());
    }
  }
  return at::softmax(logits, 1);
}

std::vector<Evidence> evidence(const Values& values, const Memory* memory, std::int32_t target,
                               std::span<const Query> queries) {
  const at::Tensor all = products(values, target, queries);
  std::vector<Evidence> found;
  std::int64_t first = 0;
  for (const Query& query : queries) {
    const auto n = static_cast<std::int64_t>(query.size());
    found.push_back(Collector(values, memory, target, query).collect(all.narrow(0, first, n)));
    first += n;
  }
  return found;
}

}  // namespace feat2vec::reading
