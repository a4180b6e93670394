#include "tests/mapi/mailbox_shim.h"

#include <algorithm>
#include <cstring>

#include "providers/fake/mailbox_keys.h"
#include "providers/fake/server_codes.h"
#include "tests/mapi/mailbox_shim_impl.h"

namespace {

using namespace mapisync;
using mapi_test::ListBuilder;

// The HRESULT of a failure; where the fake did not say one, the one its server has for that code.
std::int32_t code_of(const Failure& failure) {
  std::uint32_t code = failure.raw_code;
  if (code == 0) code = fake::server_failure(failure.errc(), {}).raw_code;
  return static_cast<std::int32_t>(code != 0 ? code : 0x80004005U);
}
template <class T>
std::int32_t code_of(const Result<T>& result) {
  return result ? 0 : code_of(result.error());
}

Result<void> outcome(std::int32_t code) {
  if (code == 0) return success();
  return fail(Errc::internal, Scope::batch, Retry::later, "the collector", static_cast<std::uint32_t>(code));
}

Bytes bytes_of(const std::uint8_t* bytes, std::uint32_t size) {
  return size == 0 ? Bytes() : Bytes(reinterpret_cast<const char*>(bytes), size);
}

std::int64_t ticks_of(Timestamp time) { return filetime_from_unix_micros(time.time_since_epoch().count()); }

// What every forwarding object needs.
struct Way {
  ShimCallbacks call;
  fake::FakeMailbox* box;
  ListBuilder::NumberOf number_of() const {
    return [mailbox = box](const PropertyName& name) { return mailbox->named_property_id(name).value(); };
  }
};

class ForwardStream : public ValueStream {
 public:
  ForwardStream(const Way& way, void* object) : way_(way), object_(object) {}
  ~ForwardStream() override { way_.call.release(object_); }
  Result<void> write(BytesView piece) override {
    return outcome(way_.call.stream_write(object_, reinterpret_cast<const std::uint8_t*>(piece.data()),
                                          static_cast<std::uint32_t>(piece.size())));
  }
  Result<void> commit() override { return outcome(way_.call.stream_commit(object_)); }

 private:
  Way way_;
  void* object_;
};

template <class Port>
class Forward : public Port {
 public:
  Forward(const Way& way, void* object) : way_(way), object_(object) {}
  ~Forward() override { way_.call.release(object_); }
  Forward(const Forward&) = delete;
  Forward& operator=(const Forward&) = delete;

  Result<void> set_properties(PropertyList properties) override {
    ListBuilder list;
    for (const Property& property : properties) list.add(property, way_.number_of());
    const ShimList told = list.list();
    return outcome(way_.call.set_properties(object_, &told));
  }
  Result<std::unique_ptr<ValueStream>> open_stream(PropertyTag tag, std::optional<PropertyName> name,
                                                   std::uint64_t size) override {
    if (name) tag = (static_cast<PropertyTag>(way_.number_of()(*name)) << 16U) | type_of(tag);
    void* stream = nullptr;
    MAPISYNC_TRYV(outcome(way_.call.stream_open(object_, tag, size, &stream)));
    return std::unique_ptr<ValueStream>(std::make_unique<ForwardStream>(way_, stream));
  }
  Result<void> save() override { return outcome(way_.call.save(object_)); }

 protected:
  Way way_;
  void* object_;
};

class ForwardMessage;

class ForwardAttachment : public Forward<StagedAttachment> {
 public:
  using Forward::Forward;
  Result<std::unique_ptr<StagedMessage>> begin_embedded() override;
};

class ForwardMessage : public Forward<StagedMessage> {
 public:
  using Forward::Forward;
  Result<void> set_recipients(std::vector<Recipient> recipients) override {
    std::deque<ListBuilder> lists;
    std::vector<ShimList> rows;
    for (const Recipient& recipient : recipients) {
      ListBuilder& list = lists.emplace_back();
      list.add(0x30000003, static_cast<std::int32_t>(rows.size()));  // PR_ROWID, as tables have it
      for (const Property& property : recipient.properties) list.add(property, way_.number_of());
      rows.push_back(list.list());
    }
    return outcome(way_.call.recipients(object_, rows.data(), static_cast<std::uint32_t>(rows.size())));
  }
  Result<std::unique_ptr<StagedAttachment>> begin_attachment() override {
    void* attachment = nullptr;
    MAPISYNC_TRYV(outcome(way_.call.attachment_begin(object_, &attachment)));
    return std::unique_ptr<StagedAttachment>(std::make_unique<ForwardAttachment>(way_, attachment));
  }
};

Result<std::unique_ptr<StagedMessage>> ForwardAttachment::begin_embedded() {
  void* message = nullptr;
  MAPISYNC_TRYV(outcome(way_.call.embedded_begin(object_, &message)));
  return std::unique_ptr<StagedMessage>(std::make_unique<ForwardMessage>(way_, message));
}

class ForwardImporter : public ChangeImporter {
 public:
  Way way;

  Result<std::unique_ptr<StagedMessage>> message_begin(const MessageHeader& header) override {
    ListBuilder list;
    list.add(pr::kSourceKey, Binary{header.source_key.bytes()});
    list.add(pr::kLastModificationTime, ticks_of(header.last_modified));
    if (!header.change_key.empty()) list.add(pr::kChangeKey, Binary{header.change_key.bytes()});
    list.add(pr::kPredecessorChangeList, Binary{header.predecessor_change_list});
    list.add(pr::kAssociated, header.associated);
    if (!header.ref.empty()) list.add(pr::kEntryId, Binary{header.ref.bytes()});
    if (header.size) list.add(pr::kMessageSize, static_cast<std::int32_t>(*header.size));
    const ShimList told = list.list();
    void* message = nullptr;
    MAPISYNC_TRYV(outcome(way.call.message_begin(way.call.context, &told, header.associated ? 1 : 0, &message)));
    if (message == nullptr) return std::unique_ptr<StagedMessage>();
    return std::unique_ptr<StagedMessage>(std::make_unique<ForwardMessage>(way, message));
  }
  Result<void> deletions(std::span<const SourceKey> keys, DeletionKind kind) override {
    std::vector<ShimItem> items;
    for (const SourceKey& key : keys) items.push_back(item(key, 0));
    return outcome(way.call.deletions(way.call.context, items.data(), static_cast<std::uint32_t>(items.size()),
                                      kind == DeletionKind::hard ? 0 : 1));
  }
  Result<void> read_states(std::span<const ReadStateChange> changes) override {
    std::vector<ShimItem> items;
    for (const ReadStateChange& change : changes) items.push_back(item(change.key, change.read ? 1 : 0));
    return outcome(way.call.read_states(way.call.context, items.data(), static_cast<std::uint32_t>(items.size())));
  }
  // COM has no call for it.
  Result<void> message_error(const MessageError&) override { return success(); }

 private:
  static ShimItem item(const SourceKey& key, std::int64_t whole) {
    return {whole, 0, reinterpret_cast<const std::uint8_t*>(key.bytes().data()),
            static_cast<std::uint32_t>(key.bytes().size())};
  }
};

}  // namespace

struct ShimExporter {
  ShimFolder& folder;
  std::unique_ptr<Exporter> exporter;
  ForwardImporter importer;
  Bytes state;
};

struct ShimTable {
  ShimFolder& folder;
  TableKind kind;
  std::unique_ptr<ContentsTable> table;
  std::deque<ListBuilder> builders;
  std::vector<ShimList> rows;
};

// The header gives these C linkage.

std::int32_t shim_open_exporter(ShimFolder* folder, ShimExporter** exporter) {
  auto opened = folder->folder.open_exporter();
  if (!opened) return code_of(opened);
  *exporter = new ShimExporter{*folder, std::move(opened).value(), {}, {}};
  return 0;
}

void shim_close_exporter(ShimExporter* exporter) { delete exporter; }

std::uint32_t shim_has_selective(ShimFolder* folder) { return folder->selective == Known::yes ? 1 : 0; }

std::int32_t shim_configure(ShimExporter* exporter, const ShimConfig* config, const ShimCallbacks* callbacks) {
  exporter->importer.way = {*callbacks, &exporter->folder.box};
  ConfigOptions options;
  options.state.bytes = bytes_of(config->state, config->state_size);
  options.flags = config->flags;
  options.buffer_size = config->buffer_size;
  for (std::uint32_t i = 0; i < config->excluded_count; ++i) {
    options.excluded.emplace_back(bytes_of(config->excluded[i].bytes, config->excluded[i].size));
  }
  options.include.assign(config->include, config->include + config->include_count);
  options.exclude.assign(config->exclude, config->exclude + config->exclude_count);
  if (config->messages == nullptr) return code_of(exporter->exporter->config(options, exporter->importer));
  // A list does not say what its ids are; a server sees it.
  std::vector<SelectiveItem> items;
  options.id_form = IdForm::entry_id;
  for (std::uint32_t i = 0; i < config->message_count; ++i) {
    const Bytes id = bytes_of(config->messages[i].bytes, config->messages[i].size);
    items.push_back({MessageRef(id), SourceKey(id)});
    if (!fake::parse_ref(MessageRef(id))) options.id_form = IdForm::source_key;
  }
  return code_of(exporter->exporter->config_for_selective_sync(options, items, exporter->importer));
}

std::int32_t shim_synchronize(ShimExporter* exporter, std::uint32_t* done, std::uint32_t* steps,
                              std::uint32_t* progress) {
  auto step = exporter->exporter->synchronize(StopFlag(), std::nullopt);
  if (!step) return code_of(step);
  *done = step.value().done ? 1 : 0;
  *steps = static_cast<std::uint32_t>(step.value().steps);
  *progress = static_cast<std::uint32_t>(step.value().progress);
  return 0;
}

std::int32_t shim_state(ShimExporter* exporter, const std::uint8_t** state, std::uint32_t* size) {
  auto told = exporter->exporter->update_state();
  if (!told) return code_of(told);
  exporter->state = std::move(told).value().bytes;
  *state = reinterpret_cast<const std::uint8_t*>(exporter->state.data());
  *size = static_cast<std::uint32_t>(exporter->state.size());
  return 0;
}

std::int32_t shim_open_table(ShimFolder* folder, std::uint32_t associated, ShimTable** table) {
  const TableKind kind = associated != 0 ? TableKind::associated : TableKind::normal;
  auto opened = folder->folder.open_table(kind, TableOrder::newest_first);
  if (!opened) return code_of(opened);
  *table = new ShimTable{*folder, kind, std::move(opened).value(), {}, {}};
  return 0;
}

void shim_close_table(ShimTable* table) { delete table; }

std::int32_t shim_sort(ShimTable* table, std::uint32_t latest_commit) {
  auto opened = table->folder.folder.open_table(
      table->kind, latest_commit != 0 ? TableOrder::latest_commit_first : TableOrder::newest_first);
  if (!opened) return code_of(opened);
  table->table = std::move(opened).value();
  return 0;
}

std::int32_t shim_rewind(ShimTable* table) { return code_of(table->table->rewind()); }

std::int32_t shim_count(ShimTable* table, std::uint32_t* count) {
  auto rows = table->table->row_count();
  if (rows) *count = static_cast<std::uint32_t>(rows.value());
  return code_of(rows);
}

namespace {

template <class T>
void add_column(ListBuilder& list, PropertyTag tag, const Column<T>& column) {
  if (column.error != Errc::ok) {
    list.add(tag, PropertyError{column.error == Errc::corrupt_data ? 0x8004011BU : 0x80004005U});
  } else if (column.value) {
    if constexpr (std::is_same_v<T, std::string>) {
      if (type_of(tag) == pt::kBinary)
        list.add(tag, Binary{*column.value});
      else
        list.add(tag, Text{*column.value});
    } else if constexpr (std::is_same_v<T, Timestamp>) {
      list.add(tag, ticks_of(*column.value));
    } else {
      list.add(tag, static_cast<std::int32_t>(*column.value));
    }
  }
}

void put_row(ListBuilder& list, const TableRow& row) {
  constexpr PropertyTag kLongTermEntryId = 0x66700102, kLocalCommitTime = 0x67090040;
  if (!row.ref.empty()) {
    list.add(kLongTermEntryId, Binary{row.ref.bytes()});
    list.add(pr::kEntryId, Binary{"short-term: " + row.ref.bytes()});
  }
  if (!row.source_key.empty()) list.add(pr::kSourceKey, Binary{row.source_key.bytes()});
  if (!row.change_key.empty()) list.add(pr::kChangeKey, Binary{row.change_key.bytes()});
  add_column(list, pr::kMessageFlags, row.read);  // MSGFLAG_READ is bit 0
  add_column(list, pr::kMessageSize, row.size);
  add_column(list, pr::kDeliveryTime, row.delivered);
  add_column(list, pr::kLastModificationTime, row.modified);
  add_column(list, kLocalCommitTime, row.committed);
  add_column(list, pr::kSenderName, row.sender);
  add_column(list, pr::kSubject, row.subject);
  add_column(list, pr::kMessageClass, row.message_class);
  add_column(list, pr::kInternetMessageId, row.internet_message_id);
  add_column(list, pr::kSearchKey, row.search_key);
  add_column(list, pr::kDisplayTo, row.recipients);
  add_column(list, pr::kClientSubmitTime, row.sent);
}

fake::FakeMailbox& box_of(ShimFolder* folder) { return folder->box; }

constexpr std::int32_t kNotFound = static_cast<std::int32_t>(0x8004010FU);

}  // namespace

std::int32_t shim_rows(ShimTable* table, std::uint32_t max, const ShimList** rows, std::uint32_t* count) {
  auto page = table->table->next(max);
  if (!page) return code_of(page);
  table->builders.clear();
  table->rows.clear();
  for (const TableRow& row : page.value()) {
    put_row(table->builders.emplace_back(), row);
    table->rows.push_back(table->builders.back().list());
  }
  *rows = table->rows.data();
  *count = static_cast<std::uint32_t>(table->rows.size());
  return 0;
}

std::int32_t shim_counters(ShimFolder* folder, const ShimList** counters) {
  auto told = folder->folder.counters();
  if (!told) return code_of(told);
  ListBuilder& list = folder->counters;
  list.clear();
  const auto add = [&](PropertyTag tag, const std::optional<std::int64_t>& value) {
    if (!value) return;
    if (type_of(tag) == pt::kSysTime)
      list.add(tag, *value);
    else
      list.add(tag, static_cast<std::int32_t>(*value));
  };
  add(0x670A0040, told.value().commit_time_max);
  add(0x670B0003, told.value().deleted_total);
  add(0x36020003, told.value().normal);
  add(0x36170003, told.value().associated);
  folder->counters_list = list.list();
  *counters = &folder->counters_list;
  return 0;
}

std::int32_t shim_find(ShimFolder* folder, const std::uint8_t* id, std::uint32_t size, std::uint8_t* key,
                       std::uint32_t* key_size) {
  const MessageRef ref(bytes_of(id, size));
  const auto parts = fake::parse_ref(ref);
  if (!parts) return static_cast<std::int32_t>(0x80040107U);
  auto there = folder->folder.probe(SourceKey(), ref);
  if (!there) return code_of(there);
  if (there.value() != Presence::present) return kNotFound;
  auto message = box_of(folder).message_by_mid(parts->mid);
  if (!message || !message.value()) return kNotFound;
  const Bytes& found = message.value()->source_key.bytes();
  *key_size = static_cast<std::uint32_t>(std::min<std::size_t>(found.size(), 256));
  std::memcpy(key, found.data(), *key_size);
  return 0;
}

std::int32_t shim_name_of(ShimFolder* folder, std::uint16_t id, ShimName* name) {
  auto found = box_of(folder).named_property(id);
  if (!found || !found.value()) return kNotFound;
  *name = {};
  std::memcpy(name->set, found.value()->set.data(), 16);
  if (const auto* number = std::get_if<std::uint32_t>(&found.value()->id)) {
    name->number = *number;
  } else {
    name->is_text = 1;
    const std::string& text = std::get<std::string>(found.value()->id);
    std::memcpy(name->text, text.data(), std::min<std::size_t>(text.size(), sizeof(name->text) - 1));
  }
  return 0;
}

// Only of names that the mailbox has: to ask it for another one would make a number.
std::int32_t shim_id_of(ShimFolder* folder, const ShimName* name, std::uint16_t* id) {
  for (std::uint32_t candidate = 0x8000; candidate < 0x10000; ++candidate) {
    ShimName known;
    if (shim_name_of(folder, static_cast<std::uint16_t>(candidate), &known) != 0) break;
    if (std::memcmp(&known, name, sizeof(known)) != 0) continue;
    *id = static_cast<std::uint16_t>(candidate);
    return 0;
  }
  return kNotFound;
}
