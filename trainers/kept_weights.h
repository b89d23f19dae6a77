#pragma once

#include <ATen/core/Tensor.h>
#include <torch/nn/module.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "feat2vec/storage/scratch_file.h"
#include "trainers/parameters.h"

namespace feat2vec::trainers {

/// The weights that training goes back to: a copy of all parameters, as large as the model. In a file,
/// which the system can put aside, where there is a folder for it; in memory otherwise.
class KeptWeights {
 public:
  /// `folder`: where the file without a name will be; empty for none. When there is no room in it the
  /// weights are kept in memory.
  explicit KeptWeights(std::string folder) : folder_(std::move(folder)) {}

  bool empty() const { return places_.empty() && in_memory_.empty(); }
  void clear();

  /// Keeps a copy of `weights` in place of what was kept.
  void keep(const NamedTensors& weights);

  /// Writes what is kept into the parameters of the same names. Throws Error when names or shapes
  /// differ, or the file cannot be read.
  void restore(torch::nn::Module& module) const;

  /// What is kept, in memory. Throws Error when the file cannot be read.
  NamedTensors tensors() const;

 private:
  /// Where a tensor is in the file.
  struct Place {
    std::string name;
    std::vector<std::int64_t> sizes;
    at::ScalarType type;
    std::size_t offset;
  };

  void write(const NamedTensors& weights);
  void read(const Place& place, at::Tensor& tensor) const;

  std::string folder_;
  std::optional<storage::ScratchFile> file_;
  std::vector<Place> places_;
  NamedTensors in_memory_;
};

}  // namespace feat2vec::trainers
