#include "providers/trace/store_image.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "providers/trace/fields.h"

namespace mapisync::trace {

namespace {

constexpr std::size_t kRunsKept = 1'000;  // the engine looks no further back
constexpr std::size_t kRecentKept = 256;  // rows of which the order of delivery is kept: candidates for a control
constexpr std::size_t kCommitRows = 2'000;
constexpr std::uint64_t kGrowth = 64;  // how much larger texts are than their stand-ins, on the whole

// --- Writing ---

class ImageWriter {
 public:
  ImageWriter(Store& store, RecordWriter& writer, Redactor& redactor)
      : store_(store), writer_(writer), redactor_(redactor) {}

  Result<void> write() {
    MAPISYNC_TRY(mailbox, store_.mailbox());
    if (mailbox) put(Kind::mailbox, *mailbox);
    MAPISYNC_TRY(runs, store_.runs(kRunsKept));
    for (auto run = runs.rbegin(); run != runs.rend(); ++run) put(Kind::run, *run);
    MAPISYNC_TRY(folders, store_.folders());
    for (const FolderRecord& folder : folders) put(Kind::folder, folder);
    for (const FolderRecord& folder : folders) MAPISYNC_TRYV(write_folder(folder.id));
    MAPISYNC_TRYV(write_unsettled(folders));
    MAPISYNC_TRY(findings, store_.findings(std::nullopt));
    for (const Finding& finding : findings) put(Kind::finding, finding);
    writer_.put(Kind::image_end, Packer(redactor_));
    return success();
  }

 private:
  template <class Value>
  void put(Kind kind, const Value& value) {
    Packer payload(redactor_);
    fields(payload, value);
    writer_.put(kind, payload);
  }
  template <class Value>
  void put(Kind kind, FolderId folder, const Value& value) {
    Packer payload(redactor_);
    row_number(payload, folder);
    fields(payload, value);
    writer_.put(kind, payload);
  }

  Result<void> write_folder(FolderId folder) {
    MAPISYNC_TRY(checkpoint, store_.checkpoint(folder));
    if (checkpoint) put(Kind::checkpoint, folder, *checkpoint);
    MAPISYNC_TRY(asking, store_.asking(folder));
    if (asking) put(Kind::asking, folder, *asking);
    return write_ledger(folder);
  }

  /// The rows delivered last come last and in that order, so that they are the ones delivered last again.
  Result<void> write_ledger(FolderId folder) {
    MAPISYNC_TRY(recent, store_.recent_ledger_rows(folder, kRecentKept));
    std::set<SourceKey> later;
    for (const LedgerRow& row : recent) later.insert(row.key);
    for (SourceKey after;;) {
      MAPISYNC_TRY(page, store_.ledger_page(folder, after, kRowsPerPage));
      if (page.empty()) break;
      for (const LedgerRow& row : page) {
        if (!later.contains(row.key)) put(Kind::ledger, folder, row);
      }
      after = page.back().key;
    }
    for (auto row = recent.rbegin(); row != recent.rend(); ++row) put(Kind::ledger, folder, *row);
    return success();
  }

  struct Numbered {
    PendingId id;
    FolderId folder;
    friend bool operator<(const Numbered& a, const Numbered& b) { return a.id < b.id; }
  };
  using Classes = std::map<std::pair<FolderId, SourceKey>, UnsettledClass>;

  /// Row numbers are told of pending rows only. Within a unit of work that is rolled back, all rows are.
  Result<void> write_unsettled(const std::vector<FolderRecord>& folders) {
    MAPISYNC_TRY(unit, store_.begin());
    Classes classes;
    std::vector<Numbered> rows;
    for (const FolderRecord& folder : folders) {
      MAPISYNC_TRYV(make_pending(*unit, folder.id, classes));
      MAPISYNC_TRY(ids, store_.pending_ids(folder.id));
      for (const PendingId id : ids) rows.push_back({id, folder.id});
    }
    std::sort(rows.begin(), rows.end());
    for (std::size_t begin = 0; begin < rows.size();) {
      std::size_t end = begin;
      std::vector<PendingId> ids;
      while (end < rows.size() && rows[end].folder == rows[begin].folder && ids.size() < kRowsPerPage) {
        ids.push_back(rows[end++].id);
      }
      MAPISYNC_TRY(page, store_.pending_rows(rows[begin].folder, ids));
      if (page.size() != ids.size()) return torn();
      for (std::size_t i = 0; i < page.size(); ++i) put_unsettled(rows[begin + i], page[i], classes);
      begin = end;
    }
    return success();
  }

  Result<void> make_pending(UnitOfWork& unit, FolderId folder, Classes& classes) {
    for (const auto cls : {UnsettledClass::quarantined, UnsettledClass::suspected, UnsettledClass::refused}) {
      while (true) {
        MAPISYNC_TRY(page, store_.unsettled_page(folder, cls, SourceKey(), kRowsPerPage));
        if (page.empty()) break;
        for (UnsettledRow& row : page) {
          classes.emplace(std::pair(folder, row.row.source_key), cls);
          row.cls = UnsettledClass::pending;
          MAPISYNC_TRYV(unit.put_unsettled(folder, row));
        }
      }
    }
    return success();
  }

  void put_unsettled(const Numbered& numbered, UnsettledRow& row, const Classes& classes) {
    const auto was = classes.find({numbered.folder, row.row.source_key});
    if (was != classes.end()) row.cls = was->second;
    Packer payload(redactor_);
    row_number(payload, numbered.id);
    row_number(payload, numbered.folder);
    fields(payload, row);
    writer_.put(Kind::unsettled, payload);
  }

  static Failure torn() {
    return fail(Errc::store_failed, Scope::process, Retry::never, "the store does not tell the rows that it lists");
  }

  Store& store_;
  RecordWriter& writer_;
  Redactor& redactor_;
};

// --- Restoring ---

class ImageReader {
 public:
  ImageReader(RecordReader& reader, Store& store, std::int64_t fillers_max)
      : reader_(reader), store_(store), fillers_left_(fillers_max) {}

  Result<void> restore() {
    while (true) {
      MAPISYNC_TRY(record, reader_.next());
      if (!record) return malformed("the trace ends before the run began: its process was ended, or the copy was");
      if (record->kind == Kind::image_end) break;
      MAPISYNC_TRYV(take(*record));
      if (++rows_ >= kCommitRows) MAPISYNC_TRYV(commit());
    }
    MAPISYNC_TRYV(commit());
    return check_numbers();
  }

 private:
  Result<void> take(const Record& record) {
    if (!unit_) {
      MAPISYNC_TRY(unit, store_.begin());
      unit_ = std::move(unit);
    }
    expanded_left_ = std::min(expanded_left_ + record.payload.size() * kGrowth, kExpandedMax);
    Unpacker in(record.payload, expanded_left_);
    MAPISYNC_TRYV(take(record.kind, in));
    expanded_left_ -= in.expanded();
    return success();
  }

  Result<void> take(Kind kind, Unpacker& in) {
    switch (kind) {
      case Kind::mailbox: return put<MailboxRecord>(in, [&](auto& row) { return unit_->put_mailbox(row); });
      case Kind::run: return put<RunRecord>(in, [&](auto& row) { return put_run(row); });
      case Kind::folder: return put<FolderRecord>(in, [&](auto& row) { return put_folder(row); });
      case Kind::checkpoint:
        return put_below<Checkpoint>(in, [&](FolderId at, auto& row) { return unit_->put_checkpoint(at, row); });
      case Kind::asking:
        return put_below<Asking>(in, [&](FolderId at, auto& row) { return unit_->put_asking(at, row); });
      case Kind::ledger:
        return put_below<LedgerRow>(in, [&](FolderId at, auto& row) { return unit_->put_ledger(at, row); });
      case Kind::unsettled: return put_unsettled(in);
      case Kind::finding: return put<Finding>(in, [&](auto& row) { return put_finding(row); });
      default: return malformed("the trace has something else where it should tell what the store held");
    }
  }

  template <class Row, class Put>
  Result<void> put(Unpacker& in, Put put) {
    Row row;
    fields(in, row);
    MAPISYNC_TRYV(in.end_of("a row of the store"));
    return mended(put(row));
  }
  template <class Row, class Put>
  Result<void> put_below(Unpacker& in, Put put) {
    FolderId folder{};
    row_number(in, folder);
    return this->put<Row>(in, [&](auto& row) { return put(folder, row); });
  }

  /// What a store refuses as a mistake of its user is here one of the trace.
  static Result<void> mended(Result<void> result) {
    if (result || result.error().errc() != Errc::internal) return result;
    return malformed("the trace tells of a store that cannot be: " + result.error().context);
  }

  Result<void> put_run(RunRecord run) {
    const auto wanted = static_cast<std::int64_t>(run.id);
    if (wanted <= last_run_) return malformed("numbers of runs do not ascend");
    MAPISYNC_TRYV(may_fill(wanted - last_run_ - 1));
    for (; last_run_ + 1 < wanted; ++last_run_) MAPISYNC_TRYV(unit_->put_run(RunRecord{}));
    run.id = RunId::none;
    MAPISYNC_TRY(id, unit_->put_run(run));
    last_run_ = wanted;
    return same_number(static_cast<std::int64_t>(id), wanted, "runs");
  }

  Result<void> put_folder(FolderRecord folder) {
    const auto wanted = static_cast<std::int64_t>(folder.id);
    folder.id = FolderId::none;
    if (folder.info.key.empty()) return malformed("a folder without key");
    MAPISYNC_TRY(id, unit_->put_folder(folder));
    return same_number(static_cast<std::int64_t>(id), wanted, "folders");
  }

  Result<void> put_finding(const Finding& finding) {
    MAPISYNC_TRYV(unit_->put_finding(finding));
    return success();
  }

  Result<void> put_unsettled(Unpacker& in) {
    PendingId id{};
    FolderId folder{};
    UnsettledRow row;
    row_number(in, id);
    row_number(in, folder);
    fields(in, row);
    MAPISYNC_TRYV(in.end_of("an unsettled message"));
    MAPISYNC_TRYV(fill_up_to(static_cast<std::int64_t>(id), folder, row.row.source_key));
    if (row.cls == UnsettledClass::pending) pending_[folder].push_back(id);
    return mended(unit_->put_unsettled(folder, row));
  }

  /// Numbers are never used twice: the gaps that settled messages have left are made again.
  Result<void> fill_up_to(std::int64_t wanted, FolderId folder, const SourceKey& key) {
    const std::int64_t gap = wanted - last_row_ - 1;
    if (wanted <= last_row_) return malformed("numbers of unsettled messages do not ascend");
    MAPISYNC_TRYV(may_fill(gap));
    UnsettledRow filler;
    filler.row.source_key = SourceKey("filler of " + key.bytes());
    for (std::int64_t i = 0; i < gap; ++i) {
      MAPISYNC_TRYV(mended(unit_->put_unsettled(folder, filler)));
      MAPISYNC_TRYV(unit_->erase_unsettled(folder, filler.row.source_key));
    }
    last_row_ = wanted;
    return success();
  }

  Result<void> may_fill(std::int64_t gap) {
    if (gap > fillers_left_) {
      return fail(Errc::unsupported, Scope::process, Retry::never,
                  "the recorded mirror has used up more than " + std::to_string(kFillersMax) +
                      " row numbers; it cannot be made again");
    }
    fillers_left_ -= gap;
    return success();
  }

  static Result<void> same_number(std::int64_t is, std::int64_t wanted, const char* what) {
    if (is == wanted) return success();
    return fail(
        Errc::unsupported, Scope::process, Retry::never,
        std::string("this store numbers its ") + what + " otherwise than the recorded one; replay into a new one");
  }

  Result<void> commit() {
    rows_ = 0;
    if (!unit_) return success();
    MAPISYNC_TRYV(unit_->commit());
    unit_.reset();
    return success();
  }

  /// Groups that are known to fail, and what was being asked for, are remembered by row number.
  Result<void> check_numbers() {
    for (auto& [folder, wanted] : pending_) {
      MAPISYNC_TRY(ids, store_.pending_ids(folder));
      std::sort(ids.begin(), ids.end());
      if (ids != wanted) return same_number(0, 1, "unsettled messages");
    }
    return success();
  }

  RecordReader& reader_;
  Store& store_;
  std::unique_ptr<UnitOfWork> unit_;
  std::size_t rows_{0};
  std::int64_t last_run_{0};
  std::int64_t last_row_{0};
  std::int64_t fillers_left_;
  std::uint64_t expanded_left_{kExpandedMax};
  std::map<FolderId, std::vector<PendingId>> pending_;  // ascending
};

}  // namespace

Result<void> write_image(Store& store, RecordWriter& writer, Redactor& redactor) {
  return ImageWriter(store, writer, redactor).write();
}

Result<void> restore_image(RecordReader& reader, Store& store, std::int64_t fillers_max) {
  return ImageReader(reader, store, fillers_max).restore();
}

}  // namespace mapisync::trace
