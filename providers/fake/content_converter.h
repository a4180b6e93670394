// Turns original mail into MAPI properties at export, as Exchange does. The fake mailbox keeps mail as it came and
// asks a converter whenever an exporter reaches the message; a failure is what stops that export.
// Implemented in providers/fake/mime. One caller at a time; no state between calls is required or allowed to show.
#pragma once

#include <cstdint>

#include "engine/base/bytes.h"
#include "engine/base/result.h"
#include "engine/model/message.h"

namespace mapisync::fake {

/// How forgiving the conversion is. strict: as Exchange, which fails on what it cannot represent. lenient: repairs
/// whatever can be repaired and fails only where nothing of the message can be saved.
enum class Strictness : std::uint8_t { strict = 1, lenient = 2 };

struct ConversionContext {
  Strictness strictness{Strictness::strict};
  bool keep_original{true};         // add pr::kMimeSkeleton with the original bytes to the top message
  std::uint32_t nesting_max{32};    // multiparts and embedded messages, counted together
  std::uint32_t parts_max{10'000};  // body parts of one message, embedded ones included
};

class ContentConverter {
 public:
  virtual ~ContentConverter() = default;
  /// The content of `mime`. Any failure makes the export stop with MAPI_E_CORRUPT_DATA; its context is for people and
  /// holds neither subject nor address. What the mailbox knows better (read flag, search key, sizes, delivery time
  /// where the mail has none) is added by the exporter and need not be set here.
  virtual Result<MessageContent> convert(BytesView mime, const ConversionContext& context) = 0;
};

}  // namespace mapisync::fake
