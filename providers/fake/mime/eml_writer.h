// A message as .eml: RFC 5322 and MIME bytes rebuilt from properties. Pure but for the sink; any thread.
//
// Headers: the transport headers where the message has them (without those that describe the body), else made of the
// properties. Body: plain and HTML as alternatives, inline pictures related to the HTML, the rest mixed. What was
// signed is rebuilt in the same shape; the signature holds no longer. Line ends are LF in what is written here.
#pragma once

#include <functional>

#include "engine/base/bytes.h"
#include "engine/base/result.h"
#include "engine/model/message.h"

namespace mapisync::mime {

/// Receives the bytes piece by piece, in order. A failure ends the writing and is returned from there.
using ByteSink = std::function<Result<void>(BytesView piece)>;

struct EmlOptions {
  bool prefer_original{true};  // pr::kMimeSkeleton, where the message has it, is written instead, byte for byte
};

/// Large values are read in pieces; everything else about the message is in memory already. Fails with what the sink or
/// a value says, and with Errc::malformed for messages embedded deeper than 64. What was written before stays written.
Result<void> write_eml(const MessageContent& content, const ByteSink& sink, const EmlOptions& options = {});

}  // namespace mapisync::mime
