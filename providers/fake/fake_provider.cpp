#include "providers/fake/fake_provider.h"

#include "providers/fake/fake_folder.h"
#include "providers/fake/fake_hierarchy.h"
#include "providers/fake/fake_server.h"

namespace mapisync::fake {
namespace {

class FakeMailboxPort : public Mailbox {
 public:
  explicit FakeMailboxPort(Below below) : below_(std::move(below)), server_(*below_.server) {}

  Result<MailboxIdentity> identity() override {
    MAPISYNC_TRYV(below_.enter(PortCall::identity));
    return server_.mailbox().identity();
  }

  // What can differ from server to server is a part of its version: what was learned of one says nothing of another.
  std::string server_version() override { return "Fake Exchange 14.3 " + server_.profile_digest(); }

  Capabilities capabilities() override {
    Capabilities told = server_.profile().announced;
    told.exact_sizes = server_.profile().exact_sizes;
    if (server_.profile().tells_placeholder) told.placeholder = kPlaceholderBegin;
    return told;
  }

  Result<FolderInfo> root(const std::string& path) override {
    MAPISYNC_TRYV(below_.enter(PortCall::root));
    MAPISYNC_TRY(is_public, server_.mailbox().is_public());
    if (is_public) return server_failure(Errc::unsupported, "public folders are not synchronized; name a mailbox");
    MAPISYNC_TRY(id, server_.mailbox().folder(path));
    MAPISYNC_TRY(record, server_.mailbox().folder_record(id));
    FolderInfo info = record.info;
    info.parent = FolderKey();
    info.is_root = true;
    return info;
  }

  Result<std::unique_ptr<HierarchyExporter>> open_hierarchy(const FolderKey& root) override {
    MAPISYNC_TRYV(below_.enter(PortCall::open_hierarchy));
    MAPISYNC_TRY(id, living(root));
    return std::unique_ptr<HierarchyExporter>(std::make_unique<FakeHierarchyExporter>(below_, id));
  }

  Result<std::vector<FolderInfo>> folder_table(const FolderKey& root) override {
    MAPISYNC_TRYV(below_.enter(PortCall::folder_table));
    MAPISYNC_TRY(id, living(root));
    MAPISYNC_TRY(folders, server_.mailbox().descendants(id));
    std::vector<FolderInfo> out;
    for (const FolderRecord& folder : folders) out.push_back(seen_from(folder, id));
    return out;
  }

  Result<std::unique_ptr<Folder>> open_folder(const FolderKey& key) override {
    MAPISYNC_TRYV(below_.enter(PortCall::open_folder));
    MAPISYNC_TRY(id, living(key));
    MAPISYNC_TRY(record, server_.mailbox().folder_record(id));
    if (record.open_error) return server_failure(*record.open_error, "open a folder");
    if (below_.session->folders >= server_.profile().folders_max) {
      return server_failure(Errc::out_of_resources, "too many folders are open in this session");
    }
    return std::unique_ptr<Folder>(std::make_unique<FakeFolder>(below_, id));
  }

  Result<std::unique_ptr<FolderWriter>> open_writer(const FolderKey& key) override {
    MAPISYNC_TRYV(below_.enter(PortCall::open_writer));
    if (!below_.session->may_write || server_.profile().writes != Known::yes) {
      return server_failure(Errc::no_access, "the session was opened for reading");
    }
    MAPISYNC_TRY(id, living(key));
    return std::unique_ptr<FolderWriter>(std::make_unique<FakeFolderWriter>(below_, id));
  }

 private:
  Result<FakeFolderId> living(const FolderKey& key) {
    MAPISYNC_TRY(folder, server_.mailbox().folder_by_key(key));
    if (!folder) return server_failure(Errc::not_found, "no such folder");
    if (folder->deleted) return server_failure(Errc::object_deleted, "the folder was deleted");
    return folder->id;
  }

  Below below_;
  FakeServer& server_;
};

class FakeSession : public Session {
 public:
  FakeSession(std::shared_ptr<FakeServer> server, std::shared_ptr<SessionState> state)
      : server_(std::move(server)), state_(std::move(state)) {}

  Result<std::unique_ptr<Mailbox>> open_mailbox() override {
    MAPISYNC_TRYV(server_->enter(PortCall::open_mailbox, state_.get()));
    if (server_->logons >= server_->profile().logons_max) {
      return server_failure(Errc::out_of_resources, "log on: too many logons; something was not released");
    }
    Below below{server_, state_, std::make_shared<Token>(server_, server_->logons), nullptr};
    return std::unique_ptr<Mailbox>(std::make_unique<FakeMailboxPort>(std::move(below)));
  }

 private:
  std::shared_ptr<FakeServer> server_;
  std::shared_ptr<SessionState> state_;
};

}  // namespace

FakeProvider::FakeProvider(std::shared_ptr<FakeServer> server, std::optional<FakeMailbox> owned)
    : owned_(std::move(owned)), server_(std::move(server)) {
  if (owned_) server_->set_mailbox(*owned_);
}
FakeProvider::~FakeProvider() = default;

Result<std::unique_ptr<Session>> FakeProvider::open_session() {
  MAPISYNC_TRYV(server_->enter(PortCall::open_session, nullptr));
  auto state = std::make_shared<SessionState>();
  state->epoch = server_->epoch();
  state->may_write = server_->writes_allowed;
  return std::unique_ptr<Session>(std::make_unique<FakeSession>(server_, std::move(state)));
}

FakeMailbox& FakeProvider::mailbox() { return server_->mailbox(); }
const FaultPlan& FakeProvider::plan() const { return server_->plan(); }
void FakeProvider::set_plan(FaultPlan plan) { server_->set_plan(std::move(plan)); }
void FakeProvider::set_conversion(const ConversionContext& context) { server_->conversion = context; }
void FakeProvider::allow_writes(bool allowed) { server_->writes_allowed = allowed; }
void FakeProvider::fail_call(std::uint64_t index, Failure failure) {
  server_->scheduled.insert_or_assign(index, std::move(failure));
}
void FakeProvider::on_call(std::function<void(std::uint64_t, PortCall)> hook) { server_->hook = std::move(hook); }
void FakeProvider::on_message_read(std::function<void()> hook) { server_->on_message_read = std::move(hook); }
void FakeProvider::on_client_death(std::function<void()> end) { server_->on_client_death = std::move(end); }

void FakeProvider::kill_server() { server_->kill(); }
void FakeProvider::restart_server() { server_->restart(); }
void FakeProvider::drop_sessions() { server_->drop_sessions(); }

ServerCounts FakeProvider::counts() const {
  ServerCounts counts = server_->counts;
  counts.logons = server_->logons;
  return counts;
}

Result<std::vector<FolderTruth>> FakeProvider::ground_truth() {
  MAPISYNC_TRY(folders, server_->mailbox().ground_truth(server_->converter, server_->conversion));
  for (FolderTruth& folder : folders) {
    for (MessageTruth& message : folder.messages) {
      MAPISYNC_TRY(record, server_->mailbox().message_record(message.id));
      const std::optional<Damage> damage = server_->damage_of(record);
      if (damage == message.damage) continue;
      message.damage = damage;
      message.exports = !damage && server_->content_of(record).has_value();
    }
  }
  return std::move(folders);
}

Result<MessageContent> FakeProvider::expected_content(FakeMessageId message) {
  MAPISYNC_TRY(record, server_->mailbox().message_record(message));
  return server_->content_of(record);
}

std::unique_ptr<FakeProvider> open_provider(FakeMailbox& mailbox, FaultPlan plan, ContentConverter* converter,
                                            Log log) {
  auto server = std::make_shared<FakeServer>(mailbox, std::move(plan), converter, std::move(log));
  return std::unique_ptr<FakeProvider>(new FakeProvider(std::move(server), std::nullopt));
}

Result<std::unique_ptr<FakeProvider>> open_provider(const std::string& path, FaultPlan plan,
                                                    ContentConverter* converter, Log log) {
  MAPISYNC_TRY(mailbox, FakeMailbox::open(path));
  auto server = std::make_shared<FakeServer>(mailbox, std::move(plan), converter, std::move(log));
  return std::unique_ptr<FakeProvider>(new FakeProvider(std::move(server), std::move(mailbox)));
}

}  // namespace mapisync::fake
