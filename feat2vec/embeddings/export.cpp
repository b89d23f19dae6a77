#include "feat2vec/embeddings/export.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <utility>

#include "feat2vec/embeddings/embeddings.h"
#include "feat2vec/embeddings/export_npy.h"
#include "feat2vec/embeddings/export_safetensors.h"
#include "feat2vec/embeddings/export_text.h"
#include "feat2vec/embeddings/torchscript.h"
#include "feat2vec/error.h"

namespace feat2vec::embeddings {
namespace {

constexpr std::array<std::pair<Format, std::string_view>, 5> kFormats{{
    {Format::kWord2vec, "word2vec"},
    {Format::kNpy, "npy"},
    {Format::kSafetensors, "safetensors"},
    {Format::kTorchscript, "torchscript"},
    {Format::kProjector, "projector"},
}};

/// `path` with `extension`, unless it ends with it already.
std::string with_extension(const std::string& path, std::string_view extension) {
  return path.ends_with(extension) ? path : path + std::string(extension);
}

/// `path` with `second` in place of `extension`.
std::string beside(const std::string& path, std::string_view extension, std::string_view second) {
  const std::string full = with_extension(path, extension);
  return full.substr(0, full.size() - extension.size()) + std::string(second);
}

}  // namespace

std::vector<std::string> format_names() {
  std::vector<std::string> names;
  for (const auto& [format, name] : kFormats) names.emplace_back(name);
  return names;
}

Format format_from_string(std::string_view word) {
  for (const auto& [format, name] : kFormats) {
    if (name == word) return format;
  }
  throw Error("export", fmt::format("one of {}", fmt::join(format_names(), ", ")),
              fmt::format("\"{}\"", word));
}

std::vector<std::string> export_paths(Format format, const std::string& path,
                                      const ExportOptions& options) {
  std::vector<std::string> paths;
  if (format == Format::kNpy) {
    paths = {with_extension(path, ".npy"), beside(path, ".npy", ".names.txt")};
  } else if (format == Format::kProjector) {
    paths = {with_extension(path, ".tsv"), beside(path, ".tsv", ".metadata.tsv")};
  } else {
    paths = {path};
  }
  if (!options.bias_path.empty()) paths.push_back(options.bias_path);
  return paths;
}

void export_model(const Model& model, Format format, const std::string& path,
                  const ExportOptions& options) {
  const Embeddings embeddings(model);
  if (embeddings.features().empty()) {
    throw Error("export", "a model with vectors", "one that has biases alone");
  }
  const std::vector<std::string> paths = export_paths(format, path, options);
  switch (format) {
    case Format::kWord2vec:
      write_word2vec(embeddings, paths[0]);
      break;
    case Format::kNpy:
      write_npy(embeddings, paths[0], paths[1]);
      break;
    case Format::kSafetensors:
      write_safetensors(embeddings, paths[0]);
      break;
    case Format::kTorchscript:
      write_torchscript(model, paths[0]);
      break;
    case Format::kProjector:
      write_projector(embeddings, paths[0], paths[1]);
      break;
  }
  if (!options.bias_path.empty()) write_biases(embeddings, options.bias_path);
}

}  // namespace feat2vec::embeddings
