#include "feat2vec/reading/stored_reader.h"

#include <nlohmann/json.hpp>

namespace feat2vec::reading {

StoredReader stored_reader(const FittedReader& fitted, const Memory* memory) {
  StoredReader stored;
  stored.weights = to_json(fitted);
  if (memory != nullptr) stored.memory = memory->tensors();
  return stored;
}

std::optional<Memory> memory_of(const StoredReader& stored, std::string_view where) {
  if (stored.memory.empty()) return std::nullopt;
  return Memory(stored.memory, where);
}

}  // namespace feat2vec::reading
