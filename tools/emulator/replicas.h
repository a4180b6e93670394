// The databases that ids of the mailbox come from: numbers that travel in ROPs, GUIDs that may be stored.
// One thread at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "engine/base/result.h"
#include "engine/model/property.h"
#include "providers/fake/fake_mailbox.h"
#include "providers/mapihttp/wire/identifiers.h"

namespace mapisync::emulator {

class Replicas {
 public:
  explicit Replicas(fake::FakeMailbox& mailbox) : mailbox_(&mailbox) {}

  /// That of ids made from now on; it has number 1 unless the mailbox was moved while it was served.
  Result<Guid> current();
  /// Whether there is any other, so that ids have to be looked at one by one.
  Result<bool> only_one();
  /// Allots a number to a GUID that has none.
  std::uint16_t replid_of(const Guid& replguid);
  std::optional<Guid> guid_of(std::uint16_t replid) const;

  wire::ShortId shorten(const wire::GlobalId& id) { return {replid_of(id.replguid), id.counter}; }
  std::optional<wire::GlobalId> lengthen(const wire::ShortId& id) const;
  /// The id of a message or folder, by its native key.
  Result<wire::GlobalId> id_of(const Bytes& native_key);
  /// The change number of a message or folder: of the database that its change key is of.
  Result<wire::GlobalId> change_number(std::uint64_t number, const Bytes& change_key);

 private:
  fake::FakeMailbox* mailbox_;
  std::vector<Guid> known_;  // [0] has number 1
};

/// The first 16 bytes; zeros if there are fewer.
Guid guid_of_bytes(BytesView bytes);

}  // namespace mapisync::emulator
