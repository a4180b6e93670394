#include "tests/mapi/mapi_way.h"

#include "tests/mapi/mailbox_shim_impl.h"

namespace mapisync::mapi_test {
namespace {

Failure not_here() { return fail(Errc::unsupported, Scope::mailbox, Retry::never, "not a part of this slice"); }

// Owns what the shim borrows; forwards everything to the folder under test.
class WholeFolder : public Folder {
 public:
  WholeFolder(fake::FakeProvider& server, std::unique_ptr<Folder> behind, mapi::Runtime runtime)
      : behind_(std::move(behind)),
        shim_{server.mailbox(), *behind_, server.plan().server.selective_sync, {}, {}},
        folder_(std::move(runtime), mapi::ComPtr<mapi::IMAPIContainer>::adopt(
                                        static_cast<mapi::IMAPIContainer*>(fake_mapi_open_folder(&shim_)))) {}

  Result<FolderCounters> counters() override { return folder_.counters(); }
  Result<std::unique_ptr<Exporter>> open_exporter() override { return folder_.open_exporter(); }
  Result<std::unique_ptr<ContentsTable>> open_table(TableKind kind, TableOrder order) override {
    return folder_.open_table(kind, order);
  }
  Result<Presence> probe(const SourceKey& key, const MessageRef& ref) override { return folder_.probe(key, ref); }
  Result<std::unique_ptr<StateComposer>> compose_state() override { return folder_.compose_state(); }

 private:
  std::unique_ptr<Folder> behind_;
  ShimFolder shim_;
  mapi::MapiFolder folder_;
};

class MapiMailbox : public Mailbox {
 public:
  MapiMailbox(fake::FakeProvider& server, std::unique_ptr<Mailbox> behind, mapi::Runtime runtime)
      : server_(server), behind_(std::move(behind)), runtime_(std::move(runtime)) {}
  Result<std::unique_ptr<Folder>> open_folder(const FolderKey& key) override {
    MAPISYNC_TRY(behind, behind_->open_folder(key));
    return std::unique_ptr<Folder>(std::make_unique<WholeFolder>(server_, std::move(behind), runtime_));
  }
  Capabilities capabilities() override { return {}; }
  std::string server_version() override { return "fake MAPI"; }
  Result<MailboxIdentity> identity() override { return not_here(); }
  Result<FolderInfo> root(const std::string&) override { return not_here(); }
  Result<std::unique_ptr<HierarchyExporter>> open_hierarchy(const FolderKey&) override { return not_here(); }
  Result<std::vector<FolderInfo>> folder_table(const FolderKey&) override { return not_here(); }
  Result<std::unique_ptr<FolderWriter>> open_writer(const FolderKey&) override { return not_here(); }

 private:
  fake::FakeProvider& server_;
  std::unique_ptr<Mailbox> behind_;
  mapi::Runtime runtime_;
};

class MapiSession : public Session {
 public:
  MapiSession(fake::FakeProvider& server, std::unique_ptr<Session> behind, mapi::Runtime runtime)
      : server_(server), behind_(std::move(behind)), runtime_(std::move(runtime)) {}
  Result<std::unique_ptr<Mailbox>> open_mailbox() override {
    MAPISYNC_TRY(behind, behind_->open_mailbox());
    return std::unique_ptr<Mailbox>(std::make_unique<MapiMailbox>(server_, std::move(behind), runtime_));
  }

 private:
  fake::FakeProvider& server_;
  std::unique_ptr<Session> behind_;
  mapi::Runtime runtime_;
};

class MapiProvider : public Provider {
 public:
  MapiProvider(fake::FakeProvider& server, mapi::Runtime runtime) : server_(server), runtime_(std::move(runtime)) {}
  Result<std::unique_ptr<Session>> open_session() override {
    MAPISYNC_TRY(behind, server_.open_session());
    return std::unique_ptr<Session>(std::make_unique<MapiSession>(server_, std::move(behind), runtime_));
  }

 private:
  fake::FakeProvider& server_;
  mapi::Runtime runtime_;
};

}  // namespace

std::unique_ptr<Provider> open_mapi_provider(fake::FakeProvider& server, const mapi::Runtime& runtime) {
  return std::make_unique<MapiProvider>(server, runtime);
}

}  // namespace mapisync::mapi_test
