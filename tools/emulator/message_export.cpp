#include "tools/emulator/message_export.h"

#include "providers/fake/server_codes.h"
#include "tools/emulator/message_stream.h"

namespace mapisync::emulator {

using fake::Damage;
using fake::DamageKind;

namespace {

Failure as_told(EmulatedServer& server, const Damage& damage) {
  if (damage.kind == DamageKind::abort) {
    return refusal(fake::server_failure(damage.code, {}).raw_code, "a message that cannot be exported");
  }
  const std::uint32_t code = server.mode == Mode::gromox ? rop_code::kCallFailed : rop_code::kCorruptData;
  return refusal(code, "a message that cannot be converted");
}

MessageFate fate_of_bad(EmulatedServer& server, const ExportManner& manner) {
  if (server.script.unasked) return MessageFate::name;
  if (!manner.recover) return MessageFate::stop;
  switch (server.profile().recover_mode) {
    case fake::RecoverMode::report: return MessageFate::name;
    case fake::RecoverMode::skip: return MessageFate::skip;
    case fake::RecoverMode::reject:
    case fake::RecoverMode::accept: break;
  }
  return MessageFate::stop;
}

}  // namespace

Result<TakenMessage> take_message(EmulatedServer& server, std::uint64_t mid, fake::FakeFolderId folder,
                                  const ExportManner& manner) {
  TakenMessage out;
  MAPISYNC_TRY(now, server.mailbox().message_by_mid(mid));
  if (!now || now->folder != folder || !now->in_scope) return out;
  out.record = std::move(*now);
  const Damage damage = server.fake->damage_of(out.record).value_or(Damage{DamageKind::none, Errc::ok});
  switch (damage.kind) {
    case DamageKind::hide:
    case DamageKind::hide_as_deleted: out.fate = MessageFate::hidden; return out;
    case DamageKind::server_death: server.fake->kill(); return connection_cut("the server died of a message");
    case DamageKind::stall: out.fate = MessageFate::stall; return out;
    case DamageKind::none:
    case DamageKind::abort:
    case DamageKind::placeholder:
    case DamageKind::truncate:
    case DamageKind::client_death: break;  // the last is beyond a server: it sends the message
  }
  Result<MessageContent> content = server.fake->content_of(out.record);
  if (!content && content.error().scope == Scope::process) return std::move(content).error();
  if (damage.kind == DamageKind::abort || !content) out.failure = as_told(server, damage);
  if (content) {
    fake::filter_content(content.value(), manner.filter);
    if (server.profile().exact_sizes) out.record.size = content_size(content.value());
    fake::damage_content(content.value(), damage);
    out.content = std::move(content).value();
  } else {
    out.content.emplace();
    fake::complete_content(*out.content, out.record);
  }
  out.fate = out.failure ? fate_of_bad(server, manner) : MessageFate::send;
  return out;
}

Result<void> write_error_info(EmulatedServer& server, wire::FastTransferWriter& to, const TakenMessage& message) {
  const BadMessageForm& form = server.script.form_of(message.record.name);
  wire::ExtendedErrorInfo info;
  info.error_code = message.failure ? code_of(*message.failure) : rop_code::kCorruptData;
  info.auxiliary = form.auxiliary;
  MAPISYNC_TRY(folder, server.mailbox().folder_record(message.record.folder));
  MAPISYNC_TRY(folder_id, server.replicas.id_of(folder.info.key.bytes()));
  MAPISYNC_TRY(id, server.replicas.id_of(message.record.native_key.bytes()));
  info.folder = folder_id;
  if (!form.nameless) info.message = id;
  to.error_info(info);
  if (form.twice) to.error_info(info);
  return success();
}

bool leaves_part(EmulatedServer& server, const fake::MessageRecord& message) {
  switch (server.profile().leftover) {
    case fake::Leftover::none: return false;
    case fake::Leftover::some: return fake::Seeded(server.fake->plan().seed ^ (message.mid << 20U)).below(2) != 0;
    case fake::Leftover::culprit:
    case fake::Leftover::first: return true;
  }
  return false;
}

}  // namespace mapisync::emulator
