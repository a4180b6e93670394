#include "engine/connection.h"

namespace mapisync {

Result<Mailbox*> Connection::mailbox() {
  if (mailbox_ != nullptr) return mailbox_.get();
  drop();
  MAPISYNC_TRY(session, provider_.open_session());
  MAPISYNC_TRY(mailbox, session->open_mailbox());
  if (verify_) MAPISYNC_TRYV(verify_(*mailbox));
  session_ = std::move(session);
  mailbox_ = std::move(mailbox);
  ++generation_;
  return mailbox_.get();
}

void Connection::drop() noexcept {
  mailbox_.reset();
  session_.reset();
}

Result<Folder*> FolderOpener::open() {
  if (folder_ != nullptr && generation_ == connection_.generation()) return folder_.get();
  MAPISYNC_CHECK(folder_ == nullptr);  // a folder never outlives its session
  MAPISYNC_TRY(mailbox, connection_.mailbox());
  MAPISYNC_TRY(folder, mailbox->open_folder(key_));
  folder_ = std::move(folder);
  generation_ = connection_.generation();
  return folder_.get();
}

void FolderOpener::lose_session() noexcept {
  folder_.reset();
  connection_.drop();
}

}  // namespace mapisync
