#include "feat2vec/embeddings/torchscript.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros_like.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/serialization/import.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <set>

#include "feat2vec/embeddings/nearest.h"
#include "feat2vec/error.h"
#include "feat2vec/nn/feature_spec.h"
#include "tests/support/errors.h"
#include "tests/support/file_size_limit.h"
#include "tests/support/sample_model.h"
#include "tests/support/temporary_folder.h"

namespace feat2vec::embeddings {
namespace {

using ::testing::HasSubstr;
using testing::sample_model;
using testing::TemporaryFolder;

/// The message of the exception with which a script ends.
template <class Call>
std::string script_error(Call&& call) {
  try {
    call();
  } catch (const std::exception& error) {
    return error.what();
  }
  ADD_FAILURE() << "no exception was thrown";
  return {};
}

torch::jit::Module exported(const Model& model) {
  const TemporaryFolder folder;
  write_torchscript(model, folder.file("m.pt"));
  return torch::jit::load(folder.file("m.pt"));
}

c10::List<std::string> list_of(const std::vector<std::string>& texts) {
  c10::List<std::string> list;
  for (const auto& text : texts) list.push_back(text);
  return list;
}

/// The same random rows twice: as text for the exported module, encoded for ours.
struct Rows {
  c10::Dict<std::string, c10::List<std::string>> categorical;
  c10::Dict<std::string, c10::List<c10::List<std::string>>> bags;
  c10::Dict<std::string, at::Tensor> numbers;
  std::vector<data::Column> columns;
};

class RowMaker {
 public:
  RowMaker(const Model& model, std::int64_t rows) : model_(model), rows_(rows) {}

  Rows make() {
    Rows made;
    for (std::size_t f = 0; f < model_.schema.features.size(); ++f) {
      switch (model_.schema.features[f].kind) {
        case data::FeatureKind::kCategorical:
          add_categorical(made, f);
          break;
        case data::FeatureKind::kBag:
        case data::FeatureKind::kText:
          add_bag(made, f);
          break;
        case data::FeatureKind::kNumeric:
          add_numbers(made, f);
          break;
        case data::FeatureKind::kOffset:
          made.columns.push_back(data::Column::offset(rows_));
          break;
      }
    }
    return made;
  }

 private:
  std::int64_t below(std::int64_t end) {
    return static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(end));
  }

  /// A value, missing (two ways) or one never seen, with the id that training would give it.
  std::pair<std::string, std::int32_t> draw(std::size_t f) {
    const data::Vocabulary& vocabulary = model_.vocabularies[f];
    const bool mean = model_.schema.features[f].unseen == data::UnseenPolicy::kMeanVector;
    const std::int64_t id = below(vocabulary.size() + 3);
    if (id < vocabulary.size())
      return {std::string(vocabulary.value(id)), static_cast<std::int32_t>(id)};
    if (id == vocabulary.size()) return {"", vocabulary.missing_id()};
    if (id == vocabulary.size() + 1) return {"n/a", vocabulary.missing_id()};
    return {"never seen", mean ? data::kMeanValue : data::kNoValue};
  }

  void add_categorical(Rows& made, std::size_t f) {
    c10::List<std::string> texts;
    std::vector<std::int32_t> ids;
    for (std::int64_t row = 0; row < rows_; ++row) {
      const auto [text, id] = draw(f);
      texts.push_back(text);
      ids.push_back(id);
    }
    made.categorical.insert(model_.schema.features[f].name, texts);
    made.columns.push_back(data::Column::categorical(at::tensor(ids, at::kInt)));
  }

  void add_bag(Rows& made, std::size_t f) {
    const bool is_text = model_.schema.features[f].kind == data::FeatureKind::kText;
    c10::List<c10::List<std::string>> cells;
    std::vector<std::int32_t> ids;
    std::vector<std::int64_t> offsets{0};
    for (std::int64_t row = 0; row < rows_; ++row) {
      c10::List<std::string> texts;
      std::set<std::string> seen;
      const std::size_t before = ids.size();
      for (std::int64_t left = below(6); left > 0; --left) {
        const auto [text, id] = draw(f);
        texts.push_back(text);
        const bool no_word = is_text && id == data::kNoValue;
        if (text.empty() || text == "n/a" || no_word || !seen.insert(text).second) continue;
        if (id != data::kNoValue) ids.push_back(id);
      }
      const std::int32_t missing = model_.vocabularies[f].missing_id();
      if (seen.empty() && ids.size() == before && missing != data::kNoValue) ids.push_back(missing);
      cells.push_back(texts);
      offsets.push_back(static_cast<std::int64_t>(ids.size()));
    }
    made.bags.insert(model_.schema.features[f].name, cells);
    const auto column = is_text ? data::Column::text : data::Column::bag;
    made.columns.push_back(column(at::tensor(ids, at::kInt), at::tensor(offsets, at::kLong)));
  }

  void add_numbers(Rows& made, std::size_t f) {
    const data::Feature& feature = model_.schema.features[f];
    const auto width = static_cast<std::int64_t>(feature.columns.size());
    at::Tensor raw = at::empty({rows_, width}, at::kDouble);
    for (std::int64_t i = 0; i < raw.numel(); ++i) {
      const auto column = static_cast<std::size_t>(i % width);
      raw.view(-1)[i] = below(5) == 0
                            ? std::nan("")
                            : feature.center[column] + static_cast<double>(below(100)) / 33 - 1;
    }
    const at::Tensor missing = raw.isnan();
    const at::Tensor scaled =
        (raw - at::tensor(feature.center, at::kDouble)) / at::tensor(feature.scale, at::kDouble);
    made.numbers.insert(feature.name, raw);
    made.columns.push_back(
        data::Column::numeric(scaled.masked_fill(missing, 0).to(at::kFloat), missing));
  }

  const Model& model_;
  std::int64_t rows_;
  std::mt19937_64 random_{5};
};

class TorchScript : public ::testing::TestWithParam<at::ScalarType> {};

TEST_P(TorchScript, ScoresAsTheModelDoes) {
  const at::NoGradGuard no_grad;
  const Model model = sample_model(GetParam());
  auto module = exported(model);
  const Rows rows = RowMaker(model, 1000).make();
  Feat2Vec ours = model.module;
  const at::Tensor expected = ours->forward(rows.columns);
  const at::Tensor found = module.forward({rows.categorical, rows.bags, rows.numbers}).toTensor();
  EXPECT_EQ(found.scalar_type(), GetParam());
  EXPECT_EQ(found.sizes(), expected.sizes());
  EXPECT_TRUE(at::allclose(found, expected, 1e-5, 1e-5)) << (found - expected).abs().max();
  const at::Tensor again =
      module.get_method("score")({rows.categorical, rows.bags, rows.numbers}).toTensor();
  EXPECT_TRUE(at::equal(found, again));
}

INSTANTIATE_TEST_SUITE_P(Types, TorchScript, ::testing::Values(at::kFloat, at::kDouble));

TEST(TorchScript, ScoresListedPairs) {
  const at::NoGradGuard no_grad;
  Model model = sample_model();
  ModelOptions options = model.module->options();
  options.pairs = {{0, 2}, {4, 5}, {1, 3}};
  model.module = Feat2Vec(options, model.module->features());
  const Rows rows = RowMaker(model, 100).make();
  const at::Tensor found =
      exported(model).forward({rows.categorical, rows.bags, rows.numbers}).toTensor();
  EXPECT_TRUE(at::allclose(found, model.module->forward(rows.columns), 1e-5, 1e-5));
}

TEST(TorchScript, EmbedsValuesAndIds) {
  const Model model = sample_model();
  auto module = exported(model);
  const Embeddings embeddings(model);
  for (const auto& feature : embeddings.features()) {
    std::vector<std::string> values;
    std::vector<std::int64_t> ids;
    for (std::int64_t row = 0; row < feature.size(); ++row) {
      values.push_back(feature.value(row));
      ids.push_back(row);
    }
    const at::Tensor found =
        module.get_method("embed")({feature.feature(), list_of(values)}).toTensor();
    EXPECT_TRUE(at::equal(found, feature.vectors())) << feature.feature();
    EXPECT_EQ(module.get_method("names")({feature.feature()}).toListRef().size(), values.size());
    if (feature.kind() == data::FeatureKind::kNumeric) continue;
    const at::Tensor by_id =
        module.get_method("embed_ids")({feature.feature(), at::tensor(ids, at::kLong)}).toTensor();
    EXPECT_TRUE(at::equal(by_id, feature.vectors())) << feature.feature();
  }
  const at::Tensor years =
      module.get_method("embed")({"year", list_of({"1993", "2001.5", ""})}).toTensor();
  for (const auto& [row, text] : {std::pair(0, "1993"), std::pair(1, "2001.5"), std::pair(2, "")}) {
    EXPECT_TRUE(at::allclose(years[row], embeddings.find("year", text).vector));
  }
  EXPECT_EQ(module.get_method("embed")({"cast", list_of({})}).toTensor().size(0), 0);
}

TEST(TorchScript, EmbedsNumbersBetweenKnots) {
  const Model model = testing::with_knots(sample_model());
  auto module = exported(model);
  const Embeddings embeddings(model);
  const std::vector<std::string> texts = {"1960", "1980",   "1985", "1994",
                                          "1999", "2000.5", "2030", ""};
  const at::Tensor found = module.get_method("embed")({"year", list_of(texts)}).toTensor();
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const at::Tensor wanted = embeddings.find("year", texts[i]).vector;
    EXPECT_TRUE(at::allclose(found[static_cast<std::int64_t>(i)], wanted)) << texts[i];
  }
}

TEST(TorchScript, TreatsUnseenValuesAsTheSchemaSays) {
  Model model = sample_model();
  model.schema.features[2].unseen = data::UnseenPolicy::kError;
  auto module = exported(model);
  const Embeddings embeddings(model);
  const auto embed = [&](const char* feature) {
    return module.get_method("embed")({feature, list_of({"never seen"})}).toTensor()[0];
  };
  EXPECT_EQ(embed("director").abs().sum().item<float>(), 0.0F);
  EXPECT_TRUE(at::allclose(embed("a=b c"), embeddings.feature("a=b c").vectors().mean(0)));
  EXPECT_THAT(
      script_error([&] { embed("cast"); }),
      HasSubstr(
          "AssertionError: cast: expected a value seen in training, received \"never seen\""));
  EXPECT_THAT(script_error([&] { embed("no such feature"); }),
              HasSubstr("AssertionError: expected a feature of [director, a=b c, cast"));
}

TEST(TorchScript, RefusesTextsThatAreNoPlainNumbers) {
  auto module = exported(sample_model());
  for (const char* text : {"many", "1,5", "$3", "12 km"})
    EXPECT_THAT(script_error([&] {
                  module.get_method("embed")({"year", list_of({text})});
                }),
                HasSubstr(fmt::format("AssertionError: year: expected a plain number such as -1.5, "
                                      "received \"{}\"",
                                      text)));
}

TEST(TorchScript, FindsTheNearestAsWeDo) {
  const Model model = sample_model();
  auto module = exported(model);
  const Embeddings embeddings(model);
  for (const char* target : {"cast", "director", "attrs"}) {
    for (const auto& [feature, value] :
         {std::pair("director", "100%"), std::pair("year", "1950"), std::pair("cast", "u")}) {
      const auto result = module.get_method("nearest")({feature, value, target, 5});
      const auto names = result.toTupleRef().elements()[0].toListRef();
      const auto cosines = result.toTupleRef().elements()[1].toDoubleVector();
      const auto expected = nearest(embeddings, embeddings.find(feature, value), 5, target);
      ASSERT_EQ(names.size(), expected.size());
      for (std::size_t i = 0; i < expected.size(); ++i) {
        EXPECT_EQ(names[i].toStringRef(), expected[i].value);
        EXPECT_NEAR(cosines[i], expected[i].similarity, 1e-6);
      }
    }
  }
  const auto error = [&](const char* value, std::int64_t k) {
    return script_error([&] { module.get_method("nearest")({"director", value, "cast", k}); });
  };
  EXPECT_THAT(error("never seen", 5),
              HasSubstr("AssertionError: director: expected a value seen in training"));
  EXPECT_THAT(error("100%", 0), HasSubstr("AssertionError: expected k of 1 or more, received 0"));
}

TEST(TorchScript, LeavesNothingWhenThereIsNoRoom) {
  Model model;
  model.schema.features = {sample_model().schema.features[1]};
  std::vector<std::pair<std::string_view, std::int64_t>> values;
  constexpr std::string_view kNames = "abcdefghijklmnop";
  for (std::size_t v = 0; v < kNames.size(); ++v) values.emplace_back(kNames.substr(v, 1), 1);
  model.vocabularies = {data::Vocabulary(values, 0)};
  ModelOptions options;
  options.dim = kMostDim;  // 4 MB: written before the end
  model.module = Feat2Vec(options, nn::feature_specs(model.schema, model.vocabularies));
  const TemporaryFolder folder;
  const std::string message = testing::error_of([&] {
    const testing::FileSizeLimit limit(1000);
    write_torchscript(model, folder.file("m.pt"));
  });
  EXPECT_EQ(message,
            folder.file("m.pt") + ": expected room to write it, received \"File too large\"");
  EXPECT_EQ(folder.entries(), 0);
}

TEST(TorchScript, RefusesColumnsThatDoNotFit) {
  const Model model = sample_model();
  auto module = exported(model);
  Rows rows = RowMaker(model, 3).make();
  const Rows others = RowMaker(model, 2).make();
  EXPECT_THAT(
      script_error([&] {
        module.forward({rows.categorical, others.bags, rows.numbers});
      }),
      HasSubstr("AssertionError: expected columns of one length, received [3, 3, 2, 2, 3, 3, 2]"));
  EXPECT_EQ(rows.categorical.erase("director"), 1U);
  EXPECT_THAT(script_error([&] {
                module.forward({rows.categorical, rows.bags, rows.numbers});
              }),
              HasSubstr("AssertionError: expected column \"director\" in categorical"));
}

}  // namespace
}  // namespace feat2vec::embeddings
