#include "feat2vec/embeddings/export_text.h"

#include <fmt/format.h>

#include <cmath>
#include <cstdint>
#include <iterator>
#include <vector>

#include "feat2vec/embeddings/keys.h"
#include "feat2vec/embeddings/noise_exponent.h"
#include "feat2vec/nn/extractor.h"
#include "feat2vec/storage/atomic_file.h"

namespace feat2vec::embeddings {
namespace {

using storage::AtomicFile;

/// A number with 9 significant digits, which tell any two floats apart.
void append_number(std::string& line, double number) {
  fmt::format_to(std::back_inserter(line), "{:.9g}", number);
}

template <typename Float>
void append_numbers(std::string& line, const Float* numbers, std::int64_t count, char separator) {
  for (std::int64_t i = 0; i < count; ++i) {
    if (i > 0) line += separator;
    append_number(line, numbers[i]);
  }
}

void append_vector(std::string& line, const FeatureVectors& feature, std::int64_t row,
                   char separator) {
  const at::Tensor& vectors = feature.vectors();
  const std::int64_t dim = vectors.size(1);
  if (vectors.scalar_type() == at::kDouble) {
    append_numbers(line, vectors.const_data_ptr<double>() + row * dim, dim, separator);
  } else {
    append_numbers(line, vectors.const_data_ptr<float>() + row * dim, dim, separator);
  }
}

/// The learned biases of a feature by row, as doubles [size]; empty when it has none.
std::vector<double> learned_biases(const Model& model, const FeatureVectors& feature) {
  const auto& extractor = model.module->bias(model.schema.index_of(feature.feature()));
  if (!extractor) return {};
  const at::Tensor weight = extractor->parameter("weight");
  if (!weight.defined()) return {};
  const at::Tensor numbers = weight.detach().cpu().to(at::kDouble).contiguous();
  const auto* data = numbers.const_data_ptr<double>();
  return {data, data + numbers.numel()};
}

}  // namespace

void write_word2vec(const Embeddings& embeddings, const std::string& path) {
  std::int64_t size = 0;
  for (const FeatureVectors& feature : embeddings.features()) size += feature.size();
  AtomicFile file(path);
  file.write(fmt::format("{} {}\n", size, embeddings.dim()));
  std::string line;
  for (const FeatureVectors& feature : embeddings.features()) {
    for (std::int64_t row = 0; row < feature.size(); ++row) {
      line = encode_key(feature.feature(), feature.value(row));
      line += ' ';
      append_vector(line, feature, row, ' ');
      line += '\n';
      file.write(line);
    }
  }
  file.commit();
}

void write_projector(const Embeddings& embeddings, const std::string& vectors_path,
                     const std::string& metadata_path) {
  AtomicFile vectors(vectors_path);
  AtomicFile metadata(metadata_path);
  metadata.write("key\tfeature\tcount\n");
  std::string line;
  for (const FeatureVectors& feature : embeddings.features()) {
    // Keys and names hold no tab or line feed once encoded.
    const std::string start = encode_key(feature.feature(), "");
    const std::string name = start.substr(0, start.size() - 1);
    for (std::int64_t row = 0; row < feature.size(); ++row) {
      line.clear();
      append_vector(line, feature, row, '\t');
      line += '\n';
      vectors.write(line);
      metadata.write(fmt::format("{}\t{}\t{}\n", encode_key(feature.feature(), feature.value(row)),
                                 name, feature.count(row)));
    }
  }
  vectors.commit();
  metadata.commit();
}

void write_biases(const Embeddings& embeddings, const std::string& path) {
  AtomicFile file(path);
  const Model& model = embeddings.model();
  // The log prior that training had in the score, else the share of the value.
  const double exponent =
      model.module->options().prior == Prior::kValue ? noise_exponent(model) : 1;
  for (const FeatureVectors& feature : embeddings.features()) {
    const std::vector<double> learned = learned_biases(embeddings.model(), feature);
    const auto share = [&](std::int64_t row) {
      return std::pow(static_cast<double>(feature.count(row)), exponent);
    };
    double total = 0;
    for (std::int64_t row = 0; row < feature.size(); ++row)
      if (feature.count(row) > 0) total += share(row);
    for (std::int64_t row = 0; row < feature.size(); ++row) {
      double bias = learned.empty() ? 0 : learned[static_cast<std::size_t>(row)];
      if (total > 0) {
        bias += std::log(share(row) / total);
      }
      std::string line = encode_key(feature.feature(), feature.value(row));
      line += '\t';
      append_number(line, bias);
      line += '\n';
      file.write(line);
    }
  }
  file.commit();
}

}  // namespace feat2vec::embeddings
