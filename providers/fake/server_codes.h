// Failures as the fake server tells them, and the names of what can be planned. Any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/base/failure.h"
#include "providers/fake/mailbox_types.h"

namespace mapisync::fake {

/// A code as this server tells it: HRESULT, reach and retry by the table at the provider's edge.
Failure server_failure(Errc code, std::string context);

/// The inverse of name_of(Errc), for codes that a server may answer; nullopt for any other name.
std::optional<Errc> server_code_by_name(std::string_view name);

/// What our side refused (a sink, the disk), told apart from what the server did.
Failure refused(const Failure& failure);

const char* name_of(DamageKind kind) noexcept;
std::optional<DamageKind> damage_kind_by_name(std::string_view name);

}  // namespace mapisync::fake
