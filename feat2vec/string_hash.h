#pragma once

#include <cstddef>
#include <functional>
#include <string_view>

namespace feat2vec {

/// Hash of a map by text that is searched with views, together with `std::equal_to<>`.
struct StringHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const {
    return std::hash<std::string_view>{}(text);
  }
};

}  // namespace feat2vec
