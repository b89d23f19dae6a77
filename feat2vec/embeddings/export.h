#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "feat2vec/storage/model.h"

namespace feat2vec::embeddings {

/// The formats a model can be exported to; docs/file_format.md describes each.
enum class Format {
  kWord2vec,     ///< text: `N D`, then a key and D numbers a line
  kNpy,          ///< `F.npy` [N, D] and `F.names.txt`, one key a line
  kSafetensors,  ///< a tensor of vectors for each feature, with names and counts
  kTorchscript,  ///< a module with `forward`, `embed` and `nearest`
  kProjector,    ///< `F.tsv` and `F.metadata.tsv`, for the TensorFlow embedding projector
};

/// The words that `format_from_string` takes.
std::vector<std::string> format_names();

/// The format called `word2vec`, `npy`, `safetensors`, `torchscript` or `projector`. Throws Error that
/// names them.
Format format_from_string(std::string_view word);

struct ExportOptions {
  /// Also write `key<TAB>bias` lines to this file; empty: none. See docs/file_format.md.
  std::string bias_path;
};

/// The files that `export_model` would write for these arguments, for checks beforehand.
std::vector<std::string> export_paths(Format format, const std::string& path,
                                      const ExportOptions& options = {});

/// Writes the vectors of every feature that has some, each file whole or not at all. The same model
/// gives the same bytes. Throws Error when a file cannot be written or the model has no vectors.
void export_model(const Model& model, Format format, const std::string& path,
                  const ExportOptions& options = {});

}  // namespace feat2vec::embeddings
