// What each code of MAPI means here; the numbers are stored with verdicts and never change.
#include <gtest/gtest.h>

#include "providers/mapi/hresult_table.h"
#include "providers/mapi/mapi_constants.h"

namespace mapisync::mapi {
namespace {

struct Case {
  std::uint32_t code;
  Errc errc;
  Scope scope;
  Retry retry;
};

TEST(HresultTable, SaysReachAndRetryOfEachCode) {
  const Case cases[] = {
      {0x8004011B, Errc::corrupt_data, Scope::batch, Retry::on_change},
      {0x80004005, Errc::call_failed, Scope::batch, Retry::later},
      {0x80040115, Errc::network, Scope::mailbox, Retry::later},
      {0x80040401, Errc::timeout, Scope::mailbox, Retry::later},
      {0x8004010B, Errc::busy, Scope::mailbox, Retry::later},
      {0x80040200, Errc::session_lost, Scope::mailbox, Retry::now},
      {0x80040108, Errc::session_lost, Scope::mailbox, Retry::now},
      {0x80040605, Errc::session_lost, Scope::mailbox, Retry::now},
      {0x80040111, Errc::logon_failed, Scope::mailbox, Retry::never},
      {0x80070005, Errc::no_access, Scope::folder, Retry::never},
      {0x8004010F, Errc::not_found, Scope::folder, Retry::on_change},
      {0x8004010A, Errc::object_deleted, Scope::folder, Retry::on_change},
      {0x80040800, Errc::object_deleted, Scope::folder, Retry::on_change},
      {0x80040107, Errc::invalid_entry_id, Scope::batch, Retry::never},
      {0x80040201, Errc::invalid_entry_id, Scope::batch, Retry::never},
      {0x80040102, Errc::unsupported, Scope::folder, Retry::never},
      {0x80004002, Errc::unsupported, Scope::folder, Retry::never},
      {0x80070057, Errc::invalid_argument, Scope::batch, Retry::never},
      {0x80040106, Errc::unknown_flags, Scope::folder, Retry::never},
      {0x8004011C, Errc::unconfigured, Scope::folder, Retry::never},
      {0x8007000E, Errc::out_of_memory, Scope::process, Retry::later},
      {0x8004010E, Errc::out_of_resources, Scope::mailbox, Retry::later},
      {0x80040112, Errc::out_of_resources, Scope::mailbox, Retry::later},
      {0x8004011D, Errc::out_of_resources, Scope::mailbox, Retry::later},
      {0x80040305, Errc::too_big, Scope::batch, Retry::on_change},
      {0x80040805, Errc::state_rejected, Scope::folder, Retry::never},
      {0x80040116, Errc::server_disk, Scope::mailbox, Retry::later},
      {0x8004010D, Errc::server_disk, Scope::mailbox, Retry::later},
      {0x80040600, Errc::corrupt_store, Scope::folder, Retry::later},
  };
  for (const Case& row : cases) {
    const Failure failure = mapi_failure(hresult(row.code), "synchronize");
    EXPECT_EQ(failure.errc(), row.errc) << failure.to_string();
    EXPECT_EQ(failure.scope, row.scope) << failure.to_string();
    EXPECT_EQ(failure.retry, row.retry) << failure.to_string();
    EXPECT_EQ(failure.raw_code, row.code);
    EXPECT_NE(name_of_hresult(hresult(row.code)), nullptr);
  }
}

TEST(HresultTable, ACodeThatNoRowListsIsNotGuessedToBeABadMessage) {
  const Failure failure = mapi_failure(hresult(0x8004DEAD), "synchronize");
  EXPECT_EQ(failure.errc(), Errc::unclassified);
  EXPECT_EQ(failure.scope, Scope::folder);
  EXPECT_EQ(failure.raw_code, 0x8004DEADU);
  EXPECT_EQ(name_of_hresult(hresult(0x8004DEAD)), nullptr);
}

TEST(HresultTable, ASuccessWhereItMakesNoSenseIsAFailure) {
  EXPECT_EQ(mapi_failure(hr::kSyncProgress, "configure").errc(), Errc::malformed);
  EXPECT_TRUE(succeeded(hr::kSyncProgress));  // so nobody may ask for completion that way
}

}  // namespace
}  // namespace mapisync::mapi
