// Errc is stored in databases and printed in reports: every number and name is pinned here. A line may be added,
// none may change.
#include "engine/base/failure.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

namespace mapisync {
namespace {

struct Pinned {
  Errc code;
  int number;
  const char* name;
};

const std::vector<Pinned> kPinned{
    {Errc::ok, 0, "ok"},
    {Errc::corrupt_data, 1, "corrupt_data"},
    {Errc::call_failed, 2, "call_failed"},
    {Errc::network, 3, "network"},
    {Errc::timeout, 4, "timeout"},
    {Errc::busy, 5, "busy"},
    {Errc::session_lost, 6, "session_lost"},
    {Errc::logon_failed, 7, "logon_failed"},
    {Errc::no_access, 8, "no_access"},
    {Errc::not_found, 9, "not_found"},
    {Errc::object_deleted, 10, "object_deleted"},
    {Errc::invalid_entry_id, 11, "invalid_entry_id"},
    {Errc::unsupported, 12, "unsupported"},
    {Errc::invalid_argument, 13, "invalid_argument"},
    {Errc::unknown_flags, 14, "unknown_flags"},
    {Errc::unconfigured, 15, "unconfigured"},
    {Errc::out_of_memory, 16, "out_of_memory"},
    {Errc::out_of_resources, 17, "out_of_resources"},
    {Errc::too_big, 18, "too_big"},
    {Errc::state_rejected, 19, "state_rejected"},
    {Errc::server_disk, 20, "server_disk"},
    {Errc::corrupt_store, 21, "corrupt_store"},
    {Errc::unclassified, 22, "unclassified"},
    {Errc::cancelled, 40, "cancelled"},
    {Errc::limit_reached, 41, "limit_reached"},
    {Errc::callback_failed, 42, "callback_failed"},
    {Errc::sink_failed, 43, "sink_failed"},
    {Errc::sink_rejected, 44, "sink_rejected"},
    {Errc::malformed, 45, "malformed"},
    {Errc::identity_changed, 46, "identity_changed"},
    {Errc::not_a_mailbox, 47, "not_a_mailbox"},
    {Errc::missing_delivery, 48, "missing_delivery"},
    {Errc::store_failed, 60, "store_failed"},
    {Errc::store_locked, 61, "store_locked"},
    {Errc::store_full, 62, "store_full"},
    {Errc::store_read_only, 63, "store_read_only"},
    {Errc::store_corrupt, 64, "store_corrupt"},
    {Errc::store_too_new, 65, "store_too_new"},
    {Errc::store_foreign, 66, "store_foreign"},
    {Errc::io_error, 67, "io_error"},
    {Errc::permission, 68, "permission"},
    {Errc::missing_file, 69, "missing_file"},
    {Errc::internal, 90, "internal"},
};

TEST(Failure, NumbersAndNamesArePinned) {
  for (const Pinned& pinned : kPinned) {
    EXPECT_EQ(static_cast<int>(pinned.code), pinned.number) << pinned.name;
    EXPECT_STREQ(name_of(pinned.code), pinned.name) << pinned.number;
  }
}

TEST(Failure, EveryKnownNumberIsPinned) {
  std::set<int> pinned;
  for (const Pinned& entry : kPinned) pinned.insert(entry.number);
  for (int number = -1; number < 1000; ++number) {
    const bool known = std::string(name_of(static_cast<Errc>(number))) != "unknown";
    EXPECT_EQ(known, pinned.contains(number)) << "code " << number << " (" << name_of(static_cast<Errc>(number)) << ")";
  }
}

TEST(Failure, EveryCodeHasATextOfItsOwn) {
  std::map<std::string, int> texts;
  for (const Pinned& entry : kPinned) {
    const std::string text = make_error_code(entry.code).message();
    EXPECT_FALSE(text.empty());
    const auto [at, fresh] = texts.emplace(text, entry.number);
    EXPECT_TRUE(fresh) << entry.name << " says the same as code " << at->second << ": " << text;
  }
}

TEST(Failure, ScopesAndRetriesArePinned) {
  EXPECT_STREQ(name_of(Scope::message), "message");
  EXPECT_STREQ(name_of(Scope::batch), "batch");
  EXPECT_STREQ(name_of(Scope::folder), "folder");
  EXPECT_STREQ(name_of(Scope::mailbox), "mailbox");
  EXPECT_STREQ(name_of(Scope::process), "process");
  EXPECT_LT(Scope::message, Scope::batch);
  EXPECT_LT(Scope::batch, Scope::folder);
  EXPECT_LT(Scope::folder, Scope::mailbox);
  EXPECT_LT(Scope::mailbox, Scope::process);
  EXPECT_STREQ(name_of(Retry::now), "now");
  EXPECT_STREQ(name_of(Retry::later), "later");
  EXPECT_STREQ(name_of(Retry::on_change), "on_change");
  EXPECT_STREQ(name_of(Retry::never), "never");
}

TEST(Failure, TextNamesCodeRawCodeAndContext) {
  EXPECT_EQ(fail(Errc::corrupt_data, Scope::batch, Retry::now, "synchronize", 0x8004011bU).to_string(),
            "corrupt_data (0x8004011b): synchronize");
  EXPECT_EQ(fail(Errc::network, Scope::mailbox, Retry::later).to_string(), "network");
}

TEST(Failure, ForeignCategoryIsADefectOfOurs) {
  Failure failure;
  failure.code = std::make_error_code(std::errc::io_error);
  EXPECT_EQ(failure.errc(), Errc::internal);
}

TEST(Failure, UnknownNumberHasAText) {
  EXPECT_EQ(mapisync_category().message(4711), "unknown error 4711");
  EXPECT_STREQ(mapisync_category().name(), "mapisync");
}

}  // namespace
}  // namespace mapisync
