#include "providers/mapihttp/client/mailbox_link.h"

#include <utility>

#include "providers/mapihttp/client/rop_failures.h"

namespace mapisync::mapihttp {

Result<wire::RopResponse> only_answer(RopAnswer answer, const char* what) {
  if (answer.responses.size() != 1) return wire::malformed(std::string(what) + ": not one answer");
  if (answer.responses[0].return_value != 0) return rop_failure(answer.responses[0].return_value, what);
  return std::move(answer.responses[0]);
}

Result<void> all_succeeded(const RopAnswer& answer, const char* what) {
  for (const wire::RopResponse& response : answer.responses) {
    if (response.return_value != 0) return rop_failure(response.return_value, what);
  }
  return success();
}

Result<std::shared_ptr<MailboxLink>> MailboxLink::log_on(std::shared_ptr<RopSession> session,
                                                         const ClientOptions& options, const std::string& user_dn,
                                                         const StopFlag& stop, LearnedManners& manners) {
  std::shared_ptr<MailboxLink> link(new MailboxLink(std::move(session), options, stop, manners));
  wire::LogonRequest logon;
  logon.essdn = user_dn;
  MAPISYNC_TRY(answer, link->call({{{0, 0, std::move(logon)}}, {wire::kNoHandle}, {}}));
  const std::uint32_t handle = answer.handles[0];
  if (answer.responses.size() == 1 && std::holds_alternative<wire::LogonRedirect>(answer.responses[0].body)) {
    return fail(Errc::logon_failed, Scope::mailbox, Retry::never,
                "log on: the mailbox is at another server; look its address up again",
                answer.responses[0].return_value);
  }
  MAPISYNC_TRY(response, only_answer(std::move(answer), "log on"));
  MAPISYNC_TRY(told, body_of<wire::LogonResponse>(std::move(response), "log on"));
  link->told_ = told;
  link->logon_ = ServerObject(link->session_, handle);
  return link;
}

Result<RopAnswer> MailboxLink::call(RopCall call) {
  return session_->call(std::move(call), CallLimits{stop_, options_.call_deadline});
}

Result<Guid> MailboxLink::replguid_of(const wire::ShortId& id) {
  if (const auto known = replguids_.find(id.replid); known != replguids_.end()) return known->second;
  MAPISYNC_TRY(answer, call({{{0, 0, wire::LongTermIdFromIdRequest{id}}}, {logon()}, {}}));
  MAPISYNC_TRY(response, only_answer(std::move(answer), "ask for the database of an id"));
  MAPISYNC_TRY(body, body_of<wire::LongTermIdFromIdResponse>(std::move(response), "long-term id"));
  replguids_.emplace(id.replid, body.id.replguid);
  return body.id.replguid;
}

Result<Guid> MailboxLink::own_replguid() { return replguid_of(special(SpecialFolder::ipm_subtree)); }

Result<wire::GlobalId> MailboxLink::global(const wire::ShortId& id) {
  MAPISYNC_TRY(guid, replguid_of(id));
  return wire::GlobalId{guid, id.counter};
}

Result<wire::ShortId> MailboxLink::local(const wire::GlobalId& id) {
  MAPISYNC_TRY(own, own_replguid());  // so that the usual one is never asked for
  static_cast<void>(own);
  for (const auto& [replid, guid] : replguids_) {
    if (guid == id.replguid) return wire::ShortId{replid, id.counter};
  }
  MAPISYNC_TRY(answer, call({{{0, 0, wire::IdFromLongTermIdRequest{id}}}, {logon()}, {}}));
  MAPISYNC_TRY(response, only_answer(std::move(answer), "ask for the number of a database"));
  MAPISYNC_TRY(body, body_of<wire::IdFromLongTermIdResponse>(std::move(response), "short id"));
  replguids_.emplace(body.id.replid, id.replguid);
  return body.id;
}

Result<ServerObject> MailboxLink::open_folder(const wire::ShortId& folder) {
  wire::OpenFolderRequest open;
  open.output_index = 1;
  open.folder = folder;
  MAPISYNC_TRY(answer, call({{{0, 0, open}}, {logon(), wire::kNoHandle}, {}}));
  const std::uint32_t handle = answer.handles[1];
  MAPISYNC_TRYV(only_answer(std::move(answer), "open a folder"));
  return ServerObject(session_, handle);
}

Result<wire::PropertyRow> MailboxLink::properties(std::uint32_t handle, wire::TagList tags) {
  wire::GetPropertiesSpecificRequest get;
  get.tags = std::move(tags);
  MAPISYNC_TRY(answer, call({{{0, 0, std::move(get)}}, {handle}, {}}));
  MAPISYNC_TRY(response, only_answer(std::move(answer), "read properties"));
  MAPISYNC_TRY(body, body_of<wire::GetPropertiesSpecificResponse>(std::move(response), "properties"));
  return std::move(body.row);
}

}  // namespace mapisync::mapihttp
