#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace feat2vec {

/// No list or object of a file lies in more of them: copying and printing JSON takes a stack frame a
/// level, so that depth must not be the file's to choose.
inline constexpr std::size_t kMaxJsonDepth = 64;

/// Reads a JSON text that is not trusted. Throws Error `WHERE: expected JSON, received an error at
/// byte N: …` (the first byte is 1), and for lists and objects that nest deeper than
/// `kMaxJsonDepth` or an object that has a key twice.
nlohmann::json parse_json(std::string_view text, std::string_view where);

/// What a message shows of a value from a file: a scalar as JSON in ASCII, cut to some 80 bytes; a
/// list or an object by its size.
std::string shown(const nlohmann::json& value);

}  // namespace feat2vec
