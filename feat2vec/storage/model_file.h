#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "feat2vec/storage/model.h"
#include "feat2vec/storage/safetensors.h"

namespace feat2vec::storage {

/// The version of the format that is written. Files of a later version are refused.
inline constexpr int kFormatVersion = 1;

/// What training needs to go on where it stopped.
struct Checkpoint {
  Model model;
  /// Optimiser rows, best weights and what else the trainer keeps, by names of its own.
  NamedTensors state;
  /// Epoch, step, seed, options. Numbers must be finite.
  nlohmann::json position = nlohmann::json::object();
};

/// What a file holds, told by its content.
enum class FileKind {
  kOther,  ///< not one of ours
  kModel,
  kCheckpoint,
};

/// Writes a model file (`.f2v`, see docs/file_format.md) whole or not at all. Floats keep their type
/// and every bit; the same model gives the same bytes. Throws Error when it cannot be written, and for
/// a model with a φ of the user's own, names that are not UTF-8, or group offsets for other sampling
/// groups than the schema's.
void save_model(const std::string& path, const Model& model);

/// Reads a model file, or the model of a checkpoint, to the CPU. Throws Error `PATH: expected …` for
/// anything wrong with the file: damaged, of a later version, or not a model at all.
Model load_model(const std::string& path);

/// As `save_model` and `load_model`, with all that training needs to go on: the parts of a Checkpoint.
void save_checkpoint(const std::string& path, const Model& model, const NamedTensors& state,
                     const nlohmann::json& position);
Checkpoint load_checkpoint(const std::string& path);

/// Tells by content whether a file is a model or a checkpoint, damaged ones too as long as the header
/// can be read; reads no more than that. Throws Error when the file cannot be read at all.
FileKind file_kind(const std::string& path);

}  // namespace feat2vec::storage
