// What the headers of one message say. Private to this folder (GMime types in its functions); values otherwise.
#pragma once

#include <gmime/gmime.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/time.h"
#include "providers/fake/mime/defects.h"
#include "providers/fake/mime/limits.h"

namespace mapisync::mime {

struct Address {
  std::string name;     // the address again where there is none
  std::string address;  // as written; may be no address at all
};

/// Everything is valid UTF-8 and within limits.header_text_bytes.
struct MessageHeaders {
  std::string subject;
  std::string message_id, in_reply_to, references;  // with angle brackets, as written
  std::optional<Address> from, sender;
  std::vector<Address> reply_to, to, cc, bcc;  // groups are replaced by their members
  std::optional<Timestamp> submitted;          // Date
  std::optional<Timestamp> received;           // the topmost Received
  std::int32_t importance{1};                  // 0 low, 1 normal, 2 high
  std::int32_t priority{0};                    // -1 non-urgent, 0 normal, 1 urgent
  std::int32_t sensitivity{0};                 // 0 none, 1 personal, 2 private, 3 company-confidential
  std::string transport;                       // the header block as it came
};

MessageHeaders read_headers(GMimeMessage* message, GMimeParserOptions* options, const ConversionLimits& limits,
                            DefectLog& log);

/// Decoded and unfolded value of the first field of that name in `object`'s own headers; empty if there is none.
std::string header_value(GMimeObject* object, const char* name);
/// "Re: ", "AW: " and the like taken off, once. [MS-OXCMSG 2.2.1.10]
std::string normalized_subject(std::string_view subject);

/// Nothing if it does not parse or lies outside the years 1601 to 9999.
std::optional<Timestamp> parse_date(const std::string& value);

}  // namespace mapisync::mime
