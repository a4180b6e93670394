#include "tools/emulator/wire_script.h"

#include <gtest/gtest.h>

#include "tools/emulator/stream_atoms.h"
#include "tools/emulator/users.h"

namespace mapisync::emulator {
namespace {

TEST(WireScriptText, PrintsAndParsesBackExactly) {
  const std::string text =
      "place \"a b\" embedded\nabort x transfer-status\nnameless x\ntwice y\nauxiliary y 00ff\nunasked\ncover-bad\n"
      "busy 3 1000 times 2\nbackoff 1 5\nexecute 2 1723\nresponse 9 10\nlose 4\ndrop 5\ndrop-answer 6 times 3\n"
      "pending 7 2\ncuts anywhere\nchunks 5\nplain-answers\n";
  const WireScript script = WireScript::parse(text).value();
  EXPECT_EQ(script.bad.size(), 3U);
  EXPECT_EQ(script.form_of("a b").place, ErrorPlace::embedded);
  EXPECT_EQ(script.form_of("nobody"), BadMessageForm{});
  EXPECT_EQ(script.at(WireEvent::busy, 4)->value, 1000U);
  EXPECT_EQ(script.at(WireEvent::busy, 5), nullptr);
  EXPECT_EQ(WireScript::parse(script.to_string()).value(), script);
}

TEST(WireScriptText, WhatIsWrongIsNamedWithItsLine) {
  for (const char* text : {"place x nowhere", "place x", "busy 0 1", "busy 1", "busy 1 x", "lose 1 2", "lose 1 times 0",
                           "auxiliary x 0g", "chunks 0", "cuts", "dance"}) {
    const auto script = WireScript::parse("# a comment\n" + std::string(text) + "\n");
    ASSERT_FALSE(script) << text;
    EXPECT_TRUE(script.error().context.starts_with("line 2: ")) << script.error().context;
  }
}

TEST(StreamCuts, LieBetweenAtomsOrWithinBytes) {
  // A marker, a named property with a fixed value, a text.
  const Bytes stream = Bytes("\x03\x00\x12\x40", 4) + Bytes("\x03\x00\x02\x80", 4) + Bytes(16, 'g') +
                       Bytes("\x00\x01\x85\x00\x00", 5) + Bytes("\x0F\x00\x00\x00", 4) + Bytes("\x1F\x00\x37\x00", 4) +
                       Bytes("\x04\x00\x00\x00", 4) + Bytes("A\0\0\0", 4);
  const std::vector<Atom> atoms = atoms_of(stream);
  ASSERT_EQ(atoms.size(), 5U);
  EXPECT_EQ(legal_cut(atoms, 0, 2), 4U);  // no shorter piece is possible
  EXPECT_EQ(legal_cut(atoms, 0, 20), 4U);
  EXPECT_EQ(legal_cut(atoms, 4, 100), 100U);
  EXPECT_EQ(legal_cut(atoms, 0, 31), 29U);
  for (std::size_t end = 41; end <= 45; ++end) EXPECT_EQ(legal_cut(atoms, 0, end), end);
}

TEST(EmulatorUsers, AreProvedByTheirPasswordsOnly) {
  const Users users = Users::parse("# who may\nann:se:cret\nbob@example.org:x\r\n").value();
  EXPECT_EQ(users.prove("Basic " + base64("ann:se:cret")), "ann");
  EXPECT_EQ(users.prove("basic " + base64("bob@example.org:x")), "bob@example.org");
  for (const std::string& header : {std::string(), std::string("Basic "), "Bearer " + base64("ann:se:cret"),
                                    "Basic " + base64("ann:secret"), std::string("Basic ???")}) {
    EXPECT_FALSE(users.prove(header)) << header;
  }
  EXPECT_FALSE(Users::parse("ann\n"));
  EXPECT_FALSE(Users::parse("ann:\n"));
  EXPECT_EQ(base64("f"), "Zg==");
  EXPECT_EQ(base64("fo"), "Zm8=");
  EXPECT_EQ(base64("foo"), "Zm9v");
}

}  // namespace
}  // namespace mapisync::emulator
