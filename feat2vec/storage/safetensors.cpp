#include "feat2vec/storage/safetensors.h"

#include <ATen/ops/empty.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <utility>

#include "feat2vec/printable.h"
#include "feat2vec/storage/atomic_file.h"
#include "feat2vec/storage/checksum.h"
#include "feat2vec/storage/file_error.h"
#include "feat2vec/storage/safetensors_header.h"

namespace feat2vec::storage {
namespace {

static_assert(std::endian::native == std::endian::little, "tensors are stored little-endian");

constexpr std::string_view kModel = "a model of feat2vec, as train writes it";
constexpr std::string_view kChecksumKey = "checksum";
constexpr std::string_view kAlgorithm = "xxh3-64:";
constexpr std::string_view kNoDigits = "0000000000000000";

std::string checksum_value(std::string_view digits) {
  return std::string(kAlgorithm) + std::string(digits);
}

/// Position of the checksum's digits in the text of a header, if it is written as we write it. No
/// other place can look like it: within JSON text a quote is escaped.
std::optional<std::size_t> digits_position(std::string_view text) {
  const std::string marker = fmt::format("\"{}\":\"{}", kChecksumKey, kAlgorithm);
  const std::size_t found = text.find(marker);
  if (found == std::string_view::npos) return std::nullopt;
  const std::size_t position = found + marker.size();
  if (position + kNoDigits.size() > text.size()) return std::nullopt;
  return position;
}

/// A file open for reading, of a known size.
class InputFile {
 public:
  explicit InputFile(const std::string& path)
      : path_(path), descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    if (descriptor_ < 0) fail("a file that can be read");
    struct stat status {};
    const bool known = ::fstat(descriptor_, &status) == 0;
    if (!known || !S_ISREG(status.st_mode)) {
      ::close(descriptor_);
      throw file_error(path_, "a file that can be read",
                       known && S_ISDIR(status.st_mode) ? "a folder" : "a special file");
    }
    size_ = static_cast<std::uint64_t>(status.st_size);
  }
  ~InputFile() { ::close(descriptor_); }
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  std::uint64_t size() const { return size_; }
  const std::string& path() const { return path_; }

  void read(void* data, std::size_t size) {
    char* bytes = static_cast<char*>(data);
    while (size > 0) {
      const ssize_t got = ::read(descriptor_, bytes, size);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) fail("a file that can be read");
      if (got == 0) throw file_error(path_, fmt::format("{} bytes", size_), "fewer");
      bytes += got;
      size -= static_cast<std::size_t>(got);
    }
  }

 private:
  [[noreturn]] void fail(std::string_view expected) const {
    throw file_error(path_, expected, fmt::format("\"{}\"", std::strerror(errno)));
  }

  std::string path_;
  int descriptor_ = -1;
  std::uint64_t size_ = 0;
};

/// The start of a file: its length field, its header as text and understood.
struct Opening {
  std::uint64_t length = 0;
  std::string text;
  SafetensorsHeader header;
};

/// The error of a file whose first bytes are no length of a header; `length` is what they would say.
Error no_safetensors(InputFile& file, std::uint64_t length) {
  std::string start(sizeof length, '\0');
  std::memcpy(start.data(), &length, sizeof length);
  start.resize(std::min<std::size_t>(file.size(), kShownBytes));
  file.read(start.data() + sizeof length, start.size() - sizeof length);
  const bool is_text = std::all_of(start.begin(), start.end(), [](char c) {
    constexpr unsigned char kNeverInUtf8 = 0xF8;
    const auto byte = static_cast<unsigned char>(c);
    return (byte >= ' ' && byte < kNeverInUtf8) || c == '\t' || c == '\r' || c == '\n';
  });
  return file_error(
      file.path(), kModel,
      fmt::format("{} that begins with {}", is_text ? "text, such as a table," : "a file",
                  in_quotes(start.substr(0, start.find_first_of("\r\n")))));
}

Opening read_opening(InputFile& file) {
  Opening opening;
  if (file.size() < sizeof opening.length) {
    throw file_error(file.path(), kModel, fmt::format("{} bytes", file.size()));
  }
  file.read(&opening.length, sizeof opening.length);
  const std::uint64_t rest = file.size() - sizeof opening.length;
  if (opening.length > std::min(rest, kMaxHeaderSize)) {
    throw no_safetensors(file, opening.length);
  }
  opening.text.resize(opening.length);
  file.read(opening.text.data(), opening.text.size());
  opening.header = parse_header(opening.text, rest - opening.length, file.path());
  return opening;
}

void check_bools(const at::Tensor& tensor, const std::string& name, const std::string& path) {
  const auto* bytes = static_cast<const unsigned char*>(tensor.const_data_ptr());
  const bool fine = std::all_of(bytes, bytes + tensor.nbytes(), [](auto byte) { return byte < 2; });
  if (!fine) throw file_error(path, "only 0 and 1 in the BOOL tensor " + name, "another number");
}

/// Adds the length field and the header, digits of the checksum as zeros, to `checksum`.
void add_opening(Checksum& checksum, std::uint64_t length, std::string text) {
  if (const auto position = digits_position(text)) {
    text.replace(*position, kNoDigits.size(), kNoDigits);
  }
  checksum.update(&length, sizeof length);
  checksum.update(text.data(), text.size());
}

/// Calls `with(bytes, size)` for what of a tensor is stored, a part after the other.
template <class With>
void each_stored(const at::Tensor& tensor, const With& with) {
  for (const at::Tensor& part : row_parts(tensor.detach())) {
    const at::Tensor plain = part.cpu().contiguous();
    with(plain.const_data_ptr(), plain.nbytes());
  }
}

}  // namespace

const at::Tensor* Safetensors::find(const std::string& name) const {
  for (const auto& [known, tensor] : tensors) {
    if (known == name) return &tensor;
  }
  return nullptr;
}

void write_safetensors(const std::string& path, const Safetensors& content) {
  std::vector<const NamedTensors::value_type*> order;
  for (const auto& named : content.tensors) {
    if (!dtype_word(named.second.scalar_type())) {
      throw file_error(path, "tensors of float64, float32, int64, int32, uint8 or bool",
                       named.first + " of " + c10::toString(named.second.scalar_type()));
    }
    order.push_back(&named);
  }
  std::stable_sort(order.begin(), order.end(), [](const auto* a, const auto* b) {
    return a->second.element_size() > b->second.element_size();
  });
  SafetensorsHeader header{{}, content.metadata};
  header.metadata[std::string(kChecksumKey)] = checksum_value(kNoDigits);
  std::uint64_t position = 0;
  for (const auto* named : order) {
    const at::Tensor& tensor = named->second;
    const auto size = static_cast<std::uint64_t>(tensor.numel()) *
                      static_cast<std::uint64_t>(tensor.element_size());
    header.tensors.push_back(
        {named->first, tensor.scalar_type(), tensor.sizes().vec(), position, position + size});
    position += size;
  }
  std::string text = header_text(header, path);
  const std::uint64_t length = text.size();

  Checksum checksum;
  add_opening(checksum, length, text);
  for (const auto* named : order)
    each_stored(named->second,
                [&](const void* bytes, std::size_t size) { checksum.update(bytes, size); });
  text.replace(digits_position(text).value(), kNoDigits.size(), checksum.digits());

  AtomicFile file(path);
  file.write(&length, sizeof length);
  file.write(text);
  for (const auto* named : order)
    each_stored(named->second,
                [&](const void* bytes, std::size_t size) { file.write(bytes, size); });
  file.commit();
}

Safetensors read_safetensors(const std::string& path) {
  InputFile file(path);
  Opening opening = read_opening(file);
  Checksum checksum;
  add_opening(checksum, opening.length, opening.text);
  Safetensors content;
  for (const auto& info : opening.header.tensors) {
    at::Tensor tensor = at::empty(info.shape, at::TensorOptions(info.dtype));
    file.read(tensor.mutable_data_ptr(), tensor.nbytes());
    checksum.update(tensor.const_data_ptr(), tensor.nbytes());
    if (info.dtype == at::ScalarType::Bool) check_bools(tensor, info.name, path);
    content.tensors.emplace_back(info.name, std::move(tensor));
  }
  content.metadata = std::move(opening.header.metadata);
  const auto found = content.metadata.find(std::string(kChecksumKey));
  if (found == content.metadata.end() || !found->second.starts_with(kAlgorithm)) return content;
  const std::string actual = checksum_value(checksum.digits());
  if (found->second != actual) {
    throw file_error(path, "bytes with the checksum " + found->second, actual + " (file damaged)");
  }
  content.verified = true;
  return content;
}

std::optional<std::map<std::string, std::string>> read_safetensors_metadata(
    const std::string& path) {
  InputFile file(path);
  std::uint64_t length = 0;
  if (file.size() < sizeof length) return std::nullopt;
  file.read(&length, sizeof length);
  if (length > std::min(file.size() - sizeof length, kMaxHeaderSize)) return std::nullopt;
  std::string text(length, '\0');
  file.read(text.data(), text.size());
  if (!text.starts_with('{')) return std::nullopt;
  try {
    return header_metadata(text, path);
  } catch (const Error&) {
    return std::nullopt;
  }
}

}  // namespace feat2vec::storage
