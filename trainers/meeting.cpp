#include "trainers/meeting.h"

namespace feat2vec::trainers {

std::vector<std::uint8_t> meeting_features(const Feat2VecImpl& model, bool same_bag) {
  const std::size_t count = model.features().size();
  std::vector<std::uint8_t> meets(count * count, 0);
  const auto set = [&](std::size_t i, std::size_t j) {
    if (model.features()[i].target && model.extractor(i) && model.extractor(j))
      meets[(i * count) + j] = 1;
  };
  for (std::size_t i = 0; i < count; ++i) {
    if (same_bag && model.features()[i].kind == data::FeatureKind::kBag) set(i, i);
    for (std::size_t j = 0; j < count && model.options().pairs.empty(); ++j)
      if (i != j) set(i, j);
  }
  for (const auto& [i, j] : model.options().pairs) {
    set(static_cast<std::size_t>(i), static_cast<std::size_t>(j));
    set(static_cast<std::size_t>(j), static_cast<std::size_t>(i));
  }
  return meets;
}

}  // namespace feat2vec::trainers
