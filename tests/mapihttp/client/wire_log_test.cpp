// The protocol log: what it tells, and what it must not.
#include <gmock/gmock.h>

#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "providers/mapihttp/client/wire_log.h"
#include "providers/mapihttp/wire/idset.h"
#include "providers/mapihttp/wire/rop_names.h"
#include "tests/mapihttp/client/wire_world.h"
#include "tests/support/matchers.h"

namespace mapisync::mapihttp {
namespace {

using emulator::Mode;
using mapisync::test::InStepExcept;
using mapisync::test::World;
using test::over_the_wire;
using test::WireSetup;

TEST(WireLogWords, TellWhatIsAskedFor) {
  wire::SynchronizationConfigureRequest configure;
  configure.tags = {0x0E070003, 0x3001001F};
  EXPECT_THAT(in_words(wire::RopRequest{0, 1, configure}),
              testing::AllOf(testing::StartsWith("SynchronizationConfigure [1]: contents"),
                             testing::HasSubstr("2 properties: 0E070003 3001001F")));
  wire::ReplguidIdset set;
  set.add_range(Guid{1}, 5, 9);
  set.add_range(Guid{2}, 1, 1);
  EXPECT_THAT(in_words(wire::RopRequest{0, 1, wire::UploadStateStreamContinueRequest{wire::encode_idset(set)}}),
              testing::HasSubstr("6 ids in 2 intervals of 2 databases"));
  EXPECT_EQ(in_words(wire::RopResponse{wire::RopId::open_folder, 1, 0x80040102, wire::PlainResponse{}}),
            "OpenFolder [1] 0x80040102");
  const std::vector<std::uint32_t> handles{0x2A, 0xFFFFFFFF};
  EXPECT_EQ(in_words(wire::RopRequest{0, 0, wire::ReleaseRequest{}}, handles), "Release [0 #2A]");
  for (const std::uint8_t slot : std::vector<std::uint8_t>{1, 2, 255}) {  // without one yet, and behind the table
    EXPECT_EQ(in_words(wire::RopRequest{0, slot, wire::ReleaseRequest{}}, handles),
              "Release [" + std::to_string(slot) + "]");
  }
}

template <std::size_t... I>
std::vector<wire::RopRequestBody> one_of_each(std::index_sequence<I...> /*which*/) {
  return {wire::RopRequestBody(std::in_place_index<I>)...};
}

// A ROP that the client learns to ask has a name in the log from then on.
TEST(WireLogWords, HaveANameForEveryRopThatCanBeAsked) {
  std::set<std::string> names;
  const auto bodies = one_of_each(std::make_index_sequence<std::variant_size_v<wire::RopRequestBody>>());
  for (const auto& body : bodies) {
    const std::string words = in_words(wire::RopRequest{0, 0, body});
    EXPECT_THAT(words, testing::MatchesRegex("[A-Z][A-Za-z]+ .0.(: .*)?")) << body.index();
    names.insert(words.substr(0, words.find(' ')));
  }
  EXPECT_EQ(names.size(), bodies.size());
}

// Invariant 8: whatever is in a list, a line stays a line.
TEST(WireLogWords, AreBounded) {
  wire::SourceCopyMessagesRequest copy;
  copy.messages.assign(60'000, wire::ShortId{1, 2});
  EXPECT_LT(in_words(wire::RopRequest{0, 0, copy}).size(), 200U);
  EXPECT_THAT(in_words(wire::RopRequest{0, 0, copy}), testing::HasSubstr("60000 messages"));
  wire::GetPropertiesSpecificRequest all;
  all.tags.assign(60'000, 1);
  EXPECT_LT(in_words(wire::RopRequest{0, 0, all}).size(), 400U);
}

// Invariant 11: of text there is a length.
TEST(WireLogWords, HoldNobodysData) {
  wire::LogonRequest logon;
  logon.essdn = "/o=Org/cn=Recipients/cn=ann";
  EXPECT_THAT(in_words(wire::RopRequest{0, 0, logon}), testing::Not(testing::HasSubstr("ann")));
  wire::OpenMessageResponse opened;
  opened.normalized_subject = {wire::TypedString::Type::unicode, "Secret plans"};
  EXPECT_THAT(in_words(wire::RopResponse{wire::RopId::open_message, 0, 0, opened}),
              testing::Not(testing::HasSubstr("Secret")));
  std::string log;
  mapisync::test::ManualClock clock;
  WireLog wire(clock, [&](std::string_view line) { log += line; });
  wire.answer({1, "Execute", 2}, 200, "ann@example.com\n<injected>", 0);
  EXPECT_THAT(log, testing::EndsWith("Execute 2: HTTP 200, X-ResponseCode no number, 0 keep-alives\n"));
}

class TracedWire : public testing::TestWithParam<Mode> {};
INSTANTIATE_TEST_SUITE_P(Modes, TracedWire, testing::Values(Mode::exchange, Mode::gromox), [](const auto& mode) {
  return std::string(mode.param == Mode::gromox ? "gromox" : "exchange");
});

// Invariant 11: a whole sync with a bad message; nothing of the mail, of people or of secrets is in its log, every ROP
// has a name, and the log tells of all that was asked.
TEST_P(TracedWire, ASyncIsToldWithoutTheMail) {
  std::string log;
  mapisync::test::ManualClock clock;
  WireSetup how;
  how.mode = GetParam();
  how.options.observer = std::make_shared<WireLog>(clock, [&](std::string_view line) { log += line; });
  World w(over_the_wire(how));
  w.inbox().add("Marker-subject-one").add("Marker-subject-two").add_bad("bad");
  w.folder("Marker-folder").add("Marker-subject-three");
  w.sync();
  ASSERT_THAT(w, InStepExcept("bad"));
  for (const char* kept : {"Connect 1: ", "Logon [", "SynchronizationConfigure [", "FastTransferSourceGetBuffer [",
                           "QueryRows [", "HTTP 200, X-ResponseCode 0", "IdsetGiven"}) {
    EXPECT_THAT(log, testing::HasSubstr(kept));
  }
  for (const char* secret :
       {"Marker", "secret", "ann", "example", "This is", "Cookie", "Basic", "MapiContext", "/o="}) {
    EXPECT_THAT(log, testing::Not(testing::HasSubstr(secret)));
  }
  EXPECT_THAT(log, testing::Not(testing::HasSubstr("? [")));
}

}  // namespace
}  // namespace mapisync::mapihttp
