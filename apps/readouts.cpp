#include "apps/readouts.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "apps/command.h"
#include "apps/console.h"
#include "feat2vec/embeddings/noise_exponent.h"
#include "feat2vec/error.h"
#include "feat2vec/reading/cosine.h"
#include "feat2vec/reading/counts.h"
#include "feat2vec/reading/mixture.h"
#include "feat2vec/reading/model_score.h"
#include "feat2vec/reading/popularity.h"
#include "feat2vec/reading/stored_reader.h"

namespace feat2vec::apps {
namespace {

bool needs_memory(std::string_view name) { return name == "counts" || name == "pmi"; }

}  // namespace

Readouts::Readouts(const reading::Values& values, const StoredKnowledge& stored)
    : stored_(&stored) {
  const reading::Memory* memory = stored.memory ? &*stored.memory : nullptr;
  const auto add = [&](const char* name, std::unique_ptr<const reading::Readout> readout) {
    entries_.push_back({name, std::move(readout)});
  };
  add("popularity", std::make_unique<reading::FrequentFirst>(values));
  if (memory != nullptr) {
    add("counts", std::make_unique<reading::Counts>(*memory));
    add("pmi", std::make_unique<reading::PmiCounts>(*memory));
  }
  add("cosine", std::make_unique<reading::Cosine>(values));
  add("score", std::make_unique<reading::ModelScore>(values));
  add("score-sqrt", std::make_unique<reading::ModelScore>(values, reading::SumScale::kSqrt));
  add("mixture", std::make_unique<reading::Mixture>(values, nullptr,
                                                    reading::MixtureOptions{.sum = kSumInMixture}));
  if (stored.reader)
    add("reader", std::make_unique<reading::Reader>(values, memory, *stored.reader));
}

StoredKnowledge::StoredKnowledge(const Model& model, const reading::Values& values,
                                 const std::string& path) {
  if (!model.reader) return;
  reader = reading::weights_of(*model.reader, path);
  memory = reading::memory_of(*model.reader, path);
  if (memory) memory->check(values);
}

const std::vector<std::string>& Readouts::names() {
  static const std::vector<std::string> kNames{"popularity", "counts",     "pmi",     "cosine",
                                               "score",      "score-sqrt", "mixture", "reader"};
  return kNames;
}

std::vector<std::string> Readouts::available(std::int32_t target_feature) const {
  std::vector<std::string> found;
  for (const Entry& entry : entries_) {
    if (entry.name != "reader" || best(target_feature) == "reader") found.push_back(entry.name);
  }
  return found;
}

std::string_view Readouts::lacking(std::string_view name) const {
  if (find(name) != nullptr) return {};
  return needs_memory(name) ? "counts of the training rows, which --train TABLE gives"
                            : "a fitted reader in the model";
}

const reading::Readout* Readouts::find(std::string_view name) const {
  for (const Entry& entry : entries_) {
    if (entry.name == name) return entry.readout.get();
  }
  return nullptr;
}

const reading::Readout& Readouts::get(std::string_view name) const {
  const reading::Readout* found = find(name);
  if (found == nullptr)
    throw UsageError(fmt::format("{}: expected {}, received none", name, lacking(name)));
  return *found;
}

std::string_view Readouts::best(std::int32_t target_feature) const {
  const bool fitted = stored_->reader && stored_->reader->targets.contains(target_feature);
  return fitted ? "reader" : "mixture";
}

reading::ValuesOptions values_options(const Model& model) {
  reading::ValuesOptions found;
  found.alpha2 = embeddings::noise_exponent(model);
  found.prior_in_bias = model.module->options().prior == Prior::kValue;
  const nlohmann::json& provenance = model.provenance;
  const nlohmann::json::json_pointer share("/options/context/all");
  found.whole_rows = provenance.contains(share) && provenance[share].is_number() &&
                     provenance[share].get<double>() > 0;
  return found;
}

std::int32_t target_called(const reading::Values& values, const std::string& name) {
  try {
    const auto feature =
        static_cast<std::int32_t>(values.embeddings().model().schema.index_of(name));
    values.target(feature);
    return feature;
  } catch (const Error& error) {
    throw UsageError(fmt::format("--target: {}", without_place(error.what())));
  }
}

std::int32_t known_called(const reading::Values& values, const std::string& name) {
  try {
    values.embeddings().feature(name);
    return static_cast<std::int32_t>(values.embeddings().model().schema.index_of(name));
  } catch (const Error& error) {
    throw UsageError(fmt::format("--given: {}", without_place(error.what())));
  }
}

bool gives_probabilities(std::string_view readout) {
  return readout == "score" || readout == "score-sqrt" || readout == "reader";
}

}  // namespace feat2vec::apps
