#include "providers/fake/server_codes.h"

namespace mapisync::fake {
namespace {

struct Row {
  Errc code;
  std::uint32_t hresult;
  Scope scope;
  Retry retry;
};

// What each code means here, said once. The engine may think better of it.
constexpr Row kCodes[] = {
    {Errc::corrupt_data, 0x8004011B, Scope::batch, Retry::on_change},
    {Errc::call_failed, 0x80004005, Scope::batch, Retry::later},
    {Errc::network, 0x80040115, Scope::mailbox, Retry::later},
    {Errc::timeout, 0x80040401, Scope::mailbox, Retry::later},
    {Errc::busy, 0x8004010B, Scope::mailbox, Retry::later},
    {Errc::session_lost, 0x80040200, Scope::mailbox, Retry::now},
    {Errc::logon_failed, 0x80040111, Scope::mailbox, Retry::never},
    {Errc::no_access, 0x80070005, Scope::folder, Retry::never},
    {Errc::not_found, 0x8004010F, Scope::folder, Retry::on_change},
    {Errc::object_deleted, 0x8004010A, Scope::folder, Retry::on_change},
    {Errc::invalid_entry_id, 0x80040107, Scope::batch, Retry::never},
    {Errc::unsupported, 0x80040102, Scope::folder, Retry::never},
    {Errc::invalid_argument, 0x80070057, Scope::batch, Retry::never},
    {Errc::unknown_flags, 0x80040106, Scope::folder, Retry::never},
    {Errc::unconfigured, 0x8004011C, Scope::folder, Retry::never},
    {Errc::out_of_memory, 0x8007000E, Scope::process, Retry::later},
    {Errc::out_of_resources, 0x8004010E, Scope::mailbox, Retry::later},
    {Errc::too_big, 0x80040305, Scope::batch, Retry::on_change},
    {Errc::state_rejected, 0x80040805, Scope::folder, Retry::never},
    {Errc::server_disk, 0x8004010D, Scope::mailbox, Retry::later},
    {Errc::corrupt_store, 0x80040600, Scope::folder, Retry::later},
    {Errc::unclassified, 0x80040119, Scope::folder, Retry::later},
};

struct DamageName {
  DamageKind kind;
  const char* name;
};
constexpr DamageName kDamages[] = {
    {DamageKind::none, "none"},
    {DamageKind::abort, "abort"},
    {DamageKind::hide, "hide"},
    {DamageKind::hide_as_deleted, "hide-as-deleted"},
    {DamageKind::placeholder, "placeholder"},
    {DamageKind::truncate, "truncate"},
    {DamageKind::server_death, "server-death"},
    {DamageKind::stall, "stall"},
    {DamageKind::client_death, "client-death"},
};

}  // namespace

Failure server_failure(Errc code, std::string context) {
  for (const Row& row : kCodes) {
    if (row.code == code) return fail(code, row.scope, row.retry, std::move(context), row.hresult);
  }
  return fail(code, Scope::folder, Retry::later, std::move(context));
}

std::optional<Errc> server_code_by_name(std::string_view name) {
  for (const Row& row : kCodes) {
    if (name == name_of(row.code)) return row.code;
  }
  return std::nullopt;
}

Failure refused(const Failure& failure) {
  return fail(Errc::callback_failed, failure.scope, failure.retry, failure.to_string());
}

const char* name_of(DamageKind kind) noexcept {
  for (const DamageName& damage : kDamages) {
    if (damage.kind == kind) return damage.name;
  }
  return "none";
}

std::optional<DamageKind> damage_kind_by_name(std::string_view name) {
  for (const DamageName& damage : kDamages) {
    if (name == damage.name) return damage.kind;
  }
  return std::nullopt;
}

}  // namespace mapisync::fake
