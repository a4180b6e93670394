// Properties as bytes: one canonical form per list, so that equal lists are equal bytes.
// Version 1: a version byte, a count, then the properties in ascending order of their encoded keys (tag, or name and
// type); numbers little-endian, counts and lengths as LEB128; large values by digest and size. Pure but for the
// callbacks.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "engine/base/result.h"
#include "engine/model/property.h"

namespace mapisync {

/// A value that is kept elsewhere, by its content.
struct ContentReference {
  Bytes sha256;  // 32 bytes
  std::uint64_t size{0};
  friend bool operator==(const ContentReference&, const ContentReference&) = default;
};

/// Takes a value that does not belong into the bytes (Large, or text or binary longer than the limit).
using KeepElsewhere = std::function<Result<ContentReference>(const PropertyValue& value)>;
/// The inverse: a source for what was kept elsewhere.
using FetchElsewhere = std::function<Result<std::shared_ptr<const BlobSource>>(const ContentReference& reference)>;

/// Fails only as `keep` does. Text or binary of up to `inline_max` bytes travels in the bytes.
Result<Bytes> encode_properties(const PropertyList& properties, std::size_t inline_max, const KeepElsewhere& keep);

/// Accepts exactly what encode_properties makes: anything else is Errc::malformed, and memory stays within a small
/// factor of bytes.size(). What was kept elsewhere comes back as Large; the number of a named property as 0x8000.
Result<PropertyList> decode_properties(BytesView bytes, const FetchElsewhere& fetch);

}  // namespace mapisync
