// Invariant 11: what mail says stays out of the log.
#include <gtest/gtest.h>

#include "tests/support/matchers.h"
#include "tests/support/servers.h"

namespace mapisync::test {
namespace {

constexpr const char* kSecrets[] = {"Of Aunt Matilda's Will", "matilda@example.com", "the silver spoons",
                                    "Uncle Hubert Junior"};

/// A message that says all of it.
void add_private_mail(World& w, const char* name) {
  fake::MessageSpec spec = fake::plain_message(name);
  spec.envelope.subject = kSecrets[0];
  spec.envelope.sender = kSecrets[1];
  spec.envelope.recipients = kSecrets[3];
  MessageContent content;
  content.properties.push_back({pr::kSubject, std::nullopt, Text{kSecrets[0]}});
  content.properties.push_back({pr::kSenderName, std::nullopt, Text{kSecrets[1]}});
  content.properties.push_back({pr::kDisplayTo, std::nullopt, Text{kSecrets[3]}});
  content.properties.push_back({pr::kBody, std::nullopt, Text{kSecrets[2]}});
  spec.content = std::move(content);
  ASSERT_TRUE(w.mailbox().add_message(w.inbox().id(), std::move(spec)));
}

// Delivered, condemned, deleted, refused, and on every kind of server: no line above debug says what is in the mail.
TEST(Privacy, NothingOfTheMailIsInTheLog) {
  for (const auto fence : servers::kFences) {
    std::vector<std::string> lines;
    const Log log =
        Log::to_receiver([&](Level /*level*/, std::string_view line) { lines.emplace_back(line); }, Level::info);
    World w({.faults = servers::fenced(fence), .log = log, .silent = true});
    w.inbox().add(3);
    for (const char* name : {"p1", "p2", "p3"}) add_private_mail(w, name);
    const auto truth = w.mailbox().ground_truth();
    ASSERT_TRUE(truth);
    for (const auto& folder : truth.value()) {
      for (const auto& message : folder.messages) {
        if (message.name == "p2") {
          ASSERT_TRUE(w.mailbox().break_message(message.id, {}));
        } else if (message.name == "p3") {
          ASSERT_TRUE(w.mailbox().break_message(message.id, {fake::DamageKind::hide, Errc::corrupt_data}));
        }
      }
    }
    w.run();
    w.run();
    EXPECT_EQ(w.holding().folders.empty(), false);
    for (const std::string& line : lines) {
      for (const char* secret : kSecrets) EXPECT_EQ(line.find(secret), std::string::npos) << line;
    }
    if (fence != servers::Fence::composed) {
      EXPECT_FALSE(lines.empty()) << "a pass failed, and the log says nothing";
    }
  }
}

}  // namespace
}  // namespace mapisync::test
