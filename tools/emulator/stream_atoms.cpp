#include "tools/emulator/stream_atoms.h"

#include <algorithm>

#include "engine/model/property.h"
#include "providers/mapihttp/wire/byte_reader.h"
#include "providers/mapihttp/wire/constants.h"
#include "providers/mapihttp/wire/property_value.h"

namespace mapisync::emulator {
namespace {

constexpr std::uint16_t kFirstNamed = 0x8000;

class Scanner {
 public:
  explicit Scanner(BytesView stream) : from_(stream) {}

  std::vector<Atom> scan() {
    while (from_.ok() && from_.left() > 0) element();
    return std::move(atoms_);
  }

 private:
  void atom(std::size_t begin) {
    if (from_.ok()) atoms_.push_back({begin, from_.at()});
  }
  std::uint32_t number() {
    const std::size_t begin = from_.at();
    const std::uint32_t value = from_.u32();
    atom(begin);
    return value;
  }

  void element() {
    const std::size_t begin = from_.at();
    const PropertyTag tag = from_.u32();
    if (wire::is_marker(tag)) return atom(begin);
    if (id_of(tag) >= kFirstNamed) {
      from_.guid();
      if (from_.u8() == 0)
        from_.u32();
      else
        from_.wide_text();
    }
    atom(begin);
    if (tag == wire::meta::kIdsetGiven) return variable();
    const std::uint16_t type = type_of(tag);
    if (!wire::is_multiple(type)) return value(type);
    const auto element_type = static_cast<std::uint16_t>(type & ~pt::kMultiFlag);
    for (std::uint32_t left = number(); left > 0 && from_.ok(); --left) value(element_type);
  }

  void value(std::uint16_t type) {
    const auto size = wire::fixed_size(type, wire::ValueForm::fast_transfer);
    if (!size) return from_.refuse("a type that has no form here");
    if (*size == 0) return variable();
    const std::size_t begin = from_.at();
    from_.bytes(*size);
    atom(begin);
  }
  void variable() { from_.bytes(number()); }

  wire::ByteReader from_;
  std::vector<Atom> atoms_;
};

}  // namespace

std::vector<Atom> atoms_of(BytesView stream) { return Scanner(stream).scan(); }

std::size_t legal_cut(const std::vector<Atom>& atoms, std::size_t at, std::size_t wanted) {
  const std::size_t end = at + wanted;
  const auto next = std::partition_point(atoms.begin(), atoms.end(), [&](const Atom& a) { return a.end <= end; });
  if (next == atoms.end() || next->begin >= end) return wanted;
  return next->begin > at ? next->begin - at : next->end - at;
}

}  // namespace mapisync::emulator
