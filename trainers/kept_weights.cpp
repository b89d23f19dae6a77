#include "trainers/kept_weights.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <fmt/format.h>

#include <algorithm>

#include "feat2vec/error.h"

namespace feat2vec::trainers {

void KeptWeights::clear() {
  file_.reset();
  places_.clear();
  in_memory_.clear();
}

void KeptWeights::keep(const NamedTensors& weights) {
  clear();  // there are never two copies
  if (!folder_.empty()) {
    try {
      write(weights);
      return;
    } catch (const Error&) {
      clear();
      folder_.clear();
    }
  }
  in_memory_ = copy_of(weights);
}

void KeptWeights::write(const NamedTensors& weights) {
  file_.emplace(folder_);
  std::size_t offset = 0;
  for (const auto& [name, tensor] : weights) {
    places_.push_back({name, tensor.sizes().vec(), tensor.scalar_type(), offset});
    for (const at::Tensor& part : row_parts(tensor.detach())) {
      const at::Tensor plain = part.cpu().contiguous();
      file_->write(plain.const_data_ptr(), plain.nbytes(), offset);
      offset += plain.nbytes();
    }
  }
}

void KeptWeights::restore(torch::nn::Module& module) const {
  if (!file_) return set_parameters(module, in_memory_);
  const at::NoGradGuard no_grad;
  NamedTensors parameters = parameters_of(module);
  std::vector<const Place*> found;  // all of them, before the first is written
  for (const NamedTensors::value_type& parameter : parameters) {
    const auto place = std::find_if(places_.begin(), places_.end(), [&](const Place& kept) {
      return kept.name == parameter.first && parameter.second.sizes() == kept.sizes;
    });
    if (place == places_.end() || places_.size() != parameters.size())
      throw Error("KeptWeights", "the module whose weights were kept",
                  fmt::format("another, with \"{}\"", parameter.first));
    found.push_back(&*place);
  }
  for (std::size_t i = 0; i < parameters.size(); ++i) read(*found[i], parameters[i].second);
}

NamedTensors KeptWeights::tensors() const {
  NamedTensors tensors = in_memory_;
  for (const Place& place : places_) {
    at::Tensor tensor = at::empty(place.sizes, place.type);
    read(place, tensor);
    tensors.emplace_back(place.name, tensor);
  }
  return tensors;
}

void KeptWeights::read(const Place& place, at::Tensor& tensor) const {
  std::size_t offset = place.offset;
  for (at::Tensor& part : row_parts(tensor)) {
    const at::Tensor plain = at::empty(part.sizes(), place.type);
    file_->read(plain.mutable_data_ptr(), plain.nbytes(), offset);
    part.copy_(plain);
    offset += plain.nbytes();
  }
}

}  // namespace feat2vec::trainers
