#include "tools/mapisync/mirror_check.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "tools/mapisync/safe_text.h"
#include "tools/mapisync/text_table.h"
#include "tools/mapisync/units.h"

namespace mapisync::cli {

namespace {

constexpr std::size_t kPage = 1'000;

/// The rows of one side in order of their keys, a page in memory.
template <class Row>
class Rows {
 public:
  using Fetch = std::function<Result<std::vector<Row>>(const SourceKey& after)>;
  explicit Rows(Fetch fetch) : fetch_(std::move(fetch)) {}

  /// Null at the end.
  Result<const Row*> current() {
    if (at_ < page_.size()) return &page_[at_];
    if (ended_) return nullptr;
    MAPISYNC_TRY(page, fetch_(after_));
    page_ = std::move(page);
    at_ = 0;
    ended_ = page_.empty();
    if (ended_) return nullptr;
    after_ = page_.back().key;
    return &page_.front();
  }
  void advance() noexcept { ++at_; }

 private:
  Fetch fetch_;
  std::vector<Row> page_;
  std::size_t at_{0};
  SourceKey after_;
  bool ended_{false};
};

/// Reads a large value to its end.
Result<void> read_through(const PropertyList& properties) {
  constexpr std::size_t kPiece = 1U << 20U;
  for (const Property& property : properties) {
    const auto* large = std::get_if<Large>(&property.value);
    if (large == nullptr) continue;
    for (std::uint64_t at = 0; at < large->source->size(); at += kPiece) {
      const auto length = static_cast<std::size_t>(std::min<std::uint64_t>(kPiece, large->source->size() - at));
      MAPISYNC_TRYV(large->source->read(at, length));
    }
  }
  return success();
}

Result<void> read_through(const MessageContent& content) {
  MAPISYNC_TRYV(read_through(content.properties));
  for (const Attachment& attachment : content.attachments) {
    MAPISYNC_TRYV(read_through(attachment.properties));
    if (attachment.embedded) MAPISYNC_TRYV(read_through(*attachment.embedded));
  }
  return success();
}

bool loads(MirrorReader& reader, FolderId folder, const SourceKey& key) {
  const auto message = reader.load(folder, key);
  if (!message || !message.value()) return false;
  return read_through(message.value()->content).has_value();
}

void compare(const LedgerRow& ledger, const MirrorVersion& mirror, FolderCheck& check) {
  if (ledger.change_key != mirror.change_key) {
    ++check.version_differs;
  } else if (ledger.read != mirror.read) {
    ++check.read_differs;
  } else {
    ++check.equal;
  }
}

Result<FolderCheck> check_folder(ReadableMirror& mirror, FolderId folder, bool content, const StopFlag& stop) {
  FolderCheck check;
  MirrorReader& reader = mirror.reader();
  auto snapshot = reader.snapshot();  // both sides of one commit, also while a sync runs
  if (!snapshot) return snapshot.error();
  Rows<LedgerRow> promised([&](const SourceKey& after) { return mirror.store().ledger_page(folder, after, kPage); });
  Rows<MirrorVersion> held([&](const SourceKey& after) { return reader.versions(folder, after, kPage); });
  while (!stop.requested()) {
    MAPISYNC_TRY(ledger, promised.current());
    MAPISYNC_TRY(version, held.current());
    if (ledger == nullptr && version == nullptr) break;
    const bool only_ledger = version == nullptr || (ledger != nullptr && ledger->key < version->key);
    const bool only_mirror = ledger == nullptr || (version != nullptr && version->key < ledger->key);
    if (!only_mirror) ++check.rows;
    if (only_ledger) {
      ++check.missing;
      promised.advance();
      continue;
    }
    if (content && !loads(reader, folder, version->key)) ++check.unreadable;
    if (only_mirror) {
      ++check.extra;
    } else {
      compare(*ledger, *version, check);
      promised.advance();
    }
    held.advance();
  }
  return check;
}

std::vector<std::string> cells(const std::string& name, const FolderCheck& f) {
  return {name,
          format_count(f.rows),
          format_count(f.equal),
          format_count(f.missing),
          format_count(f.extra),
          format_count(f.version_differs),
          format_count(f.read_differs),
          format_count(f.unreadable)};
}

Json folder_json(const FolderCheck& f) {
  return Json{{"path", valid_utf8(f.path)},
              {"ledger_rows", number(f.rows)},
              {"equal", number(f.equal)},
              {"missing", number(f.missing)},
              {"extra", number(f.extra)},
              {"version_differs", number(f.version_differs)},
              {"read_differs", number(f.read_differs)},
              {"unreadable", number(f.unreadable)}};
}

}  // namespace

FolderCheck MirrorCheck::sum() const {
  FolderCheck sum;
  for (const FolderCheck& f : folders) {
    sum.rows += f.rows;
    sum.equal += f.equal;
    sum.missing += f.missing;
    sum.extra += f.extra;
    sum.version_differs += f.version_differs;
    sum.read_differs += f.read_differs;
    sum.unreadable += f.unreadable;
  }
  return sum;
}

Result<MirrorCheck> check_mirror(ReadableMirror& mirror, const FolderNames& names, bool content, const StopFlag& stop) {
  MirrorCheck check;
  for (const FolderRecord& folder : names.records()) {
    if (stop.requested()) break;
    MAPISYNC_TRY(one, check_folder(mirror, folder.id, content, stop));
    one.path = names.path(folder.id);
    const bool expected = !folder.deleted_at && folder.info.kind != FolderKind::search;
    if (!expected && one.rows + one.extra == 0) continue;
    check.folders.push_back(std::move(one));
  }
  check.stopped = stop.requested();
  return check;
}

std::string to_text(const MirrorCheck& check, std::size_t columns) {
  using enum TextTable::Align;
  TextTable table({{"ledger against mirror", left},
                   {"rows"},
                   {"equal"},
                   {"missing"},
                   {"extra"},
                   {"other version"},
                   {"read mark"},
                   {"unreadable"}});
  for (const FolderCheck& folder : check.folders) table.add(cells(folder.path, folder));
  table.rule();
  table.add(cells("all folders", check.sum()));
  return table.to_string(columns);
}

Json to_json(const MirrorCheck& check) {
  Json folders = Json::array();
  for (const FolderCheck& folder : check.folders) folders.push_back(folder_json(folder));
  Json total = folder_json(check.sum());
  total.erase("path");
  return Json{{"folders", std::move(folders)}, {"total", std::move(total)}};
}

}  // namespace mapisync::cli
