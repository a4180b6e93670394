#include "providers/mapi/mapi_folder.h"

#include <array>
#include <utility>

#include "providers/mapi/mapi_contents_table.h"
#include "providers/mapi/mapi_error.h"
#include "providers/mapi/mapi_exporter.h"
#include "providers/mapi/property_codec.h"

namespace mapisync::mapi {
namespace {

// Failures that say something about the way, not about the message.
bool is_dead_end(const Failure& failure) {
  switch (failure.errc()) {
    case Errc::unsupported:
    case Errc::invalid_argument:
    case Errc::invalid_entry_id: return true;
    default: return false;
  }
}

bool says_absent(const Failure& failure) {
  return failure.errc() == Errc::not_found || failure.errc() == Errc::object_deleted;
}

std::optional<std::int64_t> counter(const SPropValue& value) {
  switch (type_of(value.ulPropTag)) {
    case pt::kLong: return static_cast<std::uint32_t>(value.Value.l);
    case pt::kInt64: return value.Value.li;
    case pt::kSysTime: return ticks_of(value.Value.ft);
    default: return std::nullopt;
  }
}

}  // namespace

MapiFolder::MapiFolder(Runtime runtime, ComPtr<IMAPIContainer> folder)
    : runtime_(std::move(runtime)),
      folder_(std::move(folder)),
      names_(std::make_shared<NameMap>(runtime_, ComPtr<IMAPIProp>::share(folder_.get()))) {}

Result<FolderCounters> MapiFolder::counters() {
  struct {
    ULONG count{4};
    std::array<ULONG, 4> tags{pr::kLocalCommitTimeMax, pr::kDeletedCountTotal, pr::kContentCount,
                              pr::kAssocContentCount};
  } wanted;
  ULONG count = 0;
  MapiBuffer<SPropValue> values(runtime_->memory);
  const HRESULT code = folder_->GetProps(reinterpret_cast<SPropTagArray*>(&wanted), 0, &count, values.put());
  if (!succeeded(code)) return failure_of(runtime_, *folder_.get(), code, "read the counters of a folder");
  if (count != wanted.count || !values) return mapi_failure(hr::kOk, "read the counters of a folder");
  FolderCounters out;
  out.commit_time_max = counter(values.get()[0]);
  out.deleted_total = counter(values.get()[1]);
  out.normal = counter(values.get()[2]);
  out.associated = counter(values.get()[3]);
  return out;
}

Result<std::unique_ptr<Exporter>> MapiFolder::open_exporter() {
  ComPtr<IUnknown> opened;
  const HRESULT code =
      folder_->OpenProperty(pr::kContentsSynchronizer, &IExchangeExportChanges::kIid, 0, 0, opened.put());
  if (!succeeded(code)) return failure_of(runtime_, *folder_.get(), code, "open an exporter");
  if (!opened) return mapi_failure(hr::kOk, "open an exporter");
  // OpenProperty answers with the interface that was asked for; to ask again costs nothing and believes nothing.
  auto exporter = query<IExchangeExportChanges>(*opened.get());
  if (!exporter) return mapi_failure(hr::kNoInterface, "open an exporter");
  return std::unique_ptr<Exporter>(std::make_unique<MapiExporter>(runtime_, std::move(exporter), names_));
}

Result<std::unique_ptr<ContentsTable>> MapiFolder::open_table(TableKind kind, TableOrder order) {
  MAPISYNC_TRY(table, MapiContentsTable::open(runtime_, *folder_.get(), kind, order));
  return std::unique_ptr<ContentsTable>(std::move(table));
}

Result<Presence> MapiFolder::probe_by_table(const SourceKey& key) {
  for (const TableKind kind : {TableKind::normal, TableKind::associated}) {
    auto listed = table_lists(runtime_, *folder_.get(), kind, key);
    if (!listed) {
      if (is_dead_end(listed.error())) return Presence::unknown;
      return std::move(listed).error();
    }
    if (listed.value() != Presence::absent) return listed.value();
  }
  return Presence::absent;
}

Result<Presence> MapiFolder::probe_by_opening(const SourceKey& key, const MessageRef& ref) {
  Bytes id = ref.bytes();  // a copy that may be written to, as the signature wants
  ULONG type = 0;
  ComPtr<IUnknown> opened;
  const HRESULT code = folder_->OpenEntry(static_cast<ULONG>(id.size()), reinterpret_cast<ENTRYID*>(id.data()),
                                          &IMessage::kIid, 0, &type, opened.put());
  if (!succeeded(code)) {
    Failure failure = failure_of(runtime_, *folder_.get(), code, "open a message");
    if (says_absent(failure)) return Presence::absent;
    if (is_dead_end(failure) || failure.scope == Scope::batch) return Presence::unknown;
    return failure;
  }
  const ComPtr<IMAPIProp> message = opened ? query<IMAPIProp>(*opened.get()) : ComPtr<IMAPIProp>();
  if (!message) return Presence::unknown;
  struct {
    ULONG count{1};
    ULONG tag{pr::kSourceKey};
  } wanted;
  ULONG count = 0;
  MapiBuffer<SPropValue> values(runtime_->memory);
  const HRESULT read = message->GetProps(reinterpret_cast<SPropTagArray*>(&wanted), 0, &count, values.put());
  if (!succeeded(read) || count != 1 || !values || values->ulPropTag != pr::kSourceKey) return Presence::unknown;
  const auto found = read_key(values->Value.bin.cb, values->Value.bin.lpb);
  if (!found) return Presence::unknown;
  // Another message under this id says nothing about this one.
  return key.empty() || found.value() == key.bytes() ? Presence::present : Presence::unknown;
}

// The table knows source keys; an entry id is asked where it cannot be restricted to one.
Result<Presence> MapiFolder::probe(const SourceKey& key, const MessageRef& ref) {
  if (!key.empty()) {
    MAPISYNC_TRY(listed, probe_by_table(key));
    if (listed != Presence::unknown) return listed;
  }
  if (ref.empty()) return Presence::unknown;
  return probe_by_opening(key, ref);
}

Result<std::unique_ptr<StateComposer>> MapiFolder::compose_state() {
  return fail(Errc::unsupported, Scope::folder, Retry::never, "states of Extended MAPI cannot be composed");
}

}  // namespace mapisync::mapi
