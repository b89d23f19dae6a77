#pragma once

#include <string>
#include <string_view>

#include "feat2vec/error.h"

namespace feat2vec::storage {

/// The error of a file: `PATH: expected EXPECTED, received RECEIVED`.
inline Error file_error(const std::string& path, std::string_view expected,
                        std::string_view received) {
  return Error(path + ": expected " + std::string(expected) + ", received " +
               std::string(received));
}

}  // namespace feat2vec::storage
