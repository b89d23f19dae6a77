#include "feat2vec/tables/render.h"

#include <arrow/array.h>
#include <arrow/scalar.h>
#include <arrow/type.h>
#include <arrow/type_traits.h>

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "feat2vec/error.h"
#include "feat2vec/printable.h"

namespace feat2vec::tables {
namespace {

template <typename Real>
std::string render(Real value) {
  if (std::isnan(value)) return {};
  constexpr Real kSmallest = static_cast<Real>(1e-4);
  constexpr Real kLargest = static_cast<Real>(1e16);
  const Real size = std::abs(value);
  const bool fixed = value == 0 || (size >= kSmallest && size < kLargest);
  std::array<char, 64> buffer{};
  const auto written =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                    fixed ? std::chars_format::fixed : std::chars_format::scientific);
  std::string text(buffer.data(), written.ptr);
  if (fixed && text.find('.') == std::string::npos) text += ".0";
  return text;
}

/// Texts of the cells of one array that is not a list; an empty text is a missing cell.
class Renderer {
 public:
  explicit Renderer(const arrow::Array& array) : array_(array) {
    if (array.type_id() == arrow::Type::DICTIONARY) {
      const auto& encoded = static_cast<const arrow::DictionaryArray&>(array);
      dictionary_ = std::make_unique<Renderer>(*encoded.dictionary());
    }
  }

  static bool supports(const arrow::DataType& type) {
    if (type.id() == arrow::Type::DICTIONARY) {
      return supports(*static_cast<const arrow::DictionaryType&>(type).value_type());
    }
    return type.id() == arrow::Type::NA || arrow::is_primitive(type.id()) ||
           arrow::is_base_binary_like(type.id()) || arrow::is_binary_view_like(type.id()) ||
           arrow::is_fixed_size_binary(type.id());
  }

  /// Valid until the next call.
  std::string_view text(std::int64_t i) {
    if (array_.IsNull(i)) return {};
    switch (array_.type_id()) {
      case arrow::Type::BINARY:
      case arrow::Type::STRING:
        return as<arrow::BinaryArray>().GetView(i);
      case arrow::Type::LARGE_BINARY:
      case arrow::Type::LARGE_STRING:
        return as<arrow::LargeBinaryArray>().GetView(i);
      case arrow::Type::BINARY_VIEW:
      case arrow::Type::STRING_VIEW:
        return as<arrow::BinaryViewArray>().GetView(i);
      case arrow::Type::DICTIONARY:
        return dictionary_->text(as<arrow::DictionaryArray>().GetValueIndex(i));
      case arrow::Type::BOOL:
        return as<arrow::BooleanArray>().Value(i) ? "true" : "false";
      case arrow::Type::INT8:
        return integer<arrow::Int8Array>(i);
      case arrow::Type::INT16:
        return integer<arrow::Int16Array>(i);
      case arrow::Type::INT32:
        return integer<arrow::Int32Array>(i);
      case arrow::Type::INT64:
        return integer<arrow::Int64Array>(i);
      case arrow::Type::UINT8:
        return integer<arrow::UInt8Array>(i);
      case arrow::Type::UINT16:
        return integer<arrow::UInt16Array>(i);
      case arrow::Type::UINT32:
        return integer<arrow::UInt32Array>(i);
      case arrow::Type::UINT64:
        return integer<arrow::UInt64Array>(i);
      case arrow::Type::FLOAT:
        return kept(render_real(as<arrow::FloatArray>().Value(i)));
      case arrow::Type::DOUBLE:
        return kept(render_real(as<arrow::DoubleArray>().Value(i)));
      default: {
        const auto scalar = array_.GetScalar(i);
        return kept(scalar.ok() ? (*scalar)->ToString() : std::string());
      }
    }
  }

 private:
  template <typename ArrayType>
  const ArrayType& as() const {
    return static_cast<const ArrayType&>(array_);
  }
  template <typename ArrayType>
  std::string_view integer(std::int64_t i) {
    return kept(std::to_string(as<ArrayType>().Value(i)));
  }
  std::string_view kept(std::string text) {
    buffer_ = std::move(text);
    return buffer_;
  }

  const arrow::Array& array_;
  std::unique_ptr<Renderer> dictionary_;
  std::string buffer_;
};

/// Appends the rows of a list array of any width.
template <typename ListArray>
void append_lists(TextColumn& column, const ListArray& lists) {
  Renderer renderer(*lists.values());
  std::vector<std::string> texts;
  std::vector<std::string_view> members;
  for (std::int64_t row = 0; row < lists.length(); ++row) {
    texts.clear();
    if (!lists.IsNull(row)) {
      const auto begin = static_cast<std::int64_t>(lists.value_offset(row));
      for (std::int64_t i = begin; i < begin + lists.value_length(row); ++i) {
        texts.emplace_back(renderer.text(i));
      }
    }
    members.assign(texts.begin(), texts.end());
    column.append_list(members);
  }
}

const arrow::DataType& cell_type(const arrow::DataType& type) {
  return is_list_type(type) ? *static_cast<const arrow::BaseListType&>(type).value_type() : type;
}

}  // namespace

std::string render_real(double value) { return render(value); }
std::string render_real(float value) { return render(value); }

bool is_list_type(const arrow::DataType& type) {
  return type.id() == arrow::Type::LIST || type.id() == arrow::Type::LARGE_LIST ||
         type.id() == arrow::Type::FIXED_SIZE_LIST;
}

void append_cells(TextColumn& column, const arrow::Array& array, std::string_view where) {
  if (!Renderer::supports(cell_type(*array.type()))) {
    throw Error(std::string(where) + " (" + printable(column.name(), kShownBytes) +
                "): expected texts, numbers, dates or lists of them, received type " +
                printable(array.type()->ToString(), kShownBytes));
  }
  switch (array.type_id()) {
    case arrow::Type::LIST:
      return append_lists(column, static_cast<const arrow::ListArray&>(array));
    case arrow::Type::LARGE_LIST:
      return append_lists(column, static_cast<const arrow::LargeListArray&>(array));
    case arrow::Type::FIXED_SIZE_LIST:
      return append_lists(column, static_cast<const arrow::FixedSizeListArray&>(array));
    default:
      break;
  }
  Renderer renderer(array);
  for (std::int64_t row = 0; row < array.length(); ++row) column.append(renderer.text(row));
}

}  // namespace feat2vec::tables
