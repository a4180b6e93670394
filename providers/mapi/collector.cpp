#include "providers/mapi/collector.h"

#include <string>
#include <utility>
#include <vector>

#include "providers/mapi/property_codec.h"
#include "providers/mapi/staged_objects.h"

namespace mapisync::mapi {
namespace {

Failure malformed(const char* what) { return fail(Errc::malformed, Scope::batch, Retry::later, what); }

Result<void> take_key(const Property& property, Bytes& into) {
  if (const auto* binary = std::get_if<Binary>(&property.value)) {
    if (binary->bytes.size() > limits::kKeyBytesMax) return malformed("a message with a key beyond all measure");
    into = binary->bytes;
  }
  return success();
}

// What comes before the content. Only the source key is indispensable.
Result<MessageHeader> read_header(const PropertyList& properties, ULONG flags) {
  MessageHeader header;
  header.associated = (flags & flag::kImportAssociated) != 0;
  Bytes source, change, entry;
  for (const Property& property : properties) {
    switch (property.tag) {
      case pr::kSourceKey: MAPISYNC_TRYV(take_key(property, source)); break;
      case pr::kChangeKey: MAPISYNC_TRYV(take_key(property, change)); break;
      case pr::kEntryId: MAPISYNC_TRYV(take_key(property, entry)); break;
      case pr::kPredecessorChangeList: header.predecessor_change_list = std::get<Binary>(property.value).bytes; break;
      case pr::kLastModificationTime:
        header.last_modified = Timestamp(Duration(unix_micros_from_filetime(std::get<std::int64_t>(property.value))));
        break;
      case pr::kAssociated: header.associated = header.associated || std::get<bool>(property.value); break;
      case pr::kMessageSize: header.size = static_cast<std::uint32_t>(std::get<std::int32_t>(property.value)); break;
      case pr::kMessageFlags: {
        const auto bits = static_cast<std::uint32_t>(std::get<std::int32_t>(property.value));
        header.associated = header.associated || (bits & kMessageFlagAssociated) != 0;
        break;
      }
      default: break;
    }
  }
  if (source.empty()) return malformed("a message without source key");
  header.source_key = SourceKey(std::move(source));
  header.change_key = ChangeKey(std::move(change));
  header.ref = MessageRef(std::move(entry));
  return header;
}

// What a header has no place for belongs to the content: whoever says it here need not say it again.
PropertyList beyond_the_header(const PropertyList& properties) {
  PropertyList rest;
  for (const Property& property : properties) {
    switch (property.tag) {
      case pr::kSourceKey:
      case pr::kParentSourceKey:
      case pr::kChangeKey:
      case pr::kEntryId:
      case pr::kPredecessorChangeList:
      case pr::kLastModificationTime:
      case pr::kAssociated:
      case pr::kMessageSize: break;
      default: rest.push_back(property);
    }
  }
  return rest;
}

DeletionKind kind_of(ULONG flags) {
  if ((flags & flag::kExpiry) != 0) return DeletionKind::expiry;
  return (flags & flag::kSoftDelete) != 0 ? DeletionKind::soft : DeletionKind::hard;
}

}  // namespace

ComPtr<Collector> Collector::make(const std::shared_ptr<ImportRun>& run) {
  return ComPtr<Collector>::adopt(new Collector(run));
}

HRESULT Collector::GetLastError(HRESULT, ULONG, MAPIERROR** error) noexcept {
  if (error == nullptr) return hr::kInvalidArgument;
  *error = nullptr;
  return hr::kOk;
}

// An importer is configured by whom it belongs to, and keeps no state of its own.
HRESULT Collector::Config(IStream*, ULONG) noexcept { return hr::kOk; }
HRESULT Collector::UpdateState(IStream*) noexcept { return hr::kOk; }

HRESULT Collector::begin_message(ULONG count, const SPropValue* values, ULONG flags, IMessage** message) {
  auto properties = read_properties(count, values, *run_->names);
  if (!properties) return run_->malformed(properties.error());
  auto header = read_header(properties.value(), flags);
  if (!header) return run_->malformed(header.error());
  auto staged = run_->importer->message_begin(header.value());
  if (!staged) return run_->refused(staged.error());
  if (staged.value() == nullptr) return hr::kSyncIgnore;
  PropertyList rest = beyond_the_header(properties.value());
  if (!rest.empty()) {
    const Result<void> taken = staged.value()->set_properties(std::move(rest));
    if (!taken) return run_->refused(taken.error());
  }
  *message = StagedMessageObject::make_top(run_, std::move(staged).value(), properties.value()).release();
  return hr::kOk;
}

HRESULT Collector::ImportMessageChange(ULONG count, SPropValue* values, ULONG flags, IMessage** message) noexcept {
  if (message == nullptr) return hr::kInvalidArgument;
  *message = nullptr;
  if (run_->closed()) return hr::kObjectDeleted;
  return guarded_in(*run_, [&] { return begin_message(count, values, flags, message); });
}

HRESULT Collector::ImportMessageDeletion(ULONG flags, ENTRYLIST* source_keys) noexcept {
  if (run_->closed()) return hr::kObjectDeleted;
  return guarded_in(*run_, [&]() -> HRESULT {
    if (source_keys == nullptr || source_keys->cValues > limits::kKeysMax ||
        (source_keys->cValues != 0 && source_keys->lpbin == nullptr)) {
      return run_->malformed(malformed("a list of deletions that is none"));
    }
    std::vector<SourceKey> keys;
    for (ULONG i = 0; i < source_keys->cValues; ++i) {
      auto key = read_key(source_keys->lpbin[i].cb, source_keys->lpbin[i].lpb);
      if (!key) return run_->malformed(key.error());
      keys.emplace_back(std::move(key).value());
    }
    const Result<void> told = run_->importer->deletions(keys, kind_of(flags));
    return told ? hr::kOk : run_->refused(told.error());
  });
}

HRESULT Collector::ImportPerUserReadStateChange(ULONG count, READSTATE* states) noexcept {
  if (run_->closed()) return hr::kObjectDeleted;
  return guarded_in(*run_, [&]() -> HRESULT {
    if (count > limits::kKeysMax || (count != 0 && states == nullptr)) {
      return run_->malformed(malformed("a list of read states that is none"));
    }
    std::vector<ReadStateChange> changes;
    for (ULONG i = 0; i < count; ++i) {
      auto key = read_key(states[i].cbSourceKey, states[i].pbSourceKey);
      if (!key) return run_->malformed(key.error());
      changes.push_back({SourceKey(std::move(key).value()), (states[i].ulFlags & flag::kRead) != 0});
    }
    const Result<void> told = run_->importer->read_states(changes);
    return told ? hr::kOk : run_->refused(told.error());
  });
}

// Only uploads move messages.
HRESULT Collector::ImportMessageMove(ULONG, BYTE*, ULONG, BYTE*, ULONG, BYTE*, ULONG, BYTE*, ULONG, BYTE*) noexcept {
  return hr::kNoSupport;
}

}  // namespace mapisync::mapi
