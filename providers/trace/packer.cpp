#include "providers/trace/packer.h"

namespace mapisync::trace {

namespace {
constexpr std::size_t kPlainMax = kRecordBytesMax / 2;  // what a record holds of content; the rest is stood in for
}

void Packer::leb(std::uint64_t value) {
  while (value >= 0x80U) {
    out_.push_back(static_cast<char>((value & 0x7fU) | 0x80U));
    value >>= 7U;
  }
  out_.push_back(static_cast<char>(value));
}

void Packer::stood_in(std::uint64_t size, std::uint64_t hash) {
  out_.push_back(static_cast<char>(Shown::stand_in));
  raw({});
  leb(size);
  number(hash);
}

void Packer::personal(const Bytes& value) {
  if (value.empty() || (redactor_.keeps_content() && out_.size() + value.size() <= kPlainMax)) {
    out_.push_back(static_cast<char>(Shown::plain));
    return raw(value);
  }
  const std::size_t kept = redactor_.kept_beginning(value);
  out_.push_back(static_cast<char>(Shown::stand_in));
  raw(value.substr(0, kept));
  leb(value.size() - kept);
  number(keyed_hash(redactor_.key(), BytesView(value).substr(kept)));
}

void Unpacker::refuse(const char* why) noexcept {
  if (why_ == nullptr) why_ = why;
  bytes_ = {};
}

std::uint64_t Unpacker::leb() noexcept {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    if (bytes_.empty()) break;
    const auto byte = static_cast<unsigned char>(bytes_.front());
    bytes_.remove_prefix(1);
    if (shift == 63 && byte > 1) break;
    value |= std::uint64_t{byte & 0x7fU} << shift;
    if ((byte & 0x80U) == 0) return value;
  }
  refuse("it ends within a number, or the number is too long");
  return 0;
}

BytesView Unpacker::view(std::uint64_t length) noexcept {
  if (length > bytes_.size()) {
    refuse("it ends within a value");
    return {};
  }
  const BytesView value = bytes_.substr(0, static_cast<std::size_t>(length));
  bytes_.remove_prefix(value.size());
  return value;
}

void Unpacker::real(double& value) {
  const BytesView eight = view(8);
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < eight.size(); ++i) bits |= std::uint64_t{static_cast<unsigned char>(eight[i])} << (i * 8);
  value = std::bit_cast<double>(bits);
}

void Unpacker::personal(Bytes& beginning, std::uint64_t& size, std::uint64_t& hash) {
  Shown shown{};
  choice(shown, Shown::stand_in);
  raw(beginning);
  if (shown == Shown::plain || !ok()) return;
  number(size);
  number(hash);
  if (size > kValueMax) refuse("a value larger than any message holds");
}

void Unpacker::personal(Bytes& value) {
  std::uint64_t size = 0;
  std::uint64_t hash = 0;
  personal(value, size, hash);
  expand(value, size, hash);
}

void Unpacker::expand(Bytes& value, std::uint64_t size, std::uint64_t hash) {
  // No sum: a hostile size would wrap around.
  if (size > expanded_max_ - expanded_) return refuse("values larger than a record may stand for");
  expanded_ += size;
  if (ok() && size > 0) value += stand_in(hash, 0, static_cast<std::size_t>(size));
}

Result<void> Unpacker::end_of(const char* what) const {
  if (ok() && bytes_.empty()) return success();
  return malformed(std::string(what) + ": " + (ok() ? "bytes are left over" : why_));
}

Failure malformed(std::string context) {
  return fail(Errc::malformed, Scope::process, Retry::never, std::move(context));
}

}  // namespace mapisync::trace
