#include "tools/emulator/rop_failure.h"

#include "providers/fake/server_codes.h"

namespace mapisync::emulator {

Failure refusal(std::uint32_t code, std::string why) {
  return fail(Errc::call_failed, Scope::folder, Retry::later, std::move(why), code);
}

std::uint32_t code_of(const Failure& failure) {
  if (failure.raw_code != 0) return failure.raw_code;
  const std::uint32_t known = fake::server_failure(failure.errc(), {}).raw_code;
  return known != 0 ? known : rop_code::kCallFailed;
}

// Both are told from what the mailbox answers by having no code: nothing of them travels.
Failure connection_cut(std::string why) { return fail(Errc::network, Scope::process, Retry::now, std::move(why)); }
bool is_connection_cut(const Failure& failure) { return failure.errc() == Errc::network && failure.raw_code == 0; }
Failure context_lost(std::string why) { return fail(Errc::session_lost, Scope::process, Retry::now, std::move(why)); }
bool is_context_lost(const Failure& failure) { return failure.errc() == Errc::session_lost && failure.raw_code == 0; }
bool is_busy(const Failure& failure) { return failure.errc() == Errc::busy; }

}  // namespace mapisync::emulator
