#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace feat2vec {

/// The words of a UTF-8 text in its order, in lower case: longest runs of letters, digits and the
/// marks on them, of any script, as Unicode tells them; all else parts words. "L'été 2019!" has the
/// words "l", "été", "2019". Bytes that are no UTF-8 part words too.
std::vector<std::string> words_of(std::string_view text);

}  // namespace feat2vec
