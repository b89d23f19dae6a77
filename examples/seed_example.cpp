// The worked example of the original Feat2Vec library, from end to end: 100,000 synthetic rows of an
// item, an id, three real attributes and an outcome y that depends on all of them; P1; training with
// the original's single offset and with one offset per sampling group; neighbours.
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/isin.h>
#include <ATen/ops/rand.h>
#include <ATen/ops/randint.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/where.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "feat2vec/embeddings/embeddings.h"
#include "feat2vec/embeddings/nearest.h"
#include "feat2vec/feat2vec.h"
#include "samplers/samplers.h"
#include "trainers/trainers.h"

using namespace feat2vec;

namespace {

constexpr std::int64_t kRows = 100'000;
constexpr std::int64_t kTrainingRows = 90'000;

struct Columns {
  at::Tensor item, id, attributes, y;  // y is a code from 0
  std::int64_t lowest_y = 0;
};

Columns generate(std::uint64_t seed) {
  at::Generator random = at::detail::createCPUGenerator(seed);
  const at::Tensor u = at::randn({kRows}, random);
  const at::Tensor v = 0.1 * u + std::sqrt(0.99) * at::randn({kRows}, random);  // correlation .1
  const at::Tensor item = at::randint(10, {kRows}, random, at::kLong);
  const at::Tensor id = at::randint(50, {kRows}, random, at::kLong);
  const at::Tensor w = at::rand({kRows}, random);
  at::Tensor latent = w.pow(4) / 600 + (u * v).exp() - 5 + at::randn({kRows}, random);
  latent = latent + M_PI * item.le(3) - w * at::isin(item, at::tensor({2, 4}, at::kLong)) +
           v * at::isin(item, at::tensor({7, 8}, at::kLong)) + u * item.ge(6) + id.remainder(3) * w;
  const at::Tensor inside = latent.abs().lt(10);
  const at::Tensor raw = at::where(inside, latent, latent.new_zeros({1})).floor().to(at::kLong);
  const auto lowest = raw.min().item<std::int64_t>();
  return {item.to(at::kInt), id.to(at::kInt), at::stack({u, v, w}, 1), (raw - lowest).to(at::kInt),
          lowest};
}

data::Schema make_schema() {
  data::Schema schema;
  schema.features = {{.name = "item", .columns = {"item"}},
                     {.name = "id", .columns = {"id"}},
                     {.name = "attrs",
                      .kind = data::FeatureKind::kNumeric,
                      .columns = {"a1", "a2", "a3"},
                      .dense_bias = false,
                      .scaling = data::Scaling::kNone},
                     {.name = "y", .columns = {"y"}},
                     {.name = "offset", .kind = data::FeatureKind::kOffset}};
  return schema;
}

data::Dataset make_dataset(const Columns& columns, std::int64_t first, std::int64_t last) {
  return data::Dataset({data::Column::categorical(columns.item.slice(0, first, last)),
                        data::Column::categorical(columns.id.slice(0, first, last)),
                        data::Column::numeric(columns.attributes.slice(0, first, last)),
                        data::Column::categorical(columns.y.slice(0, first, last)),
                        data::Column::offset(last - first)});
}

/// The vocabulary of a column of codes from 0 to `size` − 1, in which code 0 is the value `lowest`.
data::Vocabulary make_vocabulary(const at::Tensor& codes, std::int64_t size,
                                 std::int64_t lowest = 0) {
  const at::Tensor counts = codes.to(at::kLong).bincount({}, size);
  std::vector<std::string> names;
  for (std::int64_t code = 0; code < size; ++code) names.push_back(std::to_string(code + lowest));
  std::vector<std::pair<std::string_view, std::int64_t>> values;
  for (std::int64_t code = 0; code < size; ++code)
    values.emplace_back(names[static_cast<std::size_t>(code)], counts[code].item<std::int64_t>());
  return {values, 0};
}

/// The ids of a column of codes: a vocabulary orders its values by their counts.
at::Tensor ids_of(const at::Tensor& codes, const data::Vocabulary& vocabulary,
                  std::int64_t lowest = 0) {
  std::vector<std::int32_t> id_of_code;
  for (std::int64_t code = 0; code < vocabulary.size(); ++code)
    id_of_code.push_back(*vocabulary.find(std::to_string(code + lowest)));
  return at::tensor(id_of_code, at::kInt).index_select(0, codes);
}

Model make_model(const data::Schema& schema, std::vector<data::Vocabulary> vocabularies,
                 Prior prior) {
  Model model{schema, std::move(vocabularies)};
  model.module = Feat2Vec(ModelOptions{.dim = 10, .prior = prior},
                          nn::feature_specs(schema, model.vocabularies));
  return model;
}

double train(Model& model, const data::Dataset& training, const data::Dataset& validation) {
  const auto noise = std::make_shared<samplers::NoiseTables>(
      training, model.schema, samplers::NoiseOptions{.alpha2 = 0.25, .count_bias = 10});
  const samplers::GroupChooser chooser(noise->sum_by_group(model.module->parameter_counts()), 0.5);
  fmt::print("P1: {::.6f}\n", chooser.probabilities());
  const auto sampler = [&](const data::Dataset& rows) {
    return std::make_shared<samplers::ImplicitSampler>(rows, noise, chooser,
                                                       samplers::SamplerOptions{});
  };
  trainers::Trainer trainer(model.module, sampler(training), sampler(validation),
                            {.epochs = 14, .batch = 2000, .learning_rate = 0.01});
  const trainers::TrainResult result = trainer.fit();
  fmt::print("validation loss {:.4f} after {} epochs (nothing learned: {:.4f})\n",
             result.validation_loss, result.best_epoch, trainers::noise_level(5));
  return result.validation_loss;
}

}  // namespace

int main() {
  Columns columns = generate(1);
  const std::int64_t outcomes = columns.y.max().item<std::int64_t>() + 1;
  const std::vector<data::Vocabulary> vocabularies{
      make_vocabulary(columns.item, 10),
      make_vocabulary(columns.id, 50),
      {},
      make_vocabulary(columns.y, outcomes, columns.lowest_y),
      {}};
  columns.item = ids_of(columns.item, vocabularies[0]);
  columns.id = ids_of(columns.id, vocabularies[1]);
  columns.y = ids_of(columns.y, vocabularies[3], columns.lowest_y);
  const data::Dataset training = make_dataset(columns, 0, kTrainingRows);
  const data::Dataset validation = make_dataset(columns, kTrainingRows, kRows);
  const data::Schema schema = make_schema();

  fmt::print("One offset, as in the original:\n");
  Model original = make_model(schema, vocabularies, Prior::kNone);
  train(original, training, validation);

  fmt::print("One offset per sampling group:\n");
  Model model = make_model(schema, vocabularies, Prior::kGroup);
  const double loss = train(model, training, validation);

  const embeddings::Embeddings vectors(model);
  fmt::print("Nearest to y=1 of all values:\n");
  for (const auto& near : embeddings::nearest(vectors, vectors.find("y", "1"), 5))
    fmt::print("  {}={}  {:.4f}\n", near.feature, near.value, near.similarity);
  return loss < 0.45 ? 0 : 1;
}
