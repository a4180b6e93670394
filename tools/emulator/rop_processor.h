// Carries out the ROPs of an Execute, one after the other. [MS-OXCROPS 3.2.5, MS-OXCRPC 3.1.4.2] One thread at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "engine/base/result.h"
#include "providers/mapihttp/wire/rop_response.h"
#include "providers/mapihttp/wire/session_body.h"
#include "tools/emulator/rop_call.h"

namespace mapisync::emulator {

class RopProcessor {
 public:
  RopProcessor(EmulatedServer& server, SessionContext& session) : server_(server), session_(session) {}

  /// Fails only with what takes the whole request with it: connection_cut, context_lost. Whatever else is wrong with
  /// the request is in the answer.
  Result<wire::ExecuteResponse> execute(const wire::ExecuteRequest& request);

 private:
  /// A list of answers as it grows.
  struct Answers {
    Bytes rops;
    std::vector<std::uint32_t> handles;
    std::size_t room{0};  // bytes that `rops` may have
    bool cut_short{false};
    std::optional<wire::RopResponse> last;
  };
  Result<void> run(std::span<const wire::RopRequest> requests, Answers& answers);
  Result<void> run_one(std::span<const wire::RopRequest> rest, Answers& answers);
  Result<wire::RopResponse> carry_out(const wire::RopRequest& request, Answers& answers, wire::TagList& columns);
  Result<void> append(std::span<const wire::RopRequest> rest, const wire::RopResponse& response,
                      const wire::TagList& columns, Answers& answers);
  Result<void> too_small(std::span<const wire::RopRequest> rest, std::size_t needed, Answers& answers);
  void release(const wire::RopRequest& request, Answers& answers);
  Result<std::vector<Bytes>> run_all(const wire::ExecuteRequest& request);

  EmulatedServer& server_;
  SessionContext& session_;
};

}  // namespace mapisync::emulator
