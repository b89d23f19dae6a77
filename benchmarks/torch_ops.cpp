// The same training written in operations of LibTorch, as one would without an engine, in two forms:
//
//   dense        all 1 + K rows are embedded, dense gradients, torch::optim::Adam
//   incremental  noise costs one value; the rows of a batch are made unique, gathered as a leaf,
//                and stepped with row-wise Adagrad
//
//   bench_torch_ops TABLE.ids --form dense|incremental [--dim 16] [--batch 2000] [--rows N]

#include <ATen/Functions.h>
#include <ATen/Parallel.h>
#include <torch/optim/adam.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "benchmarks/cpu_seconds.h"
#include "benchmarks/ids_table.h"
#include "feat2vec/nn/losses.h"
#include "samplers/row_order.h"
#include "trainers/encoded_cells.h"
#include "trainers/fused_model.h"
#include "trainers/sampler_draws.h"

namespace {

using namespace feat2vec;

struct Arguments {
  std::string table;
  std::string form = "incremental";
  std::int64_t dim = 16;
  std::int64_t batch = 2000;
  std::int64_t rows = 0;
  std::int64_t epochs = 2;
};

/// A batch of examples: F − 1 rows that stay, then the target and K noise rows.
struct Draws {
  at::Tensor ids;        ///< int64 [B, F + K]
  at::Tensor log_noise;  ///< [B, 1 + K]
};

/// Half the squared norm of the sum less the sum of squared norms, over dimension -2.
at::Tensor pairs(const at::Tensor& vectors) {
  return (vectors.sum(-2).square().sum(-1) - vectors.square().sum({-2, -1})) / 2;
}

/// One step in the dense form.
void step_dense(torch::optim::Adam& optimizer, const at::Tensor& weights, const Draws& draws,
                std::int64_t outside) {
  const at::Tensor inside = draws.ids.slice(1, outside);
  const at::Tensor shared =
      draws.ids.slice(1, 0, outside).unsqueeze(1).expand({-1, inside.size(1), -1});
  const at::Tensor rows = at::cat({shared, inside.unsqueeze(2)}, 2);
  optimizer.zero_grad();
  nn::nce_losses(pairs(at::embedding(weights, rows)), draws.log_noise).mean().backward();
  optimizer.step();
}

/// One step in the incremental form.
void step_incremental(at::Tensor& weights, at::Tensor& sums, const Draws& draws,
                      std::int64_t outside) {
  const auto [unique, inverse] = at::_unique(draws.ids, false, true);
  at::Tensor leaf = weights.index_select(0, unique).requires_grad_();
  const at::Tensor vectors =
      leaf.index_select(0, inverse.reshape({-1})).view({draws.ids.size(0), draws.ids.size(1), -1});
  const at::Tensor shared = vectors.slice(1, 0, outside);
  const at::Tensor scores = pairs(shared).unsqueeze(1) +
                            vectors.slice(1, outside).matmul(shared.sum(1).unsqueeze(2)).squeeze(2);
  nn::nce_losses(scores, draws.log_noise).sum().backward();
  const at::NoGradGuard no_grad;
  const at::Tensor gradient = leaf.grad();
  const at::Tensor sum = sums.index_select(0, unique) + gradient.square().mean(1);
  sums.index_copy_(0, unique, sum);
  weights.index_add_(0, unique, gradient * (0.05 / (sum.sqrt() + 1e-8)).unsqueeze(1), -1);
}

/// Draws batches with the sampler and the order of the engines.
class Source {
 public:
  Source(const benchmarks::IdsTable& table, Feat2Vec& model, std::int64_t noise)
      : sampler_(table.dataset,
                 std::make_shared<samplers::NoiseTables>(table.dataset, table.schema,
                                                         samplers::NoiseOptions{}),
                 samplers::GroupChooser(model->parameter_counts(), 0.5),
                 samplers::SamplerOptions{.noise_rows = noise}),
        fused_(*model, sampler_.noise().group_of_feature(), trainers::Objective::kNce, noise),
        cells_(table.dataset, *model, model->row_table(), fused_.features(), true),
        draws_(sampler_, fused_.view(), cells_.view(), cells_.view(),
               trainers::kernels::best_target()) {}

  Draws draw(const samplers::RowOrder& order, std::uint32_t epoch, std::int64_t first,
             std::int64_t count) const {
    const std::int64_t width = fused_.view().features + sampler_.options().noise_rows;
    std::vector<std::int64_t> rows(static_cast<std::size_t>(count));
    std::vector<std::int32_t> groups(rows.size());
    order.rows_at(first, count, rows.data());
    const at::Tensor ids = at::empty({count, width}, at::kInt);
    Draws result;
    result.log_noise = at::empty({count, 1 + sampler_.options().noise_rows});
    trainers::kernels::DrawBuffers out;
    out.groups = groups.data();
    out.ids = ids.mutable_data_ptr<std::int32_t>();
    out.log_noise = result.log_noise.mutable_data_ptr<float>();
    draws_.draw(rows.data(), static_cast<std::int32_t>(count), epoch, out);
    result.ids = ids.to(at::kLong);
    return result;
  }

 private:
  samplers::ImplicitSampler sampler_;
  trainers::FusedModel<float> fused_;
  trainers::EncodedCells<float> cells_;
  trainers::PlainDraws<float> draws_;
};

}  // namespace

int main(int argc, char** argv) {
  Arguments a;
  CLI::App app("LibTorch, operation by operation");
  app.add_option("table", a.table)->required();
  app.add_option("--form", a.form)->check(CLI::IsMember({"dense", "incremental"}));
  app.add_option("--dim", a.dim);
  app.add_option("--batch", a.batch);
  app.add_option("--rows", a.rows);
  app.add_option("--epochs", a.epochs);
  CLI11_PARSE(app, argc, argv);
  at::set_num_threads(1);
  const benchmarks::IdsTable table = benchmarks::read_ids(a.table, a.rows);
  Feat2Vec model(ModelOptions{.dim = a.dim, .prior = Prior::kNone}, table.specs);
  const Source source(table, model, 5);
  at::Tensor weights = model->row_table().weights.clone().slice(1, 0, a.dim).contiguous();
  at::Tensor sums = at::full({weights.size(0)}, 1e-6);
  const bool dense = a.form == "dense";
  if (dense) weights.requires_grad_();
  torch::optim::Adam adam({weights}, torch::optim::AdamOptions(0.005));
  const std::int64_t rows = table.dataset.rows();
  const auto outside = static_cast<std::int64_t>(table.specs.size()) - 1;
  nlohmann::json result{{"engine", "LibTorch, " + a.form}, {"rows", rows}};
  for (std::int64_t epoch = 0; epoch < a.epochs; ++epoch) {
    const auto number = static_cast<std::uint32_t>(epoch);
    const samplers::RowOrder order(rows, 1, number);
    const double before = benchmarks::cpu_seconds();
    for (std::int64_t first = 0; first < rows; first += a.batch) {
      const Draws draws = source.draw(order, number, first, std::min(a.batch, rows - first));
      if (dense)
        step_dense(adam, weights, draws, outside);
      else
        step_incremental(weights, sums, draws, outside);
    }
    const double seconds = benchmarks::cpu_seconds() - before;
    result["cpu_s"].push_back(seconds);
    result["rows_per_cpu_s"].push_back(static_cast<double>(rows) / seconds);
  }
  std::printf("%s\n", result.dump().c_str());
}
