#include <ATen/Parallel.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <optional>

#include "apps/complete.h"
#include "apps/console.h"
#include "apps/question_file.h"
#include "feat2vec/embeddings/export_npy.h"
#include "feat2vec/error.h"
#include "feat2vec/reading/known.h"
#include "feat2vec/storage/atomic_file.h"

namespace feat2vec::apps {
namespace {

constexpr std::size_t kBlock = 64;  // questions that are scored before they are written

/// The candidate of the model that each candidate of the file is, or -1.
std::vector<std::int32_t> places_of(const std::vector<std::string>& candidates,
                                    const data::Vocabulary& vocabulary, const std::string& path) {
  std::vector<std::int32_t> places;
  std::vector<std::string> unknown;
  for (const std::string& candidate : candidates) {
    places.push_back(vocabulary.find(candidate).value_or(-1));
    if (places.back() < 0) unknown.push_back(candidate);
  }
  if (!unknown.empty())
    warn(
        fmt::format("{}: {} of {} candidates are unknown to the model and get -inf, such as \"{}\"",
                    path, unknown.size(), candidates.size(), unknown.front()));
  return places;
}

std::vector<reading::Query> queries_of(const QuestionFile& questions, const reading::Values& values,
                                       const std::string& path) {
  std::vector<reading::Query> queries;
  std::vector<std::string> unknown;
  std::vector<std::string> outside;
  for (const auto& keys : questions.queries) {
    reading::NamedQuery named = reading::named_query(values, keys);
    queries.push_back(std::move(named.query));
    unknown.insert(unknown.end(), named.unknown.begin(), named.unknown.end());
    outside.insert(outside.end(), named.outside.begin(), named.outside.end());
  }
  if (!unknown.empty())
    warn(fmt::format("{}: {} known values cannot be used, the first: {}", path, unknown.size(),
                     without_place(unknown.front())));
  if (!outside.empty())
    warn(fmt::format("{}: {} numbers lie outside of what training saw, the first: {}", path,
                     outside.size(), outside.front()));
  return queries;
}

}  // namespace

void write_scores(const CompleteArguments& arguments, const reading::Values& values,
                  const Readouts& readouts) {
  const QuestionFile questions = read_questions(arguments.queries, arguments.task);
  const data::Schema& schema = values.embeddings().model().schema;
  const auto target = static_cast<std::int32_t>(schema.index_of(questions.target));
  const reading::Readout& readout =
      readouts.get(arguments.by.empty() ? readouts.best(target) : arguments.by);
  const auto size = static_cast<std::size_t>(values.target(target).candidates());
  const data::Vocabulary& vocabulary =
      values.embeddings().model().vocabularies[static_cast<std::size_t>(target)];
  const auto places = places_of(questions.candidates, vocabulary, arguments.queries);
  const auto queries = queries_of(questions, values, arguments.queries);
  storage::AtomicFile file(arguments.out);
  file.write(embeddings::npy_header(at::kDouble, static_cast<std::int64_t>(queries.size()),
                                    static_cast<std::int64_t>(places.size())));
  std::vector<double> block(kBlock * places.size());
  for (std::size_t first = 0; first < queries.size(); first += kBlock) {
    const std::size_t count = std::min(kBlock, queries.size() - first);
    at::parallel_for(0, static_cast<std::int64_t>(count), 1, [&](auto begin, auto end) {
      std::vector<double> scores(size);
      for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i) {
        readout.scores(target, queries[first + i], scores);
        std::transform(places.begin(), places.end(), block.begin() + i * places.size(),
                       [&](std::int32_t place) {
                         return place < 0 ? reading::kNoAnswer
                                          : scores[static_cast<std::size_t>(place)];
                       });
      }
    });
    file.write(block.data(), count * places.size() * sizeof(double));
  }
  file.commit();
}

}  // namespace feat2vec::apps
