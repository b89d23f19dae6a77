#include "samplers/context_sampler.h"

#include <ATen/Functions.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <memory>
#include <numeric>
#include <set>
#include <utility>
#include <vector>

#include "feat2vec/data/schema.h"
#include "feat2vec/error.h"
#include "samplers/group_chooser.h"

namespace feat2vec::samplers {
namespace {

/// Rows of a bag "cast" (members 0 … 9) and two categories "year" (0 … 3) and "kind" (0, 1).
class Rows {
 public:
  explicit Rows(const ContextOptions& contexts, std::int64_t noise_rows = 4) {
    std::vector<std::int32_t> cast;
    std::vector<std::int64_t> offsets{0};
    std::vector<std::int32_t> year;
    std::vector<std::int32_t> kind;
    for (std::int32_t row = 0; row < 40; ++row) {
      for (std::int32_t m = 0; m < row % 6; ++m) cast.push_back((row + (m * m)) % 10);
      offsets.push_back(static_cast<std::int64_t>(cast.size()));
      year.push_back(row % 5 == 0 ? -1 : row % 4);
      kind.push_back(row % 2);
    }
    data::Schema schema;
    schema.features = {{.name = "cast", .kind = data::FeatureKind::kBag, .columns = {"cast"}},
                       {.name = "year", .columns = {"year"}},
                       {.name = "kind", .columns = {"kind"}}};
    const data::Dataset table(
        {data::Column::bag(at::tensor(cast, at::kInt), at::tensor(offsets, at::kLong)),
         data::Column::categorical(at::tensor(year, at::kInt)),
         data::Column::categorical(at::tensor(kind, at::kInt))});
    const auto noise = std::make_shared<NoiseTables>(table, schema, NoiseOptions{});
    SamplerOptions options;
    options.noise_rows = noise_rows;
    options.contexts = contexts;
    rows = std::make_unique<ImplicitSampler>(table, noise, GroupChooser({1, 1, 1}, 0), options);
    sampler = std::make_unique<ContextSampler>(*rows, std::vector<std::uint8_t>(9, 1));
  }

  ContextDraw draw_all(std::uint32_t epoch = 0) const {
    std::vector<std::int64_t> targets(static_cast<std::size_t>(sampler->targets()));
    std::iota(targets.begin(), targets.end(), 0);
    ContextDraw draw;
    sampler->draw(targets.data(), sampler->targets(), epoch, draw);
    return draw;
  }

  std::unique_ptr<ImplicitSampler> rows;
  std::unique_ptr<ContextSampler> sampler;
};

ContextOptions members(double all, double one, double subset) {
  ContextOptions options;
  options.unit = Unit::kMember;
  options.all = all;
  options.one = one;
  options.subset = subset;
  return options;
}

std::int64_t parts_of(const ContextDraw& draw, std::int32_t sum) {
  const auto s = static_cast<std::size_t>(sum);
  return draw.sum_begin[s + 1] - draw.sum_begin[s];
}

TEST(ContextSampler, MakesEveryValueATargetOnce) {
  const Rows rows(members(0, 1, 0));
  const Items items(rows.rows->observed());
  std::map<std::pair<std::int64_t, std::int64_t>, int> targets;  // (row, feature·100 + value)
  const ContextDraw draw = rows.draw_all();
  for (std::size_t i = 0; i < draw.rows.size(); ++i) {
    const Part& own = draw.parts[static_cast<std::size_t>(
        draw.sum_begin[static_cast<std::size_t>(draw.example_begin[i])])];
    ++targets[{draw.rows[i], (own.feature * 100) + own.id}];
  }
  std::map<std::pair<std::int64_t, std::int64_t>, int> expected;
  for (std::int64_t row = 0; row < items.rows(); ++row)
    if (items.of(row).size() > 1)
      for (const Item& item : items.of(row)) ++expected[{row, (item.feature * 100) + item.value}];
  EXPECT_EQ(targets, expected);
}

TEST(ContextSampler, ScoresPairsAgainstEachOtherValueUpToTheCap) {
  ContextOptions options = members(0, 1, 0);
  options.cap = 3;
  const Rows rows(options);
  const ContextDraw draw = rows.draw_all();
  const Items items(rows.rows->observed());
  for (std::int32_t i = 0; i < draw.examples(); ++i) {
    const auto e = static_cast<std::size_t>(i);
    const auto others = static_cast<std::int32_t>(items.of(draw.rows[e]).size()) - 1;
    EXPECT_EQ(draw.contexts(i), std::min(3, others));
    EXPECT_EQ(draw.candidates[e], 5);
    std::set<std::pair<std::int32_t, std::int64_t>> seen;
    for (std::int32_t s = draw.example_begin[e] + draw.candidates[e]; s < draw.example_begin[e + 1];
         ++s) {
      EXPECT_EQ(parts_of(draw, s), 1);
      const Part& part =
          draw.parts[static_cast<std::size_t>(draw.sum_begin[static_cast<std::size_t>(s)])];
      seen.insert({part.feature, part.id});
    }
    // Values of a row may repeat, places may not; here bags have few repeats.
    EXPECT_LE(static_cast<std::int32_t>(seen.size()), draw.contexts(i));
  }
}

TEST(ContextSampler, DividesASubsetByTheRootOfItsSize) {
  const Rows rows(members(0, 0, 1));
  std::map<std::int64_t, int> sizes;
  for (std::uint32_t epoch = 0; epoch < 20; ++epoch) {
    const ContextDraw draw = rows.draw_all(epoch);
    for (std::int32_t i = 0; i < draw.examples(); ++i) {
      ASSERT_EQ(draw.contexts(i), 1);
      const std::int32_t s = draw.example_begin[static_cast<std::size_t>(i) + 1] - 1;
      const std::int64_t size = parts_of(draw, s);
      ++sizes[size];
      EXPECT_FLOAT_EQ(draw.scales[static_cast<std::size_t>(s)],
                      1 / std::sqrt(static_cast<float>(size)));
    }
  }
  // Rows have up to 7 values, so a subset up to 6; every size occurs.
  for (std::int64_t size = 1; size <= 6; ++size) EXPECT_GT(sizes[size], 0) << size;
  EXPECT_GT(sizes[1], sizes[6]);
}

TEST(ContextSampler, DrawsMembersFromTheirCounts) {
  const Rows rows(members(1, 0, 0), 50);
  const std::vector<std::int64_t> counts = value_counts(rows.rows->noise().supply().column(0));
  std::vector<double> expected;
  expected.reserve(counts.size());
  double total = 0;
  for (const std::int64_t count : counts) total += std::pow(static_cast<double>(count), 0.75);
  for (const std::int64_t count : counts)
    expected.push_back(std::pow(static_cast<double>(count), 0.75) / total);
  std::vector<double> drawn(counts.size());
  double all = 0;
  for (std::uint32_t epoch = 0; epoch < 20; ++epoch) {
    const ContextDraw draw = rows.draw_all(epoch);
    for (std::int32_t i = 0; i < draw.examples(); ++i) {
      const auto e = static_cast<std::size_t>(i);
      for (std::int32_t c = 1; c < draw.candidates[e]; ++c) {
        const auto s =
            static_cast<std::size_t>(draw.example_begin[e]) + static_cast<std::size_t>(c);
        const Part& part = draw.parts[static_cast<std::size_t>(draw.sum_begin[s])];
        if (part.feature != 0) continue;
        EXPECT_NEAR(draw.log_probs[s], std::log(expected[static_cast<std::size_t>(part.id)]), 1e-5);
        ++drawn[static_cast<std::size_t>(part.id)];
        ++all;
      }
    }
  }
  double chi_square = 0;
  for (std::size_t v = 0; v < drawn.size(); ++v)
    chi_square += std::pow(drawn[v] - (all * expected[v]), 2) / (all * expected[v]);
  EXPECT_LT(chi_square, 27.9);  // 9 degrees of freedom, p = .001
}

TEST(ContextSampler, LeavesOutHitsAndScoresSmallGroupsWhole) {
  ContextOptions options = members(0, 1, 0);
  options.accidental_hits = false;
  options.exact_values = 4;
  const Rows rows(options, 30);
  const ContextDraw draw = rows.draw_all();
  for (std::int32_t i = 0; i < draw.examples(); ++i) {
    const auto e = static_cast<std::size_t>(i);
    const auto part = [&](std::int32_t c) {
      return draw.parts[static_cast<std::size_t>(
          draw.sum_begin[static_cast<std::size_t>(draw.example_begin[e]) +
                         static_cast<std::size_t>(c)])];
    };
    const std::int32_t feature = part(0).feature;
    EXPECT_EQ(draw.whole[e] != 0, feature != 0);
    if (feature != 0) {
      EXPECT_EQ(draw.candidates[e], feature == 1 ? 4 : 2);
    }
    for (std::int32_t c = 1; c < draw.candidates[e]; ++c) EXPECT_NE(part(c).id, part(0).id);
  }
}

TEST(ContextSampler, RefusesRowsWithoutContextAndWrongShares) {
  EXPECT_THROW(Rows(members(0.5, 0, 0)), Error);
  const Rows rows(members(1, 0, 0));
  EXPECT_THROW(ContextSampler(*rows.rows, std::vector<std::uint8_t>(9, 0)), Error);
}

/// Three rows of a category and a text of several words; the last text is missing.
struct Texts {
  explicit Texts(std::vector<std::uint8_t> meets) {
    data::Schema schema;
    schema.features = {{.name = "kind", .columns = {"kind"}},
                       {.name = "plot", .kind = data::FeatureKind::kText, .columns = {"plot"}}};
    const data::Dataset table({data::Column::categorical(at::tensor({0, 1, 1}, at::kInt)),
                               data::Column::text(at::tensor({0, 1, 2, 1, 2}, at::kInt),
                                                  at::tensor({0, 3, 5, 5}, at::kLong))});
    SamplerOptions options;
    options.contexts = members(0, 1, 0);
    options.noise_rows = 2;
    const auto noise = std::make_shared<NoiseTables>(table, schema, NoiseOptions{});
    rows = std::make_unique<ImplicitSampler>(table, noise, GroupChooser({1, 1}, 0), options);
    sampler = std::make_unique<ContextSampler>(*rows, std::move(meets));
    std::vector<std::int64_t> targets(static_cast<std::size_t>(sampler->targets()));
    std::iota(targets.begin(), targets.end(), 0);
    sampler->draw(targets.data(), sampler->targets(), 0, draw);
  }

  std::unique_ptr<ImplicitSampler> rows;
  std::unique_ptr<ContextSampler> sampler;
  ContextDraw draw;
};

TEST(ContextSampler, ATextIsOneValueWithNoiseFromOtherRows) {
  const Texts texts({0, 1, 1, 0});
  EXPECT_EQ(texts.sampler->targets(), 4);  // two of each: the third row has no text
  ASSERT_EQ(texts.draw.groups, (std::vector<std::int32_t>{0, 1, 0, 1}));
  const auto part = [&](std::int32_t sum) {
    EXPECT_EQ(texts.draw.sum_begin[static_cast<std::size_t>(sum) + 1],
              texts.draw.sum_begin[static_cast<std::size_t>(sum)] + 1);
    return texts.draw
        .parts[static_cast<std::size_t>(texts.draw.sum_begin[static_cast<std::size_t>(sum)])];
  };
  const std::int32_t first = texts.draw.example_begin[1];  // the text of the first row
  EXPECT_EQ(part(first).from, Part::From::kObserved);
  for (std::int32_t noise = 1; noise < texts.draw.candidates[1]; ++noise) {
    EXPECT_EQ(part(first + noise).from, Part::From::kSupply);
    EXPECT_LT(part(first + noise).id, 2);  // a row that has a text
  }
}

TEST(ContextSampler, AFeatureThatMeetsNothingIsContextAlone) {
  const Texts texts({0, 1, 0, 0});
  EXPECT_EQ(texts.sampler->targets(), 2);
  EXPECT_EQ(texts.draw.groups, (std::vector<std::int32_t>{0, 0}));
}

}  // namespace
}  // namespace feat2vec::samplers
