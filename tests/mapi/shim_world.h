// A mailbox in a file of its own, and a folder of it as an object of the fake MAPI.
#pragma once

#include <memory>

#include "providers/fake/fake_provider.h"
#include "providers/mapi/com_interfaces.h"
#include "providers/mapi/com_ptr.h"
#include "tests/mapi/fake_mapi.h"
#include "tests/mapi/mailbox_shim_impl.h"

namespace mapisync::mapi_test {

class ShimWorld {
 public:
  ShimWorld() {
    const FakeMapiManners none{};
    fake_mapi_set_manners(&none);
  }
  fake::FakeMailbox& box() { return box_; }
  mapi::ComPtr<mapi::IMAPIContainer> open_folder() {
    return mapi::ComPtr<mapi::IMAPIContainer>::adopt(static_cast<mapi::IMAPIContainer*>(fake_mapi_open_folder(&shim_)));
  }

 private:
  fake::FakeMailbox box_ = fake::FakeMailbox::create(":memory:").value();
  fake::FakeFolderId inbox_ = box_.ensure_folder("Inbox").value();
  std::unique_ptr<fake::FakeProvider> server_ = fake::open_provider(box_, fake::FaultPlan::calm(), nullptr, Log());
  std::unique_ptr<Session> session_ = server_->open_session().value();
  std::unique_ptr<Mailbox> mailbox_ = session_->open_mailbox().value();
  std::unique_ptr<Folder> folder_ = mailbox_->open_folder(box_.folder_record(inbox_).value().info.key).value();
  ShimFolder shim_{box_, *folder_, Known::yes, {}, {}};
};

}  // namespace mapisync::mapi_test
