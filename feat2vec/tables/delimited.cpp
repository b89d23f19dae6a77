#include "feat2vec/tables/delimited.h"

#include <array>
#include <deque>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "feat2vec/error.h"
#include "feat2vec/printable.h"
#include "feat2vec/tables/parallel.h"
#include "feat2vec/tables/record_blocks.h"

namespace feat2vec::tables {
namespace {

/// The content of a field; `unquoted` gets it where it does not stand in the text as it is.
std::string_view cell_of(std::string_view text, FieldSpan field,
                         std::deque<std::string>& unquoted) {
  const std::string_view raw = text.substr(field.begin, field.end - field.begin);
  if (!raw.starts_with('"')) return raw;
  if (raw.find('"', 1) == raw.size() - 1) return raw.substr(1, raw.size() - 2);
  return unquoted.emplace_back(field_text(text, field));
}

/// Appends field `index` of every row of a block to its column.
void append_cells(TextColumn& column, const RecordBlock& block, std::size_t index,
                  std::size_t width) {
  std::array<std::string_view, 256> cells;
  std::deque<std::string> unquoted;
  std::size_t count = 0;
  const auto append = [&] {
    column.append(std::span<const std::string_view>(cells.data(), count));
    unquoted.clear();
    count = 0;
  };
  for (std::size_t i = index; i < block.fields.size(); i += width) {
    cells[count++] = cell_of(block.text, block.fields[i], unquoted);
    if (count == cells.size()) append();
  }
  append();
}

/// Reads all rows; nothing when a blank should follow every separator and does not. One thread reads
/// ahead while others append what was read to the columns.
std::optional<ParsedFile> read_rows(Input& input, const Layout& layout, int threads) {
  ParsedFile file;
  for (const std::string& name : layout.names) file.columns.emplace_back(name);
  const std::size_t width = layout.names.size();
  RecordBlocks blocks(input, layout);
  RecordBlock block;
  RecordBlock ahead;
  for (bool more = blocks.next(block); more; std::swap(block, ahead)) {
    parallel_for(static_cast<int>(width) + 1, threads, [&](int task) {
      if (task == 0) {
        more = blocks.next(ahead);
      } else {
        const auto index = static_cast<std::size_t>(task) - 1;
        append_cells(file.columns[index], block, index, width);
      }
    });
    if (layout.dialect.blank_after && !blocks.blanks()) return std::nullopt;
  }
  file.bad_rows = blocks.bad_rows();
  file.source = {input.name(), layout.names, blocks.lines().rows(), blocks.lines()};
  return file;
}

}  // namespace

ParsedFile read_delimited(Input& input, const std::vector<std::string>& header, bool skip_bad_rows,
                          int threads) {
  Layout layout = layout_of(input, header, skip_bad_rows);
  if (layout.dialect.blank_after) input.hold();
  std::optional<ParsedFile> file = read_rows(input, layout, threads);
  if (!file) {
    layout.dialect.blank_after = false;
    input.rewind();
    file = read_rows(input, layout, threads);
  }
  if (file->source.rows == 0) {
    throw Error(shown_path(input.name()) + ": expected rows, received " +
                (file->bad_rows.count > 0 ? "bad rows only: " + file->bad_rows.first
                                          : "none after the header"));
  }
  return std::move(*file);
}

}  // namespace feat2vec::tables
