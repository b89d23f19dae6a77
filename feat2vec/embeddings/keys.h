#pragma once

#include <string>
#include <string_view>

namespace feat2vec::embeddings {

/// The key of a vector in text exports, `feature=value`, without a byte that would break a format:
/// blank, tab, line feed, carriage return and `%` are percent-encoded, and `=` in the feature's name,
/// so that the first `=` splits. A missing value has the key `feature=`.
std::string encode_key(std::string_view feature, std::string_view value);

/// Text with every `%` and two hexadecimal digits replaced by their byte; any other `%` stays.
std::string decode_percent(std::string_view text);

}  // namespace feat2vec::embeddings
