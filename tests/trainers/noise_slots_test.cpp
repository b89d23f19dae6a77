#include "trainers/noise_slots.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

#include "tests/trainers/random_problem.h"

namespace feat2vec::trainers {
namespace {

using testing::make_random_problem;

/// What slot `own` of an alias table gives for a word.
std::int64_t entity_of(const samplers::AliasTable& table, std::size_t own, std::uint32_t word) {
  const samplers::AliasTable::Slot& slot = table.slots()[own];
  return slot.keeps(word) ? static_cast<std::int64_t>(own) : slot.alias;
}

void expect_as_table(const samplers::ImplicitSampler& sampler) {
  const NoiseSlots slots(sampler, [](std::int64_t /*group*/, std::int64_t donor) {
    return static_cast<std::int32_t>(donor);
  });
  for (std::int64_t g = 0; g < sampler.noise().groups(); ++g) {
    const samplers::AliasTable& table = sampler.noise().distribution(g).table();
    ASSERT_EQ(slots.slots(g).size(), table.slots().size());
    for (std::size_t i = 0; i < table.slots().size(); ++i) {
      const std::uint32_t threshold = table.slots()[i].threshold;
      for (const std::uint32_t word :
           {0U, threshold - 1, threshold, std::numeric_limits<std::uint32_t>::max()}) {
        const std::int64_t entity = entity_of(table, i, word);
        const NoiseSlots::Candidate& given = slots.slots(g)[i].candidate(word);
        EXPECT_EQ(given.place, sampler.noise().entities(g).donor(entity));
        EXPECT_EQ(given.log_noise, log_noise_of(sampler, g, entity));
      }
    }
  }
}

TEST(NoiseSlots, GiveForEachWordWhatTheAliasTableGives) {
  for (std::uint64_t seed = 0; seed < 20; ++seed)
    expect_as_table(*make_random_problem(seed).sampler);
}

TEST(NoiseSlots, TakeTwentyBytesAValue) { EXPECT_EQ(sizeof(NoiseSlots::Slot), 20); }

}  // namespace
}  // namespace feat2vec::trainers
