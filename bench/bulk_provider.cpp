#include "bench/bulk_provider.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace mapisync::bench {

namespace {

constexpr std::uint64_t kMessagesPerStep = 32;

Failure unsupported() { return fail(Errc::unsupported, Scope::folder, Retry::never, "not offered by this mailbox"); }

/// A state is the number of messages it has seen, in digits.
std::uint64_t seen_by(const SyncState& state) {
  std::uint64_t seen = 0;
  std::from_chars(state.bytes.data(), state.bytes.data() + state.bytes.size(), seen);
  return seen;
}

class BulkExporter final : public Exporter {
 public:
  BulkExporter(const BulkMail& mail, std::uint64_t messages) noexcept : mail_(mail), messages_(messages) {}

  Result<void> config(const ConfigOptions& options, ChangeImporter& importer) override {
    importer_ = &importer;
    next_ = seen_by(options.state);
    return success();
  }
  Result<void> config_for_selective_sync(const ConfigOptions& /*options*/, std::span<const SelectiveItem> /*items*/,
                                         ChangeImporter& /*importer*/) override {
    return unsupported();
  }
  Result<StepResult> synchronize(const StopFlag& /*stop*/, std::optional<Duration> /*deadline*/) override {
    const std::uint64_t end = std::min(messages_, next_ + kMessagesPerStep);
    for (; next_ < end; ++next_) MAPISYNC_TRYV(send(next_));
    return StepResult{next_ >= messages_, messages_, next_};
  }
  Result<SyncState> update_state() override { return SyncState{std::to_string(messages_), StateOrigin::opaque}; }

 private:
  Result<void> send(std::uint64_t index) {
    MAPISYNC_TRY(staged, importer_->message_begin(mail_.header(index)));
    if (staged == nullptr) return success();
    MessageContent content = mail_.content(index);
    MAPISYNC_TRYV(staged->set_properties(std::move(content.properties)));
    MAPISYNC_TRYV(staged->set_recipients(std::move(content.recipients)));
    for (Attachment& part : content.attachments) {
      MAPISYNC_TRY(attachment, staged->begin_attachment());
      MAPISYNC_TRYV(attachment->set_properties(std::move(part.properties)));
      MAPISYNC_TRYV(attachment->save());
    }
    return staged->save();
  }

  const BulkMail& mail_;
  std::uint64_t messages_;
  std::uint64_t next_{0};
  ChangeImporter* importer_{nullptr};
};

/// Newest first.
class BulkTable final : public ContentsTable {
 public:
  BulkTable(const BulkMail& mail, std::uint64_t rows) noexcept : mail_(mail), rows_(rows) {}

  Result<std::vector<TableRow>> next(std::size_t max) override {
    std::vector<TableRow> rows;
    for (; rows.size() < max && read_ < rows_; ++read_) rows.push_back(mail_.row(rows_ - 1 - read_));
    return rows;
  }
  Result<void> rewind() override {
    read_ = 0;
    return success();
  }
  Result<std::uint64_t> row_count() override { return rows_; }

 private:
  const BulkMail& mail_;
  std::uint64_t rows_;
  std::uint64_t read_{0};
};

class BulkFolder final : public Folder {
 public:
  BulkFolder(const BulkMail& mail, std::uint64_t messages) noexcept : mail_(mail), messages_(messages) {}

  Result<FolderCounters> counters() override {
    const auto count = static_cast<std::int64_t>(messages_);
    return FolderCounters{count, 0, count, 0};
  }
  Result<std::unique_ptr<Exporter>> open_exporter() override {
    return std::unique_ptr<Exporter>(std::make_unique<BulkExporter>(mail_, messages_));
  }
  Result<std::unique_ptr<ContentsTable>> open_table(TableKind kind, TableOrder /*order*/) override {
    return std::unique_ptr<ContentsTable>(
        std::make_unique<BulkTable>(mail_, kind == TableKind::normal ? messages_ : 0));
  }
  Result<Presence> probe(const SourceKey& /*key*/, const MessageRef& /*ref*/) override { return Presence::present; }
  Result<std::unique_ptr<StateComposer>> compose_state() override { return unsupported(); }

 private:
  const BulkMail& mail_;
  std::uint64_t messages_;
};

FolderInfo root_info() {
  FolderInfo info;
  info.key = FolderKey("root");
  info.name = "Top of Information Store";
  info.is_root = true;
  return info;
}

FolderInfo inbox_info() {
  FolderInfo info;
  info.key = FolderKey("inbox");
  info.name = "Inbox";
  info.role = FolderRole::inbox;
  return info;
}

class BulkHierarchy final : public HierarchyExporter {
 public:
  Result<void> config(const SyncState& state, HierarchyImporter& importer) override {
    if (state.empty()) importer_ = &importer;
    return success();
  }
  Result<StepResult> synchronize(const StopFlag& /*stop*/, std::optional<Duration> /*deadline*/) override {
    if (importer_ != nullptr) MAPISYNC_TRYV(importer_->folder_changed(inbox_info()));
    return StepResult{true, 1, 1};
  }
  Result<SyncState> update_state() override { return SyncState{"1", StateOrigin::opaque}; }

 private:
  HierarchyImporter* importer_{nullptr};  // null: the state has seen the folder
};

class BulkMailbox final : public Mailbox {
 public:
  BulkMailbox(const BulkMail& mail, std::uint64_t messages) noexcept : mail_(mail), messages_(messages) {}

  Result<MailboxIdentity> identity() override { return MailboxIdentity{Bytes(16, 'g'), Bytes(16, 'm'), "bulk"}; }
  std::string server_version() override { return "1"; }
  Capabilities capabilities() override { return {}; }
  Result<FolderInfo> root(const std::string& /*path*/) override { return root_info(); }
  Result<std::unique_ptr<HierarchyExporter>> open_hierarchy(const FolderKey& /*root*/) override {
    return std::unique_ptr<HierarchyExporter>(std::make_unique<BulkHierarchy>());
  }
  Result<std::vector<FolderInfo>> folder_table(const FolderKey& /*root*/) override {
    return std::vector<FolderInfo>{inbox_info()};
  }
  Result<std::unique_ptr<Folder>> open_folder(const FolderKey& key) override {
    return std::unique_ptr<Folder>(std::make_unique<BulkFolder>(mail_, key == inbox_info().key ? messages_ : 0));
  }
  Result<std::unique_ptr<FolderWriter>> open_writer(const FolderKey& /*key*/) override { return unsupported(); }

 private:
  const BulkMail& mail_;
  std::uint64_t messages_;
};

class BulkSession final : public Session {
 public:
  BulkSession(const BulkMail& mail, std::uint64_t messages) noexcept : mail_(mail), messages_(messages) {}
  Result<std::unique_ptr<Mailbox>> open_mailbox() override {
    return std::unique_ptr<Mailbox>(std::make_unique<BulkMailbox>(mail_, messages_));
  }

 private:
  const BulkMail& mail_;
  std::uint64_t messages_;
};

}  // namespace

Result<std::unique_ptr<Session>> BulkProvider::open_session() {
  return std::unique_ptr<Session>(std::make_unique<BulkSession>(mail_, messages_));
}

}  // namespace mapisync::bench
