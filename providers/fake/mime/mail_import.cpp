#include "providers/fake/mime/mail_import.h"

#include <glib.h>

#include <map>
#include <optional>
#include <unordered_map>
#include <utility>

#include "providers/fake/mime/gmime_handle.h"
#include "providers/fake/mime/mime_converter.h"
#include "providers/fake/mime/utf8.h"

namespace mapisync::mime {
namespace {

constexpr std::size_t kColumnMax = 1024;  // of a text column of the contents table

std::string sha256_hex(const std::string& head, BytesView bytes) {
  GChecksum* checksum = g_checksum_new(G_CHECKSUM_SHA256);
  const auto update = [checksum](BytesView piece) {
    g_checksum_update(checksum, reinterpret_cast<const guchar*>(piece.data()), static_cast<gssize>(piece.size()));
  };
  update(head);
  update(BytesView("\0", 1));
  update(bytes);
  std::string text = g_checksum_get_string(checksum);
  g_checksum_free(checksum);
  return text;
}

class Importer {
 public:
  Importer(fake::FakeMailbox& mailbox, MailSource& source, const ImportOptions& options)
      : mailbox_(mailbox), source_(source), options_(options) {}

  Result<ImportReport> run(const StopFlag* stop, const ImportProgress& progress) {
    for (;;) {
      if (stop != nullptr && stop->requested()) {
        report_.stopped = true;
        break;
      }
      MAPISYNC_TRY(item, source_.next());
      if (!item) break;
      MAPISYNC_TRYV(take(std::move(*item)));
      report_.skipped = source_.skipped();
      if (progress) progress(report_);
    }
    MAPISYNC_TRYV(commit());
    report_.skipped = source_.skipped();
    return std::move(report_);
  }

 private:
  struct Target {
    fake::FakeFolderId id{fake::FakeFolderId::none};
    std::size_t index{0};  // in report_.folders
  };

  Result<void> take(MailItem item) {
    const std::string path = options_.target.empty() ? item.folder : options_.target + "/" + item.folder;
    const std::string digest = sha256_hex(path, item.bytes);
    const std::uint32_t copy = ++copies_[digest];
    std::string name = "mail-";
    name.append(digest, 0, 32);
    if (copy > 1) name.append("-").append(std::to_string(copy));
    MAPISYNC_TRYV(begin());
    MAPISYNC_TRY(target, target_of(path));
    MAPISYNC_TRY(known, is_known(name));
    FolderImport& counts = report_.folders[target.index];
    if (known && !options_.force) {
      ++counts.known;
      return success();
    }
    MAPISYNC_TRYV(add(std::move(item), known ? std::string() : std::move(name), target.id, counts));
    if (++in_batch_ >= options_.batch_messages) MAPISYNC_TRYV(commit());
    return success();
  }

  Result<bool> is_known(const std::string& name) {
    const Result<fake::FakeMessageId> found = mailbox_.message(name);
    if (found) return true;
    if (found.error().errc() == Errc::not_found) return false;
    return found.error();
  }

  Result<void> add(MailItem item, std::string name, fake::FakeFolderId folder, FolderImport& counts) {
    const MessageSummary summary = summarize(item.bytes, options_.strictness, options_.limits);
    fake::MessageSpec spec;
    spec.name = std::move(name);
    spec.read = item.read;
    spec.envelope.subject = cut_utf8(summary.subject, kColumnMax);
    spec.envelope.sender = cut_utf8(summary.sender, kColumnMax);
    spec.envelope.recipients = cut_utf8(summary.recipients, kColumnMax);
    spec.envelope.sent = summary.submitted;
    spec.envelope.message_class = summary.message_class;
    spec.envelope.internet_message_id = cut_utf8(summary.internet_message_id, kColumnMax);
    // The server that took it in knows best, then the mailbox it lay in, then the sender.
    spec.envelope.delivered = summary.delivered ? summary.delivered : item.received ? item.received : summary.submitted;
    spec.envelope.size = item.bytes.size();
    const std::uint64_t bytes = item.bytes.size();
    spec.mime = std::move(item.bytes);
    // Nothing at all cannot be told from "no content given"; one line end can, and converts no better.
    if (spec.mime.empty()) spec.mime.assign(1, '\n');
    MAPISYNC_TRYV(mailbox_.add_message(folder, std::move(spec)));
    ++counts.imported;
    counts.bytes += bytes;
    if (!summary.convertible) ++counts.unconvertible;
    return success();
  }

  Result<Target> target_of(const std::string& path) {
    const auto found = targets_.find(path);
    if (found != targets_.end()) return found->second;
    MAPISYNC_TRY(id, mailbox_.ensure_folder(path));
    const Target target{id, report_.folders.size()};
    report_.folders.push_back(FolderImport{path, 0, 0, 0, 0});
    targets_.emplace(path, target);
    return target;
  }

  Result<void> begin() {
    if (batch_) return success();
    MAPISYNC_TRY(batch, mailbox_.begin());
    batch_.emplace(std::move(batch));
    return success();
  }
  Result<void> commit() {
    if (!batch_) return success();
    MAPISYNC_TRYV(batch_->commit());
    batch_.reset();
    in_batch_ = 0;
    return success();
  }

  fake::FakeMailbox& mailbox_;
  MailSource& source_;
  const ImportOptions& options_;
  ImportReport report_;
  std::map<std::string, Target> targets_;
  std::unordered_map<std::string, std::uint32_t> copies_;
  std::optional<fake::FakeMailbox::Batch> batch_;
  std::uint32_t in_batch_{0};
};

}  // namespace

FolderImport ImportReport::sum() const {
  FolderImport all;
  for (const FolderImport& folder : folders) {
    all.imported += folder.imported;
    all.known += folder.known;
    all.unconvertible += folder.unconvertible;
    all.bytes += folder.bytes;
  }
  return all;
}

Result<ImportReport> import_mail(fake::FakeMailbox& mailbox, MailSource& source, const ImportOptions& options,
                                 const StopFlag* stop, const ImportProgress& progress) {
  return Importer(mailbox, source, options).run(stop, progress);
}

}  // namespace mapisync::mime
