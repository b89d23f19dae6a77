#include "feat2vec/embeddings/export_npy.h"

#include <fmt/format.h>

#include "feat2vec/embeddings/keys.h"
#include "feat2vec/storage/atomic_file.h"

namespace feat2vec::embeddings {

// Magic, version 1.0, length, and a Python dict padded so that the data starts at a multiple of 64.
std::string npy_header(at::ScalarType type, std::int64_t rows, std::int64_t columns) {
  constexpr std::size_t kPreamble = 10;
  constexpr std::size_t kAlignment = 64;
  std::string dict = fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}, {}), }}",
                                 type == at::kDouble ? "<f8" : "<f4", rows, columns);
  const std::size_t length =
      (kPreamble + dict.size() + 1 + kAlignment - 1) / kAlignment * kAlignment - kPreamble;
  dict.resize(length - 1, ' ');
  dict += '\n';
  std::string header("\x93NUMPY\x01\x00", 8);
  header += static_cast<char>(length & 0xFFU);
  header += static_cast<char>(length >> 8U);
  return header + dict;
}

void write_npy(const Embeddings& embeddings, const std::string& array_path,
               const std::string& names_path) {
  std::int64_t size = 0;
  for (const FeatureVectors& feature : embeddings.features()) size += feature.size();
  storage::AtomicFile array(array_path);
  storage::AtomicFile names(names_path);
  const at::ScalarType type = embeddings.features().at(0).vectors().scalar_type();
  array.write(npy_header(type, size, embeddings.dim()));
  for (const FeatureVectors& feature : embeddings.features()) {
    const at::Tensor vectors = feature.vectors().to(type);
    array.write(vectors.const_data_ptr(), vectors.nbytes());
    for (std::int64_t row = 0; row < feature.size(); ++row) {
      names.write(encode_key(feature.feature(), feature.value(row)) + "\n");
    }
  }
  array.commit();
  names.commit();
}

}  // namespace feat2vec::embeddings
