#pragma once

#include <string_view>

namespace feat2vec {

// The version of the library; the build reads it from this line.
inline constexpr std::string_view kVersion = "0.1.0";

}  // namespace feat2vec
