#pragma once

#include <cstdint>

namespace feat2vec::trainers::kernels {

/// Where the draws of a block of rows go. Which of `donors` and `ids` is wanted the source knows.
struct DrawBuffers {
  std::int32_t* groups = nullptr;  ///< [n]
  std::int64_t* donors = nullptr;  ///< [n, K], of a general model
  float* log_noise = nullptr;      ///< [n, 1+K]
  std::int32_t* ids = nullptr;     ///< [n, F + K], of a plain model: see `PlainBlock`
};

/// Draws the noise of observed rows: a pure function of (epoch, row), safe to call from many threads.
class DrawSource {
 public:
  DrawSource() = default;
  DrawSource(const DrawSource&) = delete;
  DrawSource& operator=(const DrawSource&) = delete;
  virtual ~DrawSource() = default;

  virtual void draw(const std::int64_t* rows, std::int32_t count, std::uint32_t epoch,
                    const DrawBuffers& out) const = 0;
};

}  // namespace feat2vec::trainers::kernels
