// Recording and replaying, as seen from outside: what a trace holds, what it hides, what is noticed. (That whole
// stories come out the same is in traced_scenarios.cpp.)
#include <gmock/gmock.h>

#include <algorithm>

#include "engine/options_text.h"
#include "engine/outcome_text.h"
#include "providers/trace/fields.h"
#include "providers/trace/head.h"
#include "providers/trace/recorder.h"
#include "providers/trace/recording_provider.h"
#include "store/memory/memory_store.h"
#include "tests/support/matchers.h"
#include "tests/support/memory_spool.h"
#include "tests/support/servers.h"
#include "tests/trace/trace_bytes.h"
#include "tests/trace/traced_run.h"
#include "tools/mapisync/discarding_sink.h"

namespace mapisync::trace::test {

Result<cli::ReplayReport> replay_of(const Bytes& trace, std::size_t piece) {
  MemorySource source(trace, piece);
  cli::TraceReplay replay(source, nullptr);
  MAPISYNC_TRYV(replay.begin());
  MemoryStore store;
  cli::DiscardingSink sink;
  mapisync::test::MemorySpool spool;
  return replay.run({store, sink, spool, nullptr, Log()});
}

namespace {

using cli::ReplayVerdict;
using mapisync::test::MirrorKind;
using mapisync::test::World;
using mapisync::test::WorldSetup;
using testing::HasSubstr;
using testing::Not;

/// A world whose runs are kept as traces.
struct Kept {
  explicit Kept(Discretion discretion = {}, const WorldSetup& setup = {})
      : world([&] {
          WorldSetup with = setup;
          with.runner = keeping_runner(traces, discretion);
          return with;
        }()) {}
  std::vector<Bytes> traces;
  World world;
};

Bytes trace_with_bad_mail() {
  Kept kept;
  kept.world.inbox().add(12).add_bad("b1").add(3);
  kept.world.sync();
  return kept.traces.back();
}

/// The same run, told something else.
Bytes with_options(const Bytes& trace, const std::function<void(SyncOptions&)>& change) {
  std::vector<Record> records = records_of(trace);
  TraceHead head;
  Unpacker in(records.front().payload);
  fields(in, head);
  SyncOptions options = options_from_text(head.options).value();
  change(options);
  head.options = to_text(options);
  Redactor plain({true, true}, {});
  Packer out(plain);
  fields(out, head);
  records.front().payload = out.bytes();
  return trace_of(records);
}

TEST(KeyedHash, IsTheOneThatIsPublished) {
  const HashKey key{0x0706050403020100ULL, 0x0f0e0d0c0b0a0908ULL};
  Bytes bytes;
  for (char c = 0; c < 15; ++c) bytes.push_back(c);
  EXPECT_EQ(keyed_hash(key, bytes), 0xa129ca6149be45e5ULL);
  EXPECT_EQ(keyed_hash(key, {}), 0x726fdb47dd0e0e31ULL);
}

TEST(StandIn, IsTheSameWhereverItIsCut) {
  const Bytes whole = stand_in(7, 0, 1000);
  for (const std::size_t at : {0, 1, 7, 8, 9, 500, 999}) {
    EXPECT_EQ(whole.substr(at, 33), stand_in(7, at, std::min<std::size_t>(33, 1000 - at)));
  }
  EXPECT_NE(whole, stand_in(8, 0, 1000));
}

TEST(OptionsText, SaysEveryOption) {
  SyncOptions options;
  options.root_path = "Top/Ünder\n=";
  options.include_folders = {"a,b", ""};
  options.limits = {7, std::chrono::seconds(3), 9};
  options.isolation_method = IsolationMethod::clusters;
  options.noise_prior = 0.1;
  options.step_deadline = std::chrono::seconds(5);
  const std::string text = to_text(options);
  const auto read = options_from_text(text);
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(to_text(read.value()), text);
  EXPECT_EQ(read.value().include_folders, options.include_folders);
  EXPECT_EQ(read.value().root_path, options.root_path);
  for (const char* wrong : {"nonsense=1\n", "controls_max=\n", "controls_max=-1\n", "controls_max=1", "noise_prior=2\n",
                            "retry_all_now=yes\n", "root_path=zz\n", "include_folders=+61,\n"}) {
    EXPECT_FALSE(options_from_text(wrong).has_value()) << wrong;
  }
}

// Design 4.11: nothing of the mail, nobody's name.
TEST(Trace, HoldsNoMailUnlessItIsToldTo) {
  for (const bool content : {false, true}) {
    Kept kept({content, false});
    kept.world.folder("Projects of Anna").add("secret-subject");
    kept.world.inbox().add(3).add_bad("bad-subject");
    kept.world.sync();
    kept.world.modify("secret-subject");
    kept.world.sync();  // now ledger and quarantine are in it as well
    for (const Bytes& trace : kept.traces) {
      for (const char* word : {"secret-subject", "bad-subject", "Projects", "Anna", "example.org"}) {
        if (!content) {
          EXPECT_THAT(trace, Not(HasSubstr(word))) << word;
        }
      }
      if (content) {
        EXPECT_THAT(trace, HasSubstr("Projects of Anna"));
      }
      EXPECT_EQ(replay_of(trace).value().verdict, ReplayVerdict::as_recorded);
    }
    if (content) {
      EXPECT_THAT(kept.traces.front(), HasSubstr("secret-subject"));
    }
  }
}

TEST(Trace, KeepsNamesOfFoldersThatDecide) {
  WorldSetup setup;
  setup.options.include_folders = {"Pro*"};
  Kept kept({}, setup);
  kept.world.folder("Projects").add("one");
  kept.world.inbox().add("two");
  kept.world.sync();
  EXPECT_THAT(kept.traces.back(), HasSubstr("Projects"));
  const auto report = replay_of(kept.traces.back());
  EXPECT_EQ(report.value().verdict, ReplayVerdict::as_recorded);
}

// Any cut of the input gives the same.
TEST(Trace, IsReadInPiecesOfAnySize) {
  const Bytes trace = trace_with_bad_mail();
  for (const std::size_t piece : {1, 2, 13, 100'000}) {
    EXPECT_EQ(replay_of(trace, piece).value().verdict, ReplayVerdict::as_recorded);
  }
}

TEST(Trace, SaysWhereTheEngineGoesAnotherWay) {
  const Bytes trace = trace_with_bad_mail();
  const auto report = replay_of(with_options(trace, [](SyncOptions& o) { o.selective_list_max = 3; }));
  ASSERT_TRUE(report.has_value()) << report.error().to_string();
  ASSERT_EQ(report.value().verdict, ReplayVerdict::diverged);
  const Divergence& at = *report.value().divergence;
  EXPECT_GT(at.call, 10U);
  EXPECT_EQ(report.value().calls, at.call - 1);
  EXPECT_THAT(at.asked, HasSubstr("chosen messages ("));
  EXPECT_THAT(at.recorded, HasSubstr("chosen messages ("));
}

TEST(Trace, NoticesThatLessIsAsked) {
  std::vector<Record> records = records_of(trace_with_bad_mail());
  const auto last =
      std::find_if(records.rbegin(), records.rend(), [](const Record& r) { return r.kind == Kind::call; });
  const std::vector<Record> again(last.base() - 1, records.end() - 1);
  records.insert(records.end() - 1, again.begin(), again.end());
  const auto report = replay_of(trace_of(records));
  ASSERT_EQ(report.value().verdict, ReplayVerdict::diverged);
  EXPECT_EQ(report.value().divergence->asked, "the end of the run");
  EXPECT_THAT(report.value().divergence->recorded, HasSubstr(" of object "));
}

TEST(Trace, NoticesThatAnotherEndComesOutOfIt) {
  std::vector<Record> records = records_of(trace_with_bad_mail());
  Redactor plain({true, true}, {});
  Packer out(plain);
  out.raw("in_step: nothing happened\n");
  records.back().payload = out.bytes();
  const auto report = replay_of(trace_of(records));
  EXPECT_EQ(report.value().verdict, ReplayVerdict::other_outcome);
}

TEST(Trace, OfADifferentClockIsNoDivergence) {
  std::vector<Record> records = records_of(trace_with_bad_mail());
  std::size_t readings = 0;
  std::erase_if(records, [&](const Record& r) { return r.kind == Kind::time_elapsed && ++readings % 3 == 0; });
  ASSERT_GT(readings, 10U);
  const auto report = replay_of(trace_of(records));
  EXPECT_EQ(report.value().verdict, ReplayVerdict::as_recorded);
  EXPECT_GT(report.value().clock_differences, 0U);
}

// A process may end anywhere: what it has written so far is a trace.
TEST(HostileTrace, EveryBeginningIsReadable) {
  const Bytes trace = trace_with_bad_mail();
  std::size_t replayed = 0;
  for (std::size_t end = 0; end < trace.size(); end += 1 + end / 40) {
    const auto report = replay_of(trace.substr(0, end));
    if (!report) {
      EXPECT_EQ(report.error().errc(), Errc::malformed);
      continue;
    }
    EXPECT_EQ(report.value().verdict, ReplayVerdict::recording_ends) << end;
    ++replayed;
  }
  EXPECT_GT(replayed, 50U);
}

TEST(HostileTrace, EveryChangedByteIsNoticed) {
  const Bytes trace = trace_with_bad_mail();
  for (std::size_t at = 0; at < trace.size(); at += 1 + at / 50) {
    Bytes changed = trace;
    changed[at] = static_cast<char>(changed[at] ^ 0x10);
    const auto report = replay_of(changed);
    if (report) {
      EXPECT_NE(report.value().verdict, ReplayVerdict::as_recorded) << at;
    } else {
      EXPECT_THAT(report.error().errc(), testing::AnyOf(Errc::malformed, Errc::store_too_new)) << at;
    }
  }
}

TEST(HostileTrace, ForeignFilesAreToldApart) {
  const auto why = [](const Bytes& bytes) {
    const auto report = replay_of(bytes);
    return report ? std::string("replayed") : report.error().to_string();
  };
  EXPECT_THAT(why(""), HasSubstr("no trace of mapisync"));
  EXPECT_THAT(why("SQLite format 3"), HasSubstr("no trace of mapisync"));
  EXPECT_THAT(why("mapisync-tr"), HasSubstr("ends before it begins"));
  EXPECT_THAT(why(Bytes(kMagic) + '\x7f'), HasSubstr("reads up to 1"));
  EXPECT_THAT(why(Bytes(kMagic) + '\x01'), HasSubstr("nothing was recorded"));
  EXPECT_THAT(why(Bytes(kMagic) + "\x01\xff\xff\xff\xff\x7f"), HasSubstr("damaged"));
}

// With checks that are right: records in a place or of a content that no recorder makes.
TEST(HostileTrace, RecordsThatMakeNoSenseAreRefused) {
  const std::vector<Record> good = records_of(trace_with_bad_mail());
  for (std::size_t at = 0; at < good.size(); at += 1 + at / 30) {
    std::vector<Record> shuffled = good;
    std::swap(shuffled[at], shuffled[good.size() / 2]);
    std::vector<Record> cut = good;
    cut[at].payload.resize(cut[at].payload.size() / 2);
    std::vector<Record> longer = good;
    longer[at].payload += Bytes(40, '\xff');
    for (const auto& records : {shuffled, cut, longer}) {
      const auto report = replay_of(trace_of(records));
      if (!report) {
        EXPECT_EQ(report.error().errc(), Errc::malformed) << report.error().to_string();
      }
    }
  }
}

TEST(HostileTrace, SizesAreNotBelieved) {
  for (const Bytes& payload : {leb(1) + Bytes("\0", 1) + leb(std::uint64_t{1} << 62U) + leb(9),
                               leb(1) + Bytes("\0", 1) + leb(kExpandedMax + 1) + leb(9)}) {
    Unpacker in(payload);
    Bytes value;
    in.personal(value);
    EXPECT_FALSE(in.ok());
    EXPECT_LT(value.size(), 100U);
  }
  const Bytes endless = leb(std::uint64_t{1} << 60U) + "abc";
  Unpacker many(endless);
  std::vector<Bytes> list;
  many.list(list, [&](Bytes& one) { many.raw(one); });
  EXPECT_FALSE(many.ok());
  EXPECT_TRUE(list.empty());
}

// The mirror is what matters: a recording that finds no room ends, the run goes on.
TEST(Recorder, ThatFindsNoRoomChangesNothing) {
  MemoryTrace tape;
  tape.set_room(6000);
  WorldSetup setup;
  setup.runner = [&tape](const SyncEnvironment& environment, Store& plain, const SyncOptions& options,
                         const StopFlag& stop) { return record_run(tape, {}, environment, plain, options, stop); };
  World w(setup);
  w.inbox().add(50).add_bad("b1");
  w.sync();
  EXPECT_THAT(w, mapisync::test::InStepExcept("b1"));
  EXPECT_GT(tape.bytes().size(), 1000U);
  EXPECT_EQ(replay_of(tape.bytes()).value().verdict, ReplayVerdict::recording_ends);
}

// What the engine decides by is in the trace, whatever kind of store it came from and goes to.
TEST(Trace, OfALaterRunIsReplayedIntoAnyStore) {
  WorldSetup setup;
  setup.mirror = MirrorKind::sqlite;
  setup.faults = mapisync::test::servers::delivers_prefix();
  Kept kept({}, setup);
  kept.world.inbox().add(40).add_bad("b1").add(5).add_bad("b2").add(20);
  kept.world.options().limits.calls = 4;
  for (int run = 0; run < 12; ++run) kept.world.sync();
  for (const Bytes& trace : kept.traces) {
    MemorySource source(trace);
    cli::TraceReplay replay(source, nullptr);
    ASSERT_TRUE(replay.begin().has_value());
    const auto mirror = mapisync::test::make_mirror(MirrorKind::sqlite);
    mapisync::test::MemorySpool spool;
    auto report = replay.run({mirror->store(), mirror->sink(), spool, nullptr, Log()});
    ASSERT_TRUE(report.has_value()) << report.error().to_string();
    EXPECT_EQ(report.value().verdict, ReplayVerdict::as_recorded) << report.value().recorded << report.value().replayed;
    EXPECT_EQ(replay_of(trace).value().verdict, ReplayVerdict::as_recorded);
  }
}

// A body takes its size and a hash.
TEST(Trace, DoesNotGrowWithTheMail) {
  Kept kept;
  fake::MessageSpec spec = fake::plain_message("large");
  spec.content = fake::plain_content("large", std::string(3U << 20U, 'x'));
  kept.world.inbox();
  ASSERT_TRUE(kept.world.mailbox().add_message(kept.world.inbox().id(), std::move(spec)).has_value());
  kept.world.sync();
  EXPECT_LT(kept.traces.back().size(), 20'000U);
  EXPECT_EQ(replay_of(kept.traces.back()).value().verdict, ReplayVerdict::as_recorded);
}

TEST(Trace, IsNotWrittenToTheMailbox) {
  World w;
  w.inbox().add(1);
  MemoryTrace tape;
  Recorder recorder(tape, w.clock(), {}, {1, 2}, nullptr);
  w.server().allow_writes(true);
  RecordingProvider provider(w.server(), recorder);
  const auto session = provider.open_session().value();
  const auto mailbox = session->open_mailbox().value();
  const auto writer = mailbox->open_writer(mailbox->root("").value().key);
  ASSERT_FALSE(writer.has_value());
  EXPECT_EQ(writer.error().errc(), Errc::no_access);
}

}  // namespace
}  // namespace mapisync::trace::test
