#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "feat2vec/tables/read.h"
#include "feat2vec/tables/table.h"

namespace feat2vec::tables {

/// Where a table that was read from `paths` is kept: `DATA.f2v-cache` beside the first file.
std::string cache_path(const std::vector<std::string>& paths);

/// `read_table` by way of a file that keeps what was read, mapped into memory. It holds for as long as
/// the content of all files and the options are the same; otherwise, and when it is damaged, `warn`
/// gets one line and it is written anew. When it cannot be written, `warn` gets one line too. `paths`
/// are files.
Table read_table_cached(const std::vector<std::string>& paths, const ReadOptions& options,
                        const std::function<void(const std::string&)>& warn);

}  // namespace feat2vec::tables
