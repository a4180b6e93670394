// What goes wrong on the wire, beyond what the fault plan says of the server behind it: data that prints itself and
// parses back exactly. Values; any thread.
//
// Text: one directive a line; '#' starts a comment. N counts from 1.
//   place MESSAGE PLACE      where in the stream a bad message fails: before-header, header, properties, recipient,
//                            attachment, embedded, or later-buffer (half of it came in an earlier one)
//   abort MESSAGE FORM       how a run fails at it where no errorInfo is sent: return-value, transfer-status or cut
//   nameless MESSAGE         its errorInfo names no message
//   auxiliary MESSAGE HEX    its errorInfo has diagnostics
//   twice MESSAGE            its errorInfo comes twice
//   unasked                  errorInfo even where RecoverMode was not set
//   cover-bad                the final state says that bad messages were seen
//   busy N MS [times K]      the N-th GetBuffer answers "server busy"
//   backoff N MS [times K]   the N-th ROP is answered with RopBackoff
//   execute N CODE [times K]     the N-th Execute fails with this ErrorCode
//   response N CODE [times K]    the N-th request fails with this X-ResponseCode
//   lose N                   the N-th request finds its session context gone
//   drop N, drop-answer N    the N-th request is not executed, or is, and the connection ends without an answer
//   pending N COUNT [times K]    so many PENDING before the N-th answer
//   cuts anywhere            buffers end anywhere, not only between elements
//   chunks BYTES             size of the HTTP chunks of an answer
//   plain-answers, compressed-answers   what comes where the client allows both: neither, or both, not just XOR
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/base/result.h"

namespace mapisync::emulator {

enum class ErrorPlace : std::uint8_t {
  before_header,
  header,
  properties,
  recipient,
  attachment,
  embedded,
  later_buffer
};
enum class AbortForm : std::uint8_t { return_value, transfer_status, cut };

/// How a bad message shows; what is bad stands in the mailbox or the fault plan.
struct BadMessageForm {
  std::string message;
  ErrorPlace place{ErrorPlace::properties};
  AbortForm abort{AbortForm::return_value};
  bool nameless{false};
  bool twice{false};
  Bytes auxiliary;
  friend bool operator==(const BadMessageForm&, const BadMessageForm&) = default;
};

enum class WireEvent : std::uint8_t { busy, backoff, execute, response, lose, drop, drop_answer, pending };

struct WireFault {
  WireEvent event{WireEvent::busy};
  std::uint64_t nth{1};
  std::uint64_t times{1};  // in a row
  std::uint32_t value{0};  // milliseconds, code or count
  friend bool operator==(const WireFault&, const WireFault&) = default;
};

/// What an answer looks like where the client allows both.
enum class AnswerForm : std::uint8_t { obfuscated, plain, compressed };

struct WireScript {
  std::vector<BadMessageForm> bad;
  std::vector<WireFault> faults;
  bool unasked{false};
  bool cover_bad{false};
  bool cut_anywhere{false};
  std::uint32_t chunk_bytes{0};  // 0: the server's own
  AnswerForm answers{AnswerForm::obfuscated};
  friend bool operator==(const WireScript&, const WireScript&) = default;

  /// The form of that message, or the usual one.
  const BadMessageForm& form_of(std::string_view message) const;
  /// What is planned for the nth event of this kind; null: nothing.
  const WireFault* at(WireEvent event, std::uint64_t nth) const;

  std::string to_string() const;
  /// Errc::invalid_argument; the context says the line and what is wrong. At most 1 MiB.
  static Result<WireScript> parse(std::string_view text);
};

}  // namespace mapisync::emulator
