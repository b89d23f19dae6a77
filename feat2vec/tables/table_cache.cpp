#include "feat2vec/tables/table_cache.h"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <span>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>

#include "feat2vec/bounded_json.h"
#include "feat2vec/error.h"
#include "feat2vec/printable.h"
#include "feat2vec/storage/atomic_file.h"
#include "feat2vec/storage/checksum.h"
#include "feat2vec/tables/input.h"
#include "feat2vec/tables/mapped_file.h"
#include "feat2vec/version.h"

// The file: sixteen digits, the XXH3 of all that follows; the length of the header, 8 bytes; the header,
// JSON, filled up with blanks; arrays of numbers and bytes, each filled up to 8 bytes. The header gives
// the length of each array, in their order.

namespace feat2vec::tables {
namespace {

using nlohmann::json;

constexpr std::size_t kDigits = 16;
constexpr std::size_t kAlignment = 8;
constexpr int kFormat = 1;

std::size_t padded(std::size_t size) { return (size + kAlignment - 1) / kAlignment * kAlignment; }

std::string digits_of(std::string_view bytes) {
  storage::Checksum checksum;
  checksum.update(bytes.data(), bytes.size());
  return checksum.digits();
}

/// What tells files of other content apart; only a piece of the file is in memory.
json content_key(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::vector<char> piece(std::size_t{1} << 20U);
  std::uint64_t size = 0;
  storage::Checksum checksum;
  while (file) {
    file.read(piece.data(), std::ssize(piece));
    const auto got = static_cast<std::size_t>(file.gcount());
    checksum.update(piece.data(), got);
    size += got;
  }
  if (!file.eof())
    throw Error(shown_path(path) + ": expected a file that can be read, received \"" +
                std::strerror(errno) + "\"");
  return {size, checksum.digits()};
}

/// Tells apart whatever changes the table that is read.
std::string key_of(const std::vector<std::string>& paths, const ReadOptions& options) {
  json key{{"format", kFormat},
           {"version", kVersion},
           {"skip_bad_rows", options.skip_bad_rows},
           {"header", options.header}};
  for (const std::string& path : paths)
    key["files"].push_back({extension_of(path), content_key(path)});
  if (options.skip_bad_rows) key["paths"] = paths;  // they stand in the message about the first one
  return digits_of(key.dump(-1, ' ', true, json::error_handler_t::replace));
}

/// Writes arrays behind one another and notes their lengths.
class ArrayWriter {
 public:
  template <typename T>
  void add(std::span<const T> values) {
    sizes_.push_back(values.size_bytes());
    data_.emplace_back(reinterpret_cast<const char*>(values.data()), values.size_bytes());
  }
  const json& sizes() const { return sizes_; }

  /// Calls `take` for each piece of the data.
  template <typename Take>
  void visit(Take&& take) const {
    constexpr std::string_view kBlanks = "        ";
    for (const std::string_view bytes : data_) {
      take(bytes);
      take(kBlanks.substr(0, padded(bytes.size()) - bytes.size()));
    }
  }

 private:
  json sizes_ = json::array();
  std::vector<std::string_view> data_;
};

/// Takes the arrays of a mapped file in the order in which they were written.
class ArrayReader {
 public:
  ArrayReader(std::string_view data, const json& sizes) : data_(data), sizes_(sizes) {}

  template <typename T>
  std::span<const T> take() {
    const auto size = sizes_.at(next_++).get<std::size_t>();
    if (size > data_.size() || padded(size) > data_.size() || size % sizeof(T) != 0) {
      throw Error("cache", "arrays that the file holds", "longer ones");
    }
    const std::span<const T> values(reinterpret_cast<const T*>(data_.data()), size / sizeof(T));
    data_.remove_prefix(padded(size));
    return values;
  }

 private:
  std::string_view data_;
  const json& sizes_;
  std::size_t next_ = 0;
};

void save(const std::string& path, const std::string& key, const Table& table) {
  ArrayWriter arrays;
  json header{{"key", key},
              {"bad_rows", table.bad_rows().count},
              {"first_bad_row", table.bad_rows().first}};
  for (const Source& source : table.sources()) {
    header["sources"].push_back({{"fields", source.fields}, {"rows", source.rows}});
    arrays.add(source.lines.runs());
  }
  for (std::size_t i = 0; i < table.width(); ++i) {
    const TextColumn& column = table.column(i);
    header["columns"].push_back({{"name", column.name()}, {"is_list", column.is_list()}});
    arrays.add(std::span<const char>(column.values().bytes()));
    arrays.add(column.values().offsets());
    arrays.add(column.codes());
    arrays.add(column.lists());
  }
  header["sizes"] = arrays.sizes();
  std::string text = header.dump();
  text.resize(padded(text.size()), ' ');
  const std::uint64_t length = text.size();

  storage::Checksum checksum;
  const auto all = [&](auto&& take) {
    take(std::string_view(reinterpret_cast<const char*>(&length), sizeof length));
    take(text);
    arrays.visit(take);
  };
  all([&](std::string_view bytes) { checksum.update(bytes.data(), bytes.size()); });
  storage::AtomicFile file(path);
  file.write(checksum.digits());
  all([&](std::string_view bytes) { file.write(bytes); });
  file.commit();
}

/// The header of a file whose checksum holds, and the arrays behind it.
std::pair<json, std::string_view> open_cache(std::string_view bytes, const std::string& key) {
  std::uint64_t length = 0;
  const std::string_view content = bytes.substr(std::min(kDigits, bytes.size()));
  if (content.size() < sizeof length || digits_of(content) != bytes.substr(0, kDigits)) {
    throw Error("cache", "bytes with their checksum", "damaged ones");
  }
  std::copy_n(content.data(), sizeof length, reinterpret_cast<char*>(&length));
  const std::string_view rest = content.substr(sizeof length);
  if (length > rest.size() || length % kAlignment != 0) throw Error("cache", "a header", "none");
  json header = parse_json(std::string(rest.substr(0, length)), "the header");
  if (header.at("key") != key)
    throw Error("cache", "one of this content", "one of other content or options");
  return {std::move(header), rest.substr(length)};
}

/// Throws whatever the JSON library or the columns do when something is wrong with the file.
Table load(const std::shared_ptr<const MappedFile>& file, const std::string& key,
           const std::vector<std::string>& paths) {
  const auto [header, data] = open_cache(file->bytes(), key);
  ArrayReader arrays(data, header.at("sizes"));
  std::vector<Source> sources;
  for (const json& entry : header.at("sources")) {
    Source& source = sources.emplace_back();
    source.name = paths.at(sources.size() - 1);
    source.fields = entry.at("fields").get<std::vector<std::string>>();
    source.rows = entry.at("rows").get<std::int64_t>();
    source.lines = RowLines(arrays.take<RowLines::Run>(), source.rows);
  }
  std::vector<TextColumn> columns;
  for (const json& entry : header.at("columns")) {
    const auto bytes = arrays.take<char>();
    const auto offsets = arrays.take<std::size_t>();
    const auto codes = arrays.take<std::int32_t>();
    const auto lists = arrays.take<std::int64_t>();
    columns.emplace_back(
        entry.at("name").get<std::string>(), entry.at("is_list").get<bool>(),
        TextDictionary({bytes.data(), bytes.size()}, {offsets.begin(), offsets.end()}), codes,
        lists, file);
  }
  return Table(
      std::move(columns), std::move(sources),
      {header.at("bad_rows").get<std::int64_t>(), header.at("first_bad_row").get<std::string>()});
}

}  // namespace

std::string cache_path(const std::vector<std::string>& paths) {
  return paths.front() + ".f2v-cache";
}

Table read_table_cached(const std::vector<std::string>& paths, const ReadOptions& options,
                        const std::function<void(const std::string&)>& warn) {
  if (paths.empty()) throw Error("read_table", "at least one file", "none");
  const std::string path = cache_path(paths);
  const std::string key = key_of(paths, options);
  const auto chosen = [&](const Table& table) {
    return options.columns.empty() ? table : table.select_columns(options.columns);
  };
  std::error_code ignored;
  if (std::filesystem::exists(path, ignored)) {
    try {
      return chosen(load(std::make_shared<const MappedFile>(path), key, paths));
    } catch (const std::exception& error) {
      warn(shown_path(path) + ": not used, made anew: " + printable(error.what()));
    }
  }
  ReadOptions all = options;
  all.columns.clear();
  const Table table = read_table(paths, all);
  try {
    save(path, key, table);
    return chosen(load(std::make_shared<const MappedFile>(path), key, paths));
  } catch (const std::exception& error) {
    warn(shown_path(path) + ": not kept: " + printable(error.what()));
  }
  return chosen(table);
}

}  // namespace feat2vec::tables
