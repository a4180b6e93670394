#include "providers/trace/recording_provider.h"

#include "providers/trace/recording_exporter.h"
#include "providers/trace/recording_hierarchy.h"
#include "providers/trace/recording_object.h"

namespace mapisync::trace {

namespace {

/// The rows that a state is made of, by what the state can hold of them.
void pack_versions(Packer& packer, std::span<const TableRow> rows) {
  packer.list(rows, [&packer](const TableRow& row) {
    packer.id(row.source_key);
    packer.id(row.change_key);
    packer.id(row.ref);
    packer.number(row.associated);
  });
}

class RecordingTable final : public ContentsTable, Recorded<ContentsTable> {
 public:
  using Recorded::Recorded;
  Result<std::vector<TableRow>> next(std::size_t max) override {
    Packer how = args();
    how.number(std::uint64_t{max});
    return record(
        Op::table_next, how, [&] { return inner_->next(max); },
        [](Packer& payload, const std::vector<TableRow>& rows) {
          payload.list(rows, [&payload](const TableRow& row) { fields(payload, row); });
        });
  }
  Result<void> rewind() override {
    return record(Op::table_rewind, args(), [&] { return inner_->rewind(); });
  }
  Result<std::uint64_t> row_count() override {
    return record(
        Op::table_count, args(), [&] { return inner_->row_count(); },
        [](Packer& payload, std::uint64_t count) { payload.number(count); });
  }
};

class RecordingComposer final : public StateComposer, Recorded<StateComposer> {
 public:
  using Recorded::Recorded;
  Result<void> add(std::span<const TableRow> rows) override {
    Packer which = args();
    pack_versions(which, rows);
    return record(Op::composer_add, which, [&] { return inner_->add(rows); });
  }
  Result<SyncState> finish() override {
    return record(
        Op::composer_finish, args(), [&] { return inner_->finish(); },
        [](Packer& payload, const SyncState& state) { fields(payload, state); });
  }
};

class RecordingFolder final : public Folder, Recorded<Folder> {
 public:
  using Recorded::Recorded;
  Result<FolderCounters> counters() override {
    return record(
        Op::counters, args(), [&] { return inner_->counters(); },
        [](Packer& payload, const FolderCounters& counters) { fields(payload, counters); });
  }
  Result<std::unique_ptr<Exporter>> open_exporter() override {
    return open<RecordingExporter, Exporter>(Op::open_exporter, args(), [&] { return inner_->open_exporter(); });
  }
  Result<std::unique_ptr<ContentsTable>> open_table(TableKind kind, TableOrder order) override {
    Packer how = args();
    how.choice(kind, TableKind::associated);
    how.choice(order, TableOrder::latest_commit_first);
    return open<RecordingTable, ContentsTable>(Op::open_table, how, [&] { return inner_->open_table(kind, order); });
  }
  Result<Presence> probe(const SourceKey& key, const MessageRef& ref) override {
    Packer which = args();
    which.id(key);
    which.id(ref);
    return record(
        Op::probe, which, [&] { return inner_->probe(key, ref); },
        [](Packer& payload, Presence presence) { payload.choice(presence, Presence::unknown); });
  }
  Result<std::unique_ptr<StateComposer>> compose_state() override {
    return open<RecordingComposer, StateComposer>(Op::compose_state, args(), [&] { return inner_->compose_state(); });
  }
};

class RecordingMailbox final : public Mailbox, Recorded<Mailbox> {
 public:
  using Recorded::Recorded;
  Result<MailboxIdentity> identity() override {
    return record(
        Op::identity, args(), [&] { return inner_->identity(); },
        [](Packer& payload, const MailboxIdentity& identity) { fields(payload, identity); });
  }
  std::string server_version() override {
    return record(
               Op::server_version, args(), [&] { return Result<std::string>(inner_->server_version()); },
               [](Packer& payload, const std::string& version) { payload.raw(version); })
        .value();
  }
  Capabilities capabilities() override {
    recorder_.call(Op::capabilities, number_, args());
    const Result<Capabilities> can = inner_->capabilities();
    recorder_.redactor().set_placeholder(can.value().placeholder);
    recorder_.answer(can, [](Packer& payload, const Capabilities& value) { fields(payload, value); });
    return can.value();
  }
  Result<FolderInfo> root(const std::string& path) override {
    Packer which = args();
    which.raw(path);
    return record(
        Op::root, which, [&] { return inner_->root(path); },
        [](Packer& payload, const FolderInfo& info) { fields(payload, info); });
  }
  Result<std::unique_ptr<HierarchyExporter>> open_hierarchy(const FolderKey& root) override {
    return open<RecordingHierarchy, HierarchyExporter>(Op::open_hierarchy, named(root),
                                                       [&] { return inner_->open_hierarchy(root); });
  }
  Result<std::vector<FolderInfo>> folder_table(const FolderKey& root) override {
    return record(
        Op::folder_table, named(root), [&] { return inner_->folder_table(root); },
        [](Packer& payload, const std::vector<FolderInfo>& folders) {
          payload.list(folders, [&payload](const FolderInfo& info) { fields(payload, info); });
        });
  }
  Result<std::unique_ptr<Folder>> open_folder(const FolderKey& key) override {
    return open<RecordingFolder, Folder>(Op::open_folder, named(key), [&] { return inner_->open_folder(key); });
  }
  Result<std::unique_ptr<FolderWriter>> open_writer(const FolderKey& key) override {
    recorder_.call(Op::open_writer, number_, named(key));
    const Result<void> refused =
        fail(Errc::no_access, Scope::folder, Retry::never, "runs that are recorded write to no mailbox");
    recorder_.answer(refused, [](Packer& /*payload*/, const auto& /*nothing*/) {});
    return refused.error();
  }

 private:
  Packer named(const FolderKey& key) {
    Packer which = args();
    which.id(key);
    return which;
  }
};

class RecordingSession final : public Session, Recorded<Session> {
 public:
  using Recorded::Recorded;
  Result<std::unique_ptr<Mailbox>> open_mailbox() override {
    return open<RecordingMailbox, Mailbox>(Op::open_mailbox, args(), [&] { return inner_->open_mailbox(); });
  }
};

}  // namespace

Result<std::unique_ptr<Session>> RecordingProvider::open_session() {
  recorder_.call(Op::open_session, 0, recorder_.packer());
  Result<std::unique_ptr<Session>> opened = provider_.open_session();
  recorder_.answer(opened, [](Packer& /*payload*/, const auto& /*object*/) {});
  if (!opened) return opened.error();
  return std::unique_ptr<Session>(std::make_unique<RecordingSession>(std::move(opened).value(), recorder_));
}

}  // namespace mapisync::trace
