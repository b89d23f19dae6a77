#pragma once

#include <cstddef>
#include <memory>
#include <string>

struct XXH3_state_s;

namespace feat2vec::storage {

/// A running XXH3-64 of bytes (the algorithm of the xxHash library).
class Checksum {
 public:
  Checksum();

  void update(const void* data, std::size_t size);

  /// Sixteen lower-case hexadecimal digits of what was added so far.
  std::string digits() const;

 private:
  struct Free {
    void operator()(XXH3_state_s* state) const;
  };
  std::unique_ptr<XXH3_state_s, Free> state_;
};

}  // namespace feat2vec::storage
