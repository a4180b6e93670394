#include "bench/noisy_provider.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace mapisync::bench {

namespace {

constexpr std::size_t kKeyBytes = 22;
constexpr std::uint32_t kNoisyMessagesPerStep = 32;
constexpr Timestamp kAnyTime{Duration{1'600'000'000'000'000}};

Failure not_offered() { return fail(Errc::unsupported, Scope::folder, Retry::never, "not offered by this mailbox"); }

MessageRef ref_of(std::uint32_t index) { return MessageRef(noisy_key(index).bytes()); }

class NoisyExporter final : public Exporter {
 public:
  NoisyExporter(NoisyProvider& server, bool empty) : server_(server), empty_(empty) {}

  Result<void> config(const ConfigOptions& options, ChangeImporter& importer) override {
    if (!options.excluded.empty()) return not_offered();
    if (!empty_ && options.state.empty() && (options.flags & sync_flag::kCatchUp) == 0) {
      list_.resize(server_.folder().messages);
      std::iota(list_.begin(), list_.end(), 0U);
    }
    return begin(importer);
  }
  Result<void> config_for_selective_sync(const ConfigOptions& /*options*/, std::span<const SelectiveItem> items,
                                         ChangeImporter& importer) override {
    for (const SelectiveItem& item : items) list_.push_back(noisy_index(item.key));
    return begin(importer);
  }
  Result<StepResult> synchronize(const StopFlag& /*stop*/, std::optional<Duration> /*deadline*/) override {
    const std::size_t end = std::min<std::size_t>(list_.size(), next_ + kNoisyMessagesPerStep);
    for (; next_ < end; ++next_) {
      if (fails_at_ == next_) return by_chance();
      if (server_.folder().bad[list_[next_]]) {
        return fail(Errc::call_failed, Scope::folder, Retry::now, "synchronize", 0x80004005);
      }
      MAPISYNC_TRYV(send(list_[next_]));
    }
    if (next_ == list_.size() && fails_at_ == next_) return by_chance();
    return StepResult{next_ == list_.size(), list_.size(), next_};
  }
  Result<SyncState> update_state() override { return SyncState{"all", StateOrigin::opaque}; }

 private:
  /// Before any message, or behind the last one.
  Result<void> begin(ChangeImporter& importer) {
    importer_ = &importer;
    ++server_.counts().exports;
    if (!server_.happens(server_.folder().failing)) return success();
    fails_at_ = server_.below(static_cast<std::uint32_t>(list_.size()) + 1);
    return success();
  }

  Failure by_chance() {
    ++server_.counts().by_chance;
    if (list_.size() == 1 && !server_.folder().bad[list_.front()]) ++server_.counts().good_ones_alone;
    return server_.noise();
  }

  Result<void> send(std::uint32_t index) {
    MessageHeader header;
    header.source_key = noisy_key(index);
    header.change_key = ChangeKey("1");
    header.last_modified = kAnyTime;
    header.ref = ref_of(index);
    MAPISYNC_TRY(staged, importer_->message_begin(header));
    return staged == nullptr ? Result<void>(success()) : staged->save();
  }

  NoisyProvider& server_;
  bool empty_;
  std::vector<std::uint32_t> list_;
  std::size_t next_{0};
  std::optional<std::size_t> fails_at_;
  ChangeImporter* importer_{nullptr};
};

/// Newest first.
class NoisyTable final : public ContentsTable {
 public:
  explicit NoisyTable(std::uint32_t rows) : rows_(rows) {}

  Result<std::vector<TableRow>> next(std::size_t max) override {
    std::vector<TableRow> rows;
    for (; rows.size() < max && read_ < rows_; ++read_) {
      TableRow row;
      const std::uint32_t index = rows_ - 1 - read_;
      row.ref = ref_of(index);
      row.source_key = noisy_key(index);
      row.change_key = ChangeKey("1");
      row.delivered = row.modified = row.committed = kAnyTime;
      rows.push_back(std::move(row));
    }
    return rows;
  }
  Result<void> rewind() override {
    read_ = 0;
    return success();
  }
  Result<std::uint64_t> row_count() override { return rows_; }

 private:
  std::uint32_t rows_;
  std::uint32_t read_{0};
};

class OneFolder final : public Folder {
 public:
  OneFolder(NoisyProvider& server, bool empty)
      : server_(server), empty_(empty), messages_(empty ? 0 : server.folder().messages) {}

  Result<FolderCounters> counters() override { return FolderCounters{messages_, 0, messages_, 0}; }
  Result<std::unique_ptr<Exporter>> open_exporter() override {
    MAPISYNC_TRYV(server_.enter());
    return std::unique_ptr<Exporter>(std::make_unique<NoisyExporter>(server_, empty_));
  }
  Result<std::unique_ptr<ContentsTable>> open_table(TableKind kind, TableOrder /*order*/) override {
    const std::uint32_t rows = kind == TableKind::normal ? messages_ : 0;
    return std::unique_ptr<ContentsTable>(std::make_unique<NoisyTable>(rows));
  }
  Result<Presence> probe(const SourceKey& /*key*/, const MessageRef& /*ref*/) override { return Presence::present; }
  Result<std::unique_ptr<StateComposer>> compose_state() override { return not_offered(); }

 private:
  NoisyProvider& server_;
  bool empty_;
  std::uint32_t messages_;
};

FolderInfo folder_named(const char* key, bool root) {
  FolderInfo info;
  info.key = FolderKey(key);
  info.name = key;
  info.is_root = root;
  return info;
}

class OneFolderHierarchy final : public HierarchyExporter {
 public:
  Result<void> config(const SyncState& state, HierarchyImporter& importer) override {
    if (state.empty()) importer_ = &importer;
    return success();
  }
  Result<StepResult> synchronize(const StopFlag& /*stop*/, std::optional<Duration> /*deadline*/) override {
    if (importer_ != nullptr) MAPISYNC_TRYV(importer_->folder_changed(folder_named("inbox", false)));
    return StepResult{true, 1, 1};
  }
  Result<SyncState> update_state() override { return SyncState{"1", StateOrigin::opaque}; }

 private:
  HierarchyImporter* importer_{nullptr};
};

class OneFolderMailbox final : public Mailbox {
 public:
  explicit OneFolderMailbox(NoisyProvider& server) : server_(server) {}

  Result<MailboxIdentity> identity() override { return MailboxIdentity{Bytes(16, 'g'), Bytes(16, 'm'), "noisy"}; }
  std::string server_version() override { return "1"; }
  Capabilities capabilities() override {
    Capabilities known;
    known.selective_sync = Known::yes;
    known.id_form = IdForm::entry_id;
    known.catch_up = CatchUp::free;
    known.composed_state = known.restriction = known.per_message_errors = Known::no;
    return known;
  }
  Result<FolderInfo> root(const std::string& /*path*/) override { return folder_named("root", true); }
  Result<std::unique_ptr<HierarchyExporter>> open_hierarchy(const FolderKey& /*root*/) override {
    return std::unique_ptr<HierarchyExporter>(std::make_unique<OneFolderHierarchy>());
  }
  Result<std::vector<FolderInfo>> folder_table(const FolderKey& /*root*/) override {
    return std::vector<FolderInfo>{folder_named("inbox", false)};
  }
  Result<std::unique_ptr<Folder>> open_folder(const FolderKey& key) override {
    return std::unique_ptr<Folder>(std::make_unique<OneFolder>(server_, key == FolderKey("root")));
  }
  Result<std::unique_ptr<FolderWriter>> open_writer(const FolderKey& /*key*/) override { return not_offered(); }

 private:
  NoisyProvider& server_;
};

class NoisySession final : public Session {
 public:
  explicit NoisySession(NoisyProvider& server) : server_(server) {}
  Result<std::unique_ptr<Mailbox>> open_mailbox() override {
    return std::unique_ptr<Mailbox>(std::make_unique<OneFolderMailbox>(server_));
  }

 private:
  NoisyProvider& server_;
};

Failure failure_of(Noise noise) {
  switch (noise) {
    case Noise::network: return fail(Errc::network, Scope::mailbox, Retry::later, "by chance", 0x80040115);
    case Noise::session_lost: return fail(Errc::session_lost, Scope::mailbox, Retry::now, "by chance", 0x80040200);
    case Noise::timeout: return fail(Errc::timeout, Scope::mailbox, Retry::later, "by chance", 0x80040401);
    default: return fail(Errc::call_failed, Scope::folder, Retry::now, "by chance", 0x80004005);
  }
}

}  // namespace

const char* name_of(Noise noise) noexcept {
  switch (noise) {
    case Noise::call_failed: return "call_failed";
    case Noise::network: return "network";
    case Noise::session_lost: return "session_lost";
    case Noise::timeout: return "timeout";
    case Noise::mixed: return "mixed";
  }
  return "unknown";
}

SourceKey noisy_key(std::uint32_t index) {
  Bytes key(kKeyBytes, 'n');
  for (std::size_t i = 0; i < sizeof index; ++i) key[kKeyBytes - 1 - i] = static_cast<char>(index >> (8 * i));
  return SourceKey(std::move(key));
}

std::uint32_t noisy_index(const SourceKey& key) {
  std::uint32_t index = 0;
  for (std::size_t i = kKeyBytes - sizeof index; i < kKeyBytes; ++i) {
    index = (index << 8U) | static_cast<unsigned char>(key.bytes()[i]);
  }
  return index;
}

Failure NoisyProvider::noise() {
  return failure_of(folder_.noise == Noise::mixed ? static_cast<Noise>(below(4)) : folder_.noise);
}

Result<void> NoisyProvider::enter() {
  if (folder_.noise == Noise::mixed && happens(folder_.failing)) return noise();
  return success();
}

Result<std::unique_ptr<Session>> NoisyProvider::open_session() {
  MAPISYNC_TRYV(enter());
  return std::unique_ptr<Session>(std::make_unique<NoisySession>(*this));
}

}  // namespace mapisync::bench
