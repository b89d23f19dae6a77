#include "trainers/words_ahead.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "samplers/target_words.h"

namespace feat2vec::trainers {
namespace {

using kernels::Target;

class WordsAheadOf : public ::testing::TestWithParam<Target> {
 protected:
  void SetUp() override {
    if (!kernels::is_supported(GetParam())) GTEST_SKIP() << "this machine has no such instructions";
  }
};

TEST_P(WordsAheadOf, AreTheWordsOfTheTargets) {
  for (const std::uint64_t seed : {std::uint64_t{0}, std::uint64_t{0xFEDCBA9876543210}}) {
    constexpr std::uint32_t kEpoch = 0x80000007;
    WordsAhead ahead(seed, kEpoch, GetParam());
    samplers::TargetWords words(seed, kEpoch);
    // Streams are left at the end of a refill, within one, and untouched.
    const std::pair<std::int64_t, int> uses[] = {
        {0, 64}, {1, 5}, {2, 0}, {(std::int64_t{5} << 32) + 3, 33}, {1, 200}};
    for (const auto& [target, count] : uses) {
      ahead.begin(target);
      words.begin(target);
      for (int i = 0; i < count; ++i)
        ASSERT_EQ(ahead.next(), words.next()) << "word " << i << " of target " << target;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Targets, WordsAheadOf,
                         ::testing::Values(Target::kBaseline, Target::kAvx2, Target::kAvx512),
                         [](const auto& test) {
                           std::string name = to_string(test.param);
                           std::erase(name, '-');
                           return name;
                         });

}  // namespace
}  // namespace feat2vec::trainers
