// One logon to one mailbox, as all that is below it sees it: the session, the logon object, and the numbers that stand
// for databases while it lasts. Shared by everything below a Mailbox. One thread.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/model/ids.h"
#include "engine/ports/stop.h"
#include "providers/mapihttp/client/client_options.h"
#include "providers/mapihttp/client/rop_session.h"
#include "providers/mapihttp/wire/identifiers.h"
#include "providers/mapihttp/wire/property_value.h"

namespace mapisync::mapihttp {

/// FolderIds of RopLogon. [MS-OXCSTOR 2.2.1.1.3]
enum class SpecialFolder : std::uint8_t { root = 0, ipm_subtree = 3, inbox = 4, outbox = 5, sent = 6, deleted = 7 };

/// What was learned of the server and holds for the provider's later sessions.
struct LearnedManners {
  bool refuses_recover_mode{false};
};

class MailboxLink {
 public:
  /// RopLogon. `stop` and `manners` are borrowed until the link is destroyed.
  static Result<std::shared_ptr<MailboxLink>> log_on(std::shared_ptr<RopSession> session, const ClientOptions& options,
                                                     const std::string& user_dn, const StopFlag& stop,
                                                     LearnedManners& manners);

  /// With the limits of calls that are given none.
  Result<RopAnswer> call(RopCall call);
  Result<RopAnswer> call(RopCall call, const CallLimits& limits) { return session_->call(std::move(call), limits); }

  std::uint32_t logon() const noexcept { return logon_.handle(); }
  const wire::LogonResponse& told() const noexcept { return told_; }
  wire::ShortId special(SpecialFolder which) const noexcept { return told_.folders[static_cast<std::size_t>(which)]; }

  /// The forms of an id, there and back; asks the server once for each database.
  Result<wire::GlobalId> global(const wire::ShortId& id);
  Result<wire::ShortId> local(const wire::GlobalId& id);
  /// The database that the number in an id stands for.
  Result<Guid> replguid_of(const wire::ShortId& id);
  /// Of the database that this mailbox's own messages are numbered in.
  Result<Guid> own_replguid();

  /// An open folder. Errc::not_found, object_deleted, no_access...
  Result<ServerObject> open_folder(const wire::ShortId& folder);
  /// Of any open object; in the order asked for.
  Result<wire::PropertyRow> properties(std::uint32_t handle, wire::TagList tags);

  const std::shared_ptr<RopSession>& session() const noexcept { return session_; }
  const ClientOptions& options() const noexcept { return options_; }
  const StopFlag& stop() const noexcept { return stop_; }
  LearnedManners& manners() noexcept { return manners_; }

 private:
  MailboxLink(std::shared_ptr<RopSession> session, const ClientOptions& options, const StopFlag& stop,
              LearnedManners& manners)
      : session_(std::move(session)), options_(options), stop_(stop), manners_(manners) {}

  std::shared_ptr<RopSession> session_;
  ClientOptions options_;
  const StopFlag& stop_;
  LearnedManners& manners_;
  ServerObject logon_;
  wire::LogonResponse told_;
  std::map<std::uint16_t, Guid> replguids_;
};

/// The answer of the only request that was answered; a failure with its code if it failed.
Result<wire::RopResponse> only_answer(RopAnswer answer, const char* what);
/// The first that failed, if one did.
Result<void> all_succeeded(const RopAnswer& answer, const char* what);

/// The body as what was asked for.
template <class Body>
Result<Body> body_of(wire::RopResponse response, const char* what) {
  if (auto* body = std::get_if<Body>(&response.body)) return std::move(*body);
  return wire::malformed(std::string(what) + ": an answer of another form");
}

}  // namespace mapisync::mapihttp
