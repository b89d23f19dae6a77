#include "feat2vec/embeddings/export_safetensors.h"

#include <ATen/ops/tensor.h>

#include <cstdint>
#include <string>
#include <vector>

#include "feat2vec/storage/safetensors.h"
#include "feat2vec/storage/string_list.h"

namespace feat2vec::embeddings {

void write_safetensors(const Embeddings& embeddings, const std::string& path) {
  storage::Safetensors content;
  for (const FeatureVectors& feature : embeddings.features()) {
    std::vector<std::string> names;
    std::vector<std::int64_t> counts;
    for (std::int64_t row = 0; row < feature.size(); ++row) {
      names.push_back(feature.value(row));
      counts.push_back(feature.count(row));
    }
    const storage::PackedStrings packed = storage::pack_strings(names);
    const std::string& name = feature.feature();
    content.tensors.emplace_back(name, feature.vectors());
    content.tensors.emplace_back("counts/" + name, at::tensor(counts, at::kLong));
    content.tensors.emplace_back("names/" + name, packed.bytes);
    content.tensors.emplace_back("names_offsets/" + name, packed.offsets);
  }
  storage::write_safetensors(path, content);
}

}  // namespace feat2vec::embeddings
