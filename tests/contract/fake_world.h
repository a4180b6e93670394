// A world of the contract suites in a fake mailbox, and the plans of the servers that are tried.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "providers/fake/fake_provider.h"
#include "tests/contract/contract_world.h"

namespace mapisync::contract {

class FakeContractWorld : public ContractWorld {
 public:
  explicit FakeContractWorld(const fake::FaultPlan& plan)
      : box_(fake::FakeMailbox::create(":memory:").value()),
        folder_(box_.ensure_folder("Inbox").value()),
        other_(box_.ensure_folder("Other").value()),
        provider_(fake::open_provider(box_, plan, nullptr, Log())) {}

  Provider& provider() override { return *provider_; }
  FolderKey folder() override { return box_.folder_record(folder_).value().info.key; }
  FolderKey other_folder() override { return box_.folder_record(other_).value().info.key; }

  using ContractWorld::add;
  void add(const std::string& name, const Add& add) override {
    fake::MessageSpec spec = fake::plain_message(name);
    spec.associated = add.associated;
    spec.read = add.read;
    spec.envelope.recipients = add.to;
    spec.envelope.sent = add.sent;
    if (add.foreign) spec.foreign_source_key = "a foreign key of another length: " + name;
    if (add.body != 0) spec.content = fake::plain_content(name, std::string(add.body, 'x'));
    ASSERT_TRUE(box_.add_message(folder_, std::move(spec)).has_value()) << name;
  }
  void modify(const std::string& name) override { ASSERT_TRUE(box_.modify_message(id(name)).has_value()) << name; }
  void remove(const std::string& name) override { ASSERT_TRUE(box_.delete_message(id(name)).has_value()) << name; }
  void move_away(const std::string& name) override {
    ASSERT_TRUE(box_.move_message(id(name), other_).has_value()) << name;
  }
  void mark_read(const std::string& name, bool read) override {
    ASSERT_TRUE(box_.mark_read(id(name), read).has_value()) << name;
  }
  void damage(const std::string& name) override {
    ASSERT_TRUE(box_.break_message(id(name), fake::Damage{}).has_value());
  }
  void heal(const std::string& name) override { ASSERT_TRUE(box_.heal_message(id(name)).has_value()); }
  SourceKey key(const std::string& name) override { return box_.message_record(id(name)).value().source_key; }
  Capabilities truth() override {
    const fake::ServerProfile& profile = provider_->plan().server;
    Capabilities truth = profile.announced;
    truth.selective_sync = profile.selective_sync;
    truth.id_form = profile.id_form;
    truth.catch_up = profile.catch_up;
    truth.composed_state = profile.composed_state;
    truth.restriction = profile.restriction;
    truth.interruptible = profile.interruptible;
    return truth;
  }

 protected:
  fake::FakeProvider& server() { return *provider_; }
  fake::MessageRecord record(const std::string& name) { return box_.message_record(id(name)).value(); }

 private:
  fake::FakeMessageId id(const std::string& name) { return box_.message(name).value(); }

  fake::FakeMailbox box_;
  fake::FakeFolderId folder_, other_;
  std::unique_ptr<fake::FakeProvider> provider_;
};

/// Name and fault plan of each server that every provider is tried against.
inline std::vector<std::pair<std::string, std::string>> fake_world_plans() {
  return {
      {"exchange_2010", ""},
      {"exchange_2007", "profile exchange-2007"},
      {"calm", "profile calm"},
      {"prefix_server", "profile prefix-server"},
      {"entry_ids", "server id-form entry-id\nserver wrong-form empty\nserver catch-up expensive"},
      {"source_keys", "server id-form source-key\nserver restriction yes\nserver catch-up none"},
      {"uninterruptible", "server interruptible no\nserver settle-first yes"},
      {"no_selective", "server selective-sync no\nserver composed-state yes\nserver restriction yes"},
  };
}

}  // namespace mapisync::contract
