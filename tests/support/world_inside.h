// What a World holds; only for the files that implement it.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "providers/fake/fake_provider.h"
#include "tests/support/world.h"

namespace mapisync::test {

/// The value of what must not fail here; a test that cannot even be set up ends the program.
template <class T>
T must(Result<T> result, const std::string& what) {
  if (!result) {
    ADD_FAILURE() << what << ": " << result.error().to_string();
    std::abort();
  }
  return std::move(result).value();
}

inline std::shared_ptr<fake::FakeMailbox> new_mailbox(const WorldSetup& setup) {
  fake::MailboxOptions options;
  options.seed = setup.seed;
  options.public_folders = setup.public_folders;
  if (!setup.mailbox)
    return std::make_shared<fake::FakeMailbox>(must(fake::FakeMailbox::create(":memory:", options), "a new mailbox"));
  if (const auto begun = setup.mailbox->begin_anew(options); !begun) {
    ADD_FAILURE() << begun.error().to_string();
    std::abort();
  }
  return setup.mailbox;
}

struct World::Inside {
  explicit Inside(WorldSetup given)
      : setup(std::move(given)),
        keep(new_mailbox(setup)),
        mailbox(*keep),
        provider(fake::open_provider(mailbox, setup.faults, nullptr, Log{})),
        random(setup.seed),
        mirror(make_mirror(setup.mirror, setup.empty_mirror)) {}

  WorldSetup setup;
  std::shared_ptr<fake::FakeMailbox> keep;
  fake::FakeMailbox& mailbox;
  std::unique_ptr<fake::FakeProvider> provider;  // the server: it outlives the processes that talk to it
  ManualClock clock;
  SeededRandom random;
  std::unique_ptr<Mirror> mirror;
  SinkScript script;
  StoreWatch watch;
  std::deque<StopFlag> stops =
      std::deque<StopFlag>(1);  // one a run; kept, since another thread may still hold an old one
  std::multimap<std::uint64_t, std::function<void()>> actions;  // of the next run, by port call
  std::function<void()> after_run;
  std::vector<fake::PortCall> calls;
  std::map<std::string, fake::FakeMessageId> ids;
  std::map<SourceKey, std::string> names;  // every key a name ever had
  std::map<std::string, SourceKey> keys;   // the latest key of a name
  std::set<SourceKey> had_copy;
  bool crashed{false};  // in any run so far
  Expectation expectation;
  SyncReport report;
  std::vector<std::string> history;
  int next_name{1};
};

}  // namespace mapisync::test
