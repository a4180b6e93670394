// Structures that travel as values within a FastTransfer stream. [MS-OXCFXICS 2.2.2.7, 2.2.2.8, 2.2.2.10]
// Values and pure functions; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/base/result.h"
#include "engine/model/property.h"
#include "providers/mapihttp/wire/identifiers.h"

namespace mapisync::wire {

/// What the whole run will bring, as far as the server knows.
struct ProgressInformation {
  std::uint16_t version{0};
  std::uint32_t fai_count{0};
  std::uint64_t fai_size{0};
  std::uint32_t normal_count{0};
  std::uint64_t normal_size{0};
  friend bool operator==(const ProgressInformation&, const ProgressInformation&) = default;
};

/// Why a message is void. An id of zeros: the server names none.
struct ExtendedErrorInfo {
  std::uint16_t version{0};
  std::uint32_t error_code{0};
  GlobalId folder;
  GlobalId message;
  Bytes auxiliary;  // diagnostics of the server; may be logged
  friend bool operator==(const ExtendedErrorInfo&, const ExtendedErrorInfo&) = default;
};

/// Which properties change together in partial changes.
struct PropertyGroupInfo {
  struct Member {
    PropertyTag tag{0};
    std::optional<PropertyName> name;  // of ids 0x8000 and up
  };
  std::uint32_t group_id{0};
  std::vector<std::vector<Member>> groups;
};

Bytes encode(const ProgressInformation& information);
Result<ProgressInformation> decode_progress_information(BytesView bytes);

Result<Bytes> encode(const ExtendedErrorInfo& info);
/// Auxiliary bytes that lie outside are left out; another version is read as far as this one goes.
Result<ExtendedErrorInfo> decode_extended_error_info(BytesView bytes);

Result<Bytes> encode(const PropertyGroupInfo& info);
Result<PropertyGroupInfo> decode_property_group_info(BytesView bytes);

}  // namespace mapisync::wire
