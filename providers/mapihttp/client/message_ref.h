// What MessageRef and the keys of messages are here: both are made of ids, so that the table, the exporter and the
// state name a message alike, whatever source key somebody else once gave it. Values; any thread.
#pragma once

#include <optional>

#include "engine/model/ids.h"
#include "providers/mapihttp/wire/identifiers.h"

namespace mapisync::mapihttp {

/// `change_number` is none() where the server did not tell.
struct RefParts {
  wire::GlobalId mid;
  wire::GlobalId change_number;
};

MessageRef make_ref(const RefParts& parts);
/// nullopt for anything make_ref did not make.
std::optional<RefParts> parse_ref(const MessageRef& ref);

inline SourceKey key_of(const wire::GlobalId& mid) { return SourceKey(wire::to_bytes(mid)); }

}  // namespace mapisync::mapihttp
