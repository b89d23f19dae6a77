// The same training written in operations of LibTorch, as one would without an engine, in two forms:
//
//   dense        all 1 + K rows are embedded, dense gradients, torch::optim::Adam
//   incremental  noise costs one value; the rows of a batch are made unique, gathered as a leaf,
//                and stepped with row-wise Adagrad
//
//   bench_torch_ops TABLE.ids --form dense|incremental [--dim 16] [--batch 2000] [--rows N] …
//
// With rows held out it prints the validation loss after each epoch, of the same noise as
// bench_train_engines has.

#include <ATen/Functions.h>
#include <ATen/Parallel.h>
#include <torch/optim/adam.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <numeric>
#include <string>
#include <vector>

#include "benchmarks/cpu_seconds.h"
#include "benchmarks/ids_table.h"
#include "feat2vec/nn/losses.h"
#include "samplers/row_order.h"
#include "trainers/encoded_cells.h"
#include "trainers/evaluate.h"
#include "trainers/fused_model.h"
#include "trainers/sampler_draws.h"

namespace {

using namespace feat2vec;

struct Arguments {
  std::string table;
  std::string form = "incremental";
  std::string prior = "none";
  std::int64_t dim = 16;
  std::int64_t batch = 2000;
  std::int64_t rows = 0;
  std::int64_t validation_rows = 0;
  std::int64_t epochs = 2;
  samplers::NoiseOptions noise;
};

/// A batch of examples: F − 1 vectors that stay, then the target and K noise vectors.
struct Draws {
  at::Tensor ids;        ///< int64 [B, F + K], or [B, F + K, terms] where vectors are sums of rows
  at::Tensor factors;    ///< [B, F + K, terms] of such sums
  at::Tensor groups;     ///< int64 [B]
  at::Tensor log_noise;  ///< [B, 1 + K]
};

/// What is learned, with the accumulators of row-wise Adagrad.
struct Weights {
  at::Tensor rows;      ///< [rows, d]
  at::Tensor row_sums;  ///< [rows]
  at::Tensor offsets;   ///< z_g of each sampling group; undefined: none
  at::Tensor offset_sums;
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

/// The losses of a batch in the incremental form. `rows` are those of `inverse`.
at::Tensor incremental_losses(const at::Tensor& rows, const at::Tensor& inverse,
                              const at::Tensor& offsets, const Draws& draws, std::int64_t outside) {
  std::vector<std::int64_t> shape = draws.ids.sizes().vec();
  shape.push_back(rows.size(1));
  at::Tensor vectors = rows.index_select(0, inverse.reshape({-1})).view(shape);
  if (draws.factors.defined()) vectors = (vectors * draws.factors.unsqueeze(3)).sum(2);
  const at::Tensor shared = vectors.slice(1, 0, outside);
  at::Tensor scores = pairs(shared).unsqueeze(1) +
                      vectors.slice(1, outside).matmul(shared.sum(1).unsqueeze(2)).squeeze(2);
  if (offsets.defined()) scores = scores + offsets.index_select(0, draws.groups).unsqueeze(1);
  return nn::nce_losses(scores, draws.log_noise);
}

/// The factor of a gradient in row-wise Adagrad, which adds `squares` to `sum`.
at::Tensor adagrad_rate(at::Tensor& sum, const at::Tensor& squares) {
  sum = sum + squares;
  return 0.05 / (sum.sqrt() + 1e-8);
}

/// One step in the incremental form.
void step_incremental(Weights& weights, const Draws& draws, std::int64_t outside) {
  const auto [unique, inverse] = at::_unique(draws.ids, false, true);
  at::Tensor leaf = weights.rows.index_select(0, unique).requires_grad_();
  at::Tensor offsets = weights.offsets;
  if (offsets.defined()) offsets = offsets.detach().requires_grad_();
  incremental_losses(leaf, inverse, offsets, draws, outside).sum().backward();
  const at::NoGradGuard no_grad;
  const at::Tensor gradient = leaf.grad();
  at::Tensor sums = weights.row_sums.index_select(0, unique);
  const at::Tensor rate = adagrad_rate(sums, gradient.square().mean(1));
  weights.row_sums.index_copy_(0, unique, sums);
  weights.rows.index_add_(0, unique, gradient * rate.unsqueeze(1), -1);
  if (offsets.defined())
    weights.offsets -= adagrad_rate(weights.offset_sums, offsets.grad().square()) * offsets.grad();
}

/// Draws batches of some rows with the sampler of the engines.
class Source {
 public:
  Source(const data::Dataset& rows, const std::shared_ptr<const samplers::NoiseTables>& noise,
         Feat2Vec& model, std::int64_t noise_rows)
      : sampler_(rows, noise, samplers::GroupChooser(model->parameter_counts(), 0.5),
                 samplers::SamplerOptions{.noise_rows = noise_rows}),
        fused_(*model, noise->group_of_feature(), trainers::Objective::kNce, noise_rows),
        cells_(rows, *model, model->row_table(), fused_.features(), fused_.plain()),
        supply_(noise->supply(), *model, model->row_table(), fused_.features(), fused_.plain()) {
    const auto target = trainers::kernels::best_target();
    if (fused_.plain())
      draws_ = std::make_unique<trainers::PlainDraws<float>>(sampler_, fused_.view(), cells_.view(),
                                                             supply_.view(), target);
    else
      draws_ = std::make_unique<trainers::DonorDraws>(sampler_, target);
  }

  Draws draw(const std::vector<std::int64_t>& rows, std::uint32_t epoch) const {
    const auto count = static_cast<std::int64_t>(rows.size());
    const std::int64_t noise_rows = sampler_.options().noise_rows;
    const at::Tensor ids = at::empty({count, fused_.view().features + noise_rows}, at::kInt);
    std::vector<std::int32_t> groups(rows.size());
    std::vector<std::int64_t> donors(rows.size() * static_cast<std::size_t>(noise_rows));
    Draws result;
    result.log_noise = at::empty({count, 1 + noise_rows});
    draws_->draw(rows.data(), static_cast<std::int32_t>(count), epoch,
                 {groups.data(), donors.data(), result.log_noise.mutable_data_ptr<float>(),
                  ids.mutable_data_ptr<std::int32_t>()});
    result.groups = at::tensor(groups, at::kLong);
    if (fused_.plain())
      result.ids = ids.to(at::kLong);
    else
      add_sums(rows, groups, donors, result);
    return result;
  }

  bool plain() const { return fused_.plain(); }

 private:
  /// The rows and factors of every vector, filled up with the row of zeros.
  void add_sums(const std::vector<std::int64_t>& rows, const std::vector<std::int32_t>& groups,
                const std::vector<std::int64_t>& donors, Draws& draws) const {
    const trainers::kernels::ModelView<float>& model = fused_.view();
    const auto count = static_cast<std::int64_t>(rows.size());
    const std::int64_t width = model.features + sampler_.options().noise_rows;
    const std::int64_t terms = std::max(most_terms(cells_.view()), most_terms(supply_.view()));
    draws.ids = at::full({count, width, terms}, model.null_row, at::kLong);
    draws.factors = at::zeros({count, width, terms});
    auto* ids = draws.ids.mutable_data_ptr<std::int64_t>();
    auto* factors = draws.factors.mutable_data_ptr<float>();
    const auto add = [&](const trainers::kernels::CellsView<float>& cells, std::int64_t row,
                         std::int32_t feature) {
      const std::int64_t cell = (row * model.features) + feature;
      const std::int64_t first = cells.first_term(cell);
      for (std::int64_t t = first; t < cells.first_term(cell + 1); ++t) {
        ids[t - first] = cells.term[t];
        factors[t - first] = cells.coefficient_of(t);
      }
      ids += terms;
      factors += terms;
    };
    const std::int64_t* donor = donors.data();
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const std::int32_t target = model.group_features[groups[i]];
      for (std::int32_t f = 0; f < model.features; ++f)
        if (f != target) add(cells_.view(), rows[i], f);
      add(cells_.view(), rows[i], target);
      for (std::int64_t k = 0; k < sampler_.options().noise_rows; ++k)
        add(supply_.view(), *donor++, target);
    }
  }

  std::int64_t most_terms(const trainers::kernels::CellsView<float>& cells) const {
    std::int64_t most = 1;
    for (std::int64_t c = 0; c < cells.rows * fused_.view().features; ++c)
      most = std::max(most, cells.first_term(c + 1) - cells.first_term(c));
    return most;
  }

  samplers::ImplicitSampler sampler_;
  trainers::FusedModel<float> fused_;
  trainers::EncodedCells<float> cells_;
  trainers::EncodedCells<float> supply_;
  std::unique_ptr<trainers::kernels::DrawSource> draws_;
};

/// The loss of rows held out, a row.
double validation_loss(const Weights& weights, const Source& source, std::int64_t rows,
                       std::int64_t outside) {
  constexpr std::int64_t kBatch = 2000;
  const at::NoGradGuard no_grad;
  double loss = 0;
  for (std::int64_t first = 0; first < rows; first += kBatch) {
    std::vector<std::int64_t> batch(static_cast<std::size_t>(std::min(kBatch, rows - first)));
    std::iota(batch.begin(), batch.end(), first);
    const Draws draws = source.draw(batch, trainers::kValidationEpoch);
    loss += incremental_losses(weights.rows, draws.ids, weights.offsets, draws, outside)
                .sum()
                .item<double>();
  }
  return loss / static_cast<double>(rows);
}

Arguments parse(int argc, char** argv) {
  Arguments a;
  CLI::App app("LibTorch, operation by operation");
  app.add_option("table", a.table)->required();
  app.add_option("--form", a.form)->check(CLI::IsMember({"dense", "incremental"}));
  app.add_option("--prior", a.prior, "Of the incremental form")
      ->check(CLI::IsMember({"none", "group"}));
  app.add_option("--dim", a.dim);
  app.add_option("--batch", a.batch);
  app.add_option("--rows", a.rows);
  app.add_option("--validation-rows", a.validation_rows, "Hold out that many rows at the end");
  app.add_option("--epochs", a.epochs);
  app.add_option("--alpha2", a.noise.alpha2);
  app.add_option("--count-bias", a.noise.count_bias);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    std::exit(app.exit(error));
  }
  return a;
}

/// Those of `model`, as tensors of their own.
Weights weights_of(Feat2Vec& model, const samplers::NoiseTables& noise) {
  const std::int64_t dim = model->options().dim;
  Weights weights;
  weights.rows = model->row_table().weights.clone().slice(1, 0, dim).contiguous();
  weights.row_sums = at::full({weights.rows.size(0)}, 1e-6);
  if (model->options().prior == Prior::kGroup) {
    weights.offsets = at::tensor(noise.mean_log_probs()).to(at::kFloat);
    weights.offset_sums = at::full({noise.groups()}, 1e-6);
  }
  return weights;
}

}  // namespace

int main(int argc, char** argv) {
  const Arguments a = parse(argc, argv);
  at::set_num_threads(1);
  const benchmarks::IdsTable table = benchmarks::read_ids(a.table, a.rows);
  const std::int64_t rows = table.dataset.rows() - a.validation_rows;
  const data::Dataset training = table.dataset.select(at::arange(rows, at::kLong));
  const data::Dataset held_out =
      table.dataset.select(at::arange(rows, table.dataset.rows(), at::kLong));
  const auto noise = std::make_shared<samplers::NoiseTables>(training, table.schema, a.noise);
  ModelOptions model_options{.dim = a.dim, .prior = Prior::kNone};
  if (a.prior == "group") model_options.prior = Prior::kGroup;
  model_options.groups = noise->groups();
  Feat2Vec model(model_options, table.specs);
  const Source source(training, noise, model, 5);
  const Source validation(held_out, noise, model, 5);
  const bool dense = a.form == "dense";
  if (dense && (!source.plain() || a.prior != "none" || a.validation_rows > 0))
    throw Error("bench_torch_ops", "ids alone for the dense form, no prior, no rows held out",
                a.table);
  Weights weights = weights_of(model, *noise);
  if (dense) weights.rows.requires_grad_();
  torch::optim::Adam adam({weights.rows}, torch::optim::AdamOptions(0.005));
  const auto outside = static_cast<std::int64_t>(table.specs.size()) - 1;
  nlohmann::json result{{"engine", "LibTorch, " + a.form}, {"rows", rows}};
  for (std::int64_t epoch = 0; epoch < a.epochs; ++epoch) {
    const auto number = static_cast<std::uint32_t>(epoch);
    const samplers::RowOrder order(rows, 1, number);
    const double before = benchmarks::cpu_seconds();
    for (std::int64_t first = 0; first < rows; first += a.batch) {
      std::vector<std::int64_t> batch(static_cast<std::size_t>(std::min(a.batch, rows - first)));
      order.rows_at(first, static_cast<std::int64_t>(batch.size()), batch.data());
      const Draws draws = source.draw(batch, number);
      if (dense)
        step_dense(adam, weights.rows, draws, outside);
      else
        step_incremental(weights, draws, outside);
    }
    const double seconds = benchmarks::cpu_seconds() - before;
    result["cpu_s"].push_back(seconds);
    result["rows_per_cpu_s"].push_back(static_cast<double>(rows) / seconds);
    if (a.validation_rows > 0)
      result["validation"].push_back(
          validation_loss(weights, validation, a.validation_rows, outside));
  }
  std::printf("%s\n", result.dump().c_str());
}
