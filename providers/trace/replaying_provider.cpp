#include "providers/trace/replaying_provider.h"

#include "providers/trace/replaying_exporter.h"
#include "providers/trace/replaying_object.h"

namespace mapisync::trace {

namespace {

class ReplayingTable final : public ContentsTable, Replaying {
 public:
  using Replaying::Replaying;
  Result<std::vector<TableRow>> next(std::size_t max) override {
    Packer how = args();
    how.number(std::uint64_t{max});
    return replay<std::vector<TableRow>>(Op::table_next, how, [](Unpacker& in, std::vector<TableRow>& rows) {
      in.list(rows, [&in](TableRow& row) { fields(in, row); });
    });
  }
  Result<void> rewind() override { return replay(Op::table_rewind, args()); }
  Result<std::uint64_t> row_count() override {
    return replay<std::uint64_t>(Op::table_count, args(), [](Unpacker& in, std::uint64_t& count) { in.number(count); });
  }
};

class ReplayingComposer final : public StateComposer, Replaying {
 public:
  using Replaying::Replaying;
  Result<void> add(std::span<const TableRow> rows) override {
    Packer which = args();
    which.list(rows, [&which](const TableRow& row) {
      which.id(row.source_key);
      which.id(row.change_key);
      which.id(row.ref);
      which.number(row.associated);
    });
    return replay(Op::composer_add, which);
  }
  Result<SyncState> finish() override {
    return replay<SyncState>(Op::composer_finish, args(), [](Unpacker& in, SyncState& state) { fields(in, state); });
  }
};

class ReplayingFolder final : public Folder, Replaying {
 public:
  using Replaying::Replaying;
  Result<FolderCounters> counters() override {
    return replay<FolderCounters>(Op::counters, args(),
                                  [](Unpacker& in, FolderCounters& counters) { fields(in, counters); });
  }
  Result<std::unique_ptr<Exporter>> open_exporter() override {
    return open<ReplayingExporter, Exporter>(Op::open_exporter, args());
  }
  Result<std::unique_ptr<ContentsTable>> open_table(TableKind kind, TableOrder order) override {
    Packer how = args();
    how.choice(kind, TableKind::associated);
    how.choice(order, TableOrder::latest_commit_first);
    return open<ReplayingTable, ContentsTable>(Op::open_table, how);
  }
  Result<Presence> probe(const SourceKey& key, const MessageRef& ref) override {
    Packer which = args();
    which.id(key);
    which.id(ref);
    return replay<Presence>(Op::probe, which,
                            [](Unpacker& in, Presence& presence) { in.choice(presence, Presence::unknown); });
  }
  Result<std::unique_ptr<StateComposer>> compose_state() override {
    return open<ReplayingComposer, StateComposer>(Op::compose_state, args());
  }
};

class ReplayingMailbox final : public Mailbox, Replaying {
 public:
  using Replaying::Replaying;
  Result<MailboxIdentity> identity() override {
    return replay<MailboxIdentity>(Op::identity, args(),
                                   [](Unpacker& in, MailboxIdentity& identity) { fields(in, identity); });
  }
  std::string server_version() override {
    auto version = replay<std::string>(Op::server_version, args(), [](Unpacker& in, std::string& v) { in.raw(v); });
    return version ? std::move(version).value() : std::string();
  }
  Capabilities capabilities() override {
    auto can = replay<Capabilities>(Op::capabilities, args(), [](Unpacker& in, Capabilities& v) { fields(in, v); });
    return can ? can.value() : Capabilities();
  }
  Result<FolderInfo> root(const std::string& path) override {
    Packer which = args();
    which.raw(path);
    return replay<FolderInfo>(Op::root, which, [](Unpacker& in, FolderInfo& info) { fields(in, info); });
  }
  Result<std::unique_ptr<HierarchyExporter>> open_hierarchy(const FolderKey& root) override {
    return open<ReplayingHierarchy, HierarchyExporter>(Op::open_hierarchy, named(root));
  }
  Result<std::vector<FolderInfo>> folder_table(const FolderKey& root) override {
    return replay<std::vector<FolderInfo>>(Op::folder_table, named(root),
                                           [](Unpacker& in, std::vector<FolderInfo>& folders) {
                                             in.list(folders, [&in](FolderInfo& info) { fields(in, info); });
                                           });
  }
  Result<std::unique_ptr<Folder>> open_folder(const FolderKey& key) override {
    return open<ReplayingFolder, Folder>(Op::open_folder, named(key));
  }
  Result<std::unique_ptr<FolderWriter>> open_writer(const FolderKey& key) override {
    MAPISYNC_TRYV(replay(Op::open_writer, named(key)));
    return log_.refuse(malformed("a trace in which something was opened for writing"));
  }

 private:
  Packer named(const FolderKey& key) {
    Packer which = args();
    which.id(key);
    return which;
  }
};

class ReplayingSession final : public Session, Replaying {
 public:
  using Replaying::Replaying;
  Result<std::unique_ptr<Mailbox>> open_mailbox() override {
    return open<ReplayingMailbox, Mailbox>(Op::open_mailbox, args());
  }
};

}  // namespace

Result<std::unique_ptr<Session>> ReplayingProvider::open_session() {
  MAPISYNC_TRY(bytes, log_.ask(Op::open_session, 0, log_.packer()));
  if (!bytes.empty()) return log_.refuse(malformed("a session with an answer"));
  return std::unique_ptr<Session>(std::make_unique<ReplayingSession>(log_));
}

}  // namespace mapisync::trace
