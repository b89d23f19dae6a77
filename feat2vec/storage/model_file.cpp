#include "feat2vec/storage/model_file.h"

#include <ATen/ops/from_blob.h>
#include <ATen/ops/tensor.h>
#include <c10/util/Exception.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <charconv>
#include <cstdint>
#include <filesystem>
#include <iterator>
#include <optional>
#include <span>
#include <system_error>
#include <utility>
#include <vector>

#include "feat2vec/bounded_json.h"
#include "feat2vec/nn/feature_spec.h"
#include "feat2vec/printable.h"
#include "feat2vec/storage/file_error.h"
#include "feat2vec/storage/model_options_json.h"
#include "feat2vec/storage/model_tensors.h"
#include "feat2vec/storage/string_list.h"
#include "feat2vec/storage/type_and_shape.h"

namespace feat2vec::storage {
namespace {

constexpr const char* kFormat = "feat2vec";
constexpr const char* kModelKind = "model";
constexpr const char* kCheckpointKind = "checkpoint";
constexpr std::string_view kStatePrefix = "state/";
constexpr std::string_view kReaderPrefix = "reader/";
constexpr const char* kReaderKey = "reader";
constexpr const char* kSeenHashes = "seen/hashes";
constexpr const char* kSeenRows = "seen/rows";

/// Group offsets belong to the sampling groups of the schema, one each.
void check_groups(const data::Schema& schema, const ModelOptions& options,
                  const std::string& path) {
  const auto groups = static_cast<std::int64_t>(schema.sampling_groups().size());
  const auto features = static_cast<std::int64_t>(schema.features.size());
  const bool fits = options.prior != Prior::kNone
                        ? options.groups == groups
                        : options.groups >= 0 && options.groups <= features;
  if (!fits) {
    throw file_error(path, fmt::format("{} sampling groups, as in the schema", groups),
                     fmt::format("{}", options.groups));
  }
}

// --- writing ---

std::string json_text(const nlohmann::json& json, const std::string& path) {
  std::string text;
  try {
    text = json.dump();
  } catch (const nlohmann::json::exception&) {
    throw file_error(path, "names and provenance in UTF-8", "other bytes");
  }
  parse_json(text, path);  // what is written must be read again: no deeper than that
  return text;
}

/// Numbers as a tensor that is no copy.
template <typename T>
at::Tensor view_of(std::span<const T> numbers, at::ScalarType type) {
  return at::from_blob(const_cast<T*>(numbers.data()), {std::ssize(numbers)},
                       at::TensorOptions(type));  // it is only read
}

/// The tensors live as long as the vocabulary.
void add_vocabulary(NamedTensors& tensors, const std::string& feature,
                    const data::Vocabulary& vocabulary, const std::string& path) {
  static_assert(sizeof(std::size_t) == sizeof(std::int64_t));
  if (vocabulary.rows() == 0) return;
  const TextDictionary& names = vocabulary.values();
  for (std::int32_t id = 0; id < names.size(); ++id)
    if (!is_utf8(names[id])) throw file_error(path, "names in UTF-8", in_quotes(names[id]));
  tensors.emplace_back("counts/" + feature, view_of(vocabulary.counts(), at::kLong));
  tensors.emplace_back("names/" + feature,
                       view_of(std::span<const char>(names.bytes()), at::kByte));
  tensors.emplace_back("names_offsets/" + feature, view_of(names.offsets(), at::kLong));
}

void add_seen(NamedTensors& tensors, const data::RowSketch& seen) {
  tensors.emplace_back(kSeenHashes, seen.hashes);
  tensors.emplace_back(kSeenRows, at::tensor({seen.rows, seen.different, seen.once}, at::kLong));
}

Safetensors model_content(const Model& model, const char* kind, const std::string& path) {
  check_groups(model.schema, model.module->options(), path);
  Safetensors content;
  content.tensors = model_tensors(model.module);
  for (std::size_t f = 0; f < model.schema.features.size(); ++f) {
    add_vocabulary(content.tensors, model.schema.features[f].name, model.vocabularies.at(f), path);
  }
  content.metadata = {{"format", kFormat},
                      {"format_version", std::to_string(kFormatVersion)},
                      {"kind", kind},
                      {"schema", json_text(data::to_json(model.schema), path)},
                      {"model", json_text(to_json(model.module->options()), path)},
                      {"provenance", json_text(model.provenance, path)}};
  if (model.reader) {
    content.metadata[kReaderKey] = json_text(model.reader->weights, path);
    append_with_prefix(content.tensors, kReaderPrefix, model.reader->memory);
  }
  if (model.seen) add_seen(content.tensors, *model.seen);
  return content;
}

// --- reading ---

const std::string& metadata_value(const Safetensors& content, const std::string& key,
                                  const std::string& path) {
  const auto found = content.metadata.find(key);
  if (found == content.metadata.end()) {
    throw file_error(path, "\"" + key + "\" in the metadata", "none");
  }
  return found->second;
}

nlohmann::json metadata_json(const Safetensors& content, const std::string& key,
                             const std::string& path) {
  return parse_json(metadata_value(content, key, path), fmt::format("{}: \"{}\"", path, key));
}

const at::Tensor& tensor_of(const Safetensors& content, const std::string& name,
                            const std::string& path) {
  const at::Tensor* tensor = content.find(name);
  if (tensor == nullptr) throw file_error(path, "tensor " + name, "none of that name");
  return *tensor;
}

void check_version(const Safetensors& content, const std::string& path) {
  const auto format = content.metadata.find("format");
  if (format == content.metadata.end() || format->second != kFormat) {
    throw file_error(path, "a feat2vec model", "another safetensors file");
  }
  const std::string text = metadata_value(content, "format_version", path);
  int version = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), version);
  if (error != std::errc() || end != text.data() + text.size() || version < 1) {
    throw file_error(path, "a number as format_version", in_quotes(text));
  }
  if (version > kFormatVersion) {
    throw file_error(path, fmt::format("format version {} or earlier", kFormatVersion),
                     fmt::format("{}, which needs a later feat2vec", version));
  }
  if (!content.verified) throw file_error(path, "a checksum in the metadata", "none that is known");
}

data::Vocabulary read_vocabulary(const Safetensors& content, const std::string& feature,
                                 const std::string& path) {
  const std::string counts_name = "counts/" + feature;
  const at::Tensor& counts = tensor_of(content, counts_name, path);
  const std::vector<std::string> names =
      unpack_strings({tensor_of(content, "names/" + feature, path),
                      tensor_of(content, "names_offsets/" + feature, path)},
                     path);
  const auto size = static_cast<std::int64_t>(names.size());
  if (counts.scalar_type() != at::kLong || counts.dim() != 1 || counts.numel() < size ||
      counts.numel() > size + 1) {
    throw file_error(path, fmt::format("{} as int64 [{}] or one more", counts_name, size),
                     type_and_shape(counts));
  }
  const auto* count = counts.const_data_ptr<std::int64_t>();
  std::vector<std::pair<std::string_view, std::int64_t>> values;
  values.reserve(names.size());
  for (std::size_t id = 0; id < names.size(); ++id) values.emplace_back(names[id], count[id]);
  const data::Vocabulary vocabulary(values, counts.numel() > size ? count[size] : 0);
  for (std::int64_t id = 0; id < size; ++id) {
    if (vocabulary.value(id) != names[static_cast<std::size_t>(id)]) {
      throw file_error(path, "names of " + feature + " by count, then by bytes", "another order");
    }
  }
  return vocabulary;
}

std::optional<data::RowSketch> read_seen(const Safetensors& content, const std::string& path) {
  if (content.find(kSeenHashes) == nullptr && content.find(kSeenRows) == nullptr)
    return std::nullopt;
  const at::Tensor& rows = tensor_of(content, kSeenRows, path);
  if (rows.scalar_type() != at::kLong || rows.dim() != 1 || rows.numel() != 3)
    throw file_error(path, fmt::format("{} as int64 [3]", kSeenRows), type_and_shape(rows));
  const auto* numbers = rows.const_data_ptr<std::int64_t>();
  data::RowSketch seen{numbers[0], numbers[1], numbers[2], tensor_of(content, kSeenHashes, path)};
  seen.check();
  return seen;
}

/// Vectors of a feature: values with missing, or inputs of the dense layer.
std::int64_t rows_of(const data::Feature& feature, const data::Vocabulary& vocabulary) {
  return feature.kind == data::FeatureKind::kNumeric ? feature.dense_width() : vocabulary.rows();
}

/// Checks what the module will allocate before it does: no number of the file is trusted alone.
void check_sizes(const Safetensors& content, const Model& model, const ModelOptions& options,
                 const std::string& path) {
  if (options.dim < 1 || options.dim > kMostDim)  // biases alone have rows of that length too
    throw file_error(path, fmt::format("a dim in [1, {}]", kMostDim),
                     fmt::format("{}", options.dim));
  for (std::size_t f = 0; f < model.schema.features.size(); ++f) {
    const data::Feature& feature = model.schema.features[f];
    if (!feature.embedding || feature.kind == data::FeatureKind::kOffset) continue;
    const at::Tensor vectors = tensor_of(content, "vectors/" + feature.name, path);
    const std::int64_t rows = rows_of(feature, model.vocabularies[f]);
    if (vectors.dim() != 2 || vectors.size(0) != rows || vectors.size(1) != options.dim) {
      throw file_error(path, fmt::format("vectors/{} as [{}, {}]", feature.name, rows, options.dim),
                       fmt::format("[{}]", fmt::join(vectors.sizes(), ", ")));
    }
  }
  check_groups(model.schema, options, path);
}

/// The type of the learned numbers, which is one for all of them.
at::ScalarType learned_type(const Feat2Vec& module, const Safetensors& content,
                            const std::string& path) {
  std::optional<at::ScalarType> type;
  for (const auto& [name, unused] : model_tensors(module)) {
    const at::ScalarType found = tensor_of(content, name, path).scalar_type();
    if ((found != at::kFloat && found != at::kDouble) || found != type.value_or(found)) {
      throw file_error(path, "learned numbers all float32 or all float64",
                       fmt::format("{} of {}", name, c10::toString(found)));
    }
    type = found;
  }
  return type.value_or(at::kFloat);
}

Model read_model(const Safetensors& content, const std::string& path) {
  Model model;
  model.schema = data::schema_from_json(metadata_json(content, "schema", path));
  model.provenance = metadata_json(content, "provenance", path);
  for (const auto& feature : model.schema.features) {
    model.vocabularies.push_back(data::has_vocabulary(feature.kind)
                                     ? read_vocabulary(content, feature.name, path)
                                     : data::Vocabulary());
  }
  const ModelOptions options = model_options_from_json(metadata_json(content, "model", path));
  check_sizes(content, model, options, path);
  model.module = Feat2Vec(options, nn::feature_specs(model.schema, model.vocabularies));
  const at::ScalarType type = learned_type(model.module, content, path);
  if (type != at::kFloat) model.module->to(type);
  restore_tensors(model.module, content.tensors, path);
  model.seen = read_seen(content, path);
  if (content.metadata.contains(kReaderKey)) {
    model.reader = StoredReader{metadata_json(content, kReaderKey, path),
                                with_prefix(content.tensors, kReaderPrefix)};
  }
  return model;
}

Safetensors read_checked(const std::string& path) {
  Safetensors content = read_safetensors(path);
  check_version(content, path);
  return content;
}

/// Runs `read` so that every error of it names the file.
template <typename Read>
auto naming_the_file(const std::string& path, const Read& read) {
  try {
    return read();
  } catch (const nlohmann::json::exception& error) {
    throw file_error(path, "metadata as docs/file_format.md describes",
                     in_quotes(error.what(), 80));
  } catch (const c10::Error& error) {  // its further lines are a backtrace
    const std::string_view message = error.what_without_backtrace();
    throw file_error(path, "tensors that make a model",
                     in_quotes(message.substr(0, message.find('\n')), 200));
  } catch (const Error& error) {
    const std::string message = error.what();
    throw message.starts_with(path) ? error : Error(path + ": " + message);
  }
}

}  // namespace

void save_model(const std::string& path, const Model& model) {
  write_safetensors(path, model_content(model, kModelKind, path));
}

Model load_model(const std::string& path) {
  return naming_the_file(path, [&] { return read_model(read_checked(path), path); });
}

void save_checkpoint(const std::string& path, const Model& model, const NamedTensors& state,
                     const nlohmann::json& position) {
  Safetensors content = model_content(model, kCheckpointKind, path);
  append_with_prefix(content.tensors, kStatePrefix, state);
  content.metadata["position"] = json_text(position, path);
  write_safetensors(path, content);
}

Checkpoint load_checkpoint(const std::string& path) {
  return naming_the_file(path, [&] {
    const Safetensors content = read_checked(path);
    if (metadata_value(content, "kind", path) != kCheckpointKind) {
      throw file_error(path, "a checkpoint", "a model");
    }
    return Checkpoint{read_model(content, path), with_prefix(content.tensors, kStatePrefix),
                      metadata_json(content, "position", path)};
  });
}

FileKind file_kind(const std::string& path) {
  std::error_code ignored;
  // A pipe must not lose its first bytes to a look at them.
  if (std::filesystem::exists(path, ignored) && !std::filesystem::is_regular_file(path, ignored)) {
    return FileKind::kOther;
  }
  const auto metadata = read_safetensors_metadata(path);
  if (!metadata) return FileKind::kOther;
  const auto value = [&](const char* key) {
    const auto found = metadata->find(key);
    return found == metadata->end() ? std::string() : found->second;
  };
  if (value("format") != kFormat) return FileKind::kOther;
  return value("kind") == kCheckpointKind ? FileKind::kCheckpoint : FileKind::kModel;
}

}  // namespace feat2vec::storage
