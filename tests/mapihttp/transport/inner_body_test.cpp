// The inside of an answer, cut anywhere: every split of every shape a server is known to send, and hostile ones.
#include "providers/mapihttp/transport/inner_body.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace mapisync::mapihttp {
namespace {

constexpr std::size_t kRoom = 1000;

struct Shape {
  const char* name;
  std::string text;  // up to the body
  std::uint32_t pending;
  std::vector<HeaderField> headers;
};

const std::string kBody("DONE\r\n\r\n\0PENDING\xff\r\n", 20);  // a body may look like anything

std::vector<Shape> shapes() {
  return {
      {"plain", "PROCESSING\r\nDONE\r\n\r\n", 0, {}},
      {"waiting",
       "PROCESSING\r\nPENDING\r\nPENDING\r\nDONE\r\nX-ResponseCode: 0\r\n\r\n",
       2,
       {{"X-ResponseCode", "0"}}},
      {"gromox",
       "PROCESSING\r\nDONE\r\nX-ElapsedTime: 5\r\nX-StartTime: Mon, 02 Nov 2026 10:00:00 GMT\r\n\r\n",
       0,
       {{"X-ElapsedTime", "5"}, {"X-StartTime", "Mon, 02 Nov 2026 10:00:00 GMT"}}},
      // Its keep-alives leave the line end to the chunk, and its last part begins anew.
      {"gromox waiting", "PROCESSING\r\nPENDINGPENDINGPROCESSING\r\nDONE\r\n\r\n", 2, {}},
      {"bare line feeds", "PROCESSING\nDONE\nX-ResponseCode: 0\n\n", 0, {{"X-ResponseCode", "0"}}},
      {"done at once", "DONE\r\n\r\n", 0, {}},
  };
}

void expect_shape(const InnerBodyParser& parser, const Shape& shape, const std::string& body) {
  EXPECT_TRUE(parser.finish());
  EXPECT_EQ(parser.body(), body);
  EXPECT_EQ(parser.pending_count(), shape.pending);
  ASSERT_EQ(parser.headers().fields().size(), shape.headers.size());
  for (std::size_t i = 0; i < shape.headers.size(); ++i) {
    EXPECT_EQ(parser.headers().fields()[i].name, shape.headers[i].name);
    EXPECT_EQ(parser.headers().fields()[i].value, shape.headers[i].value);
  }
}

TEST(InnerBody, EveryPairOfCuts) {
  for (const Shape& shape : shapes()) {
    SCOPED_TRACE(shape.name);
    const std::string whole = shape.text + kBody;
    for (std::size_t first = 0; first <= whole.size(); ++first) {
      for (std::size_t second = first; second <= whole.size(); ++second) {
        InnerBodyParser parser(kRoom);
        ASSERT_TRUE(parser.feed(BytesView(whole).substr(0, first)));
        ASSERT_TRUE(parser.feed(BytesView(whole).substr(first, second - first)));
        ASSERT_TRUE(parser.feed(BytesView(whole).substr(second)));
        expect_shape(parser, shape, kBody);
      }
    }
  }
}

TEST(InnerBody, ByteByByte) {
  for (const Shape& shape : shapes()) {
    SCOPED_TRACE(shape.name);
    InnerBodyParser parser(kRoom);
    for (const char byte : shape.text + kBody) ASSERT_TRUE(parser.feed({&byte, 1}));
    expect_shape(parser, shape, kBody);
  }
}

// The chunks printed in the specification: each holds a word with its line end.
TEST(InnerBody, ChunksOfTheSpecification) {
  InnerBodyParser parser(kRoom);
  for (const char* chunk : {"PROCESSING\r\n", "PENDING\r\n", "DONE\r\n", "\r\n"}) ASSERT_TRUE(parser.feed(chunk));
  EXPECT_TRUE(parser.finish());
  EXPECT_EQ(parser.pending_count(), 1U);
}

TEST(InnerBody, CutBeforeTheBodyIsNoAnswer) {
  for (const Shape& shape : shapes()) {
    SCOPED_TRACE(shape.name);
    for (std::size_t end = 0; end < shape.text.size(); ++end) {
      InnerBodyParser parser(kRoom);
      ASSERT_TRUE(parser.feed(BytesView(shape.text).substr(0, end)));
      ASSERT_FALSE(parser.finish()) << end;
    }
  }
}

TEST(InnerBody, RefusesWhatIsNoAnswer) {
  for (const char* text : {"<html>", "PROCESSINGX", "DONE now\r\n", "DONE\r\rX", "DONE\r\nno colon\r\n",
                           "DONE\r\n: no name\r\n", "DONE\r\nX: a\x01\r\n", "done\r\n", "PENDINX"}) {
    InnerBodyParser parser(kRoom);
    const Result<void> fed = parser.feed(text);
    ASSERT_FALSE(fed) << text;
    EXPECT_EQ(fed.error().errc(), Errc::malformed) << text;
    EXPECT_EQ(fed.error().scope, Scope::mailbox) << text;
  }
}

// Invariant 8: everything is bounded.
TEST(InnerBody, EndlessPartsEnd) {
  const std::string kilobyte(1024, 'a');
  struct Endless {
    const char* start;
    std::string again;
  };
  for (const Endless& endless : {Endless{"", "PENDING\r\n"}, Endless{"", "PENDING"}, Endless{"", "\r\n"},
                                 Endless{"DONE\r\nX: ", kilobyte}, Endless{"DONE\r\n", "X: " + kilobyte + "\r\n"},
                                 Endless{"DONE\r\n", "X: a\r\n"}, Endless{"DONE\r\n\r\n", kilobyte}}) {
    InnerBodyParser parser(kRoom);
    ASSERT_TRUE(parser.feed(endless.start));
    bool ended = false;
    for (int i = 0; i < 200'000 && !ended; ++i) ended = !parser.feed(endless.again);
    EXPECT_TRUE(ended) << endless.start << endless.again.substr(0, 10);
  }
}

TEST(InnerBody, BodyUpToItsBound) {
  InnerBodyParser parser(4);
  ASSERT_TRUE(parser.feed("DONE\r\n\r\n1234"));
  EXPECT_EQ(parser.body(), "1234");
  const Result<void> more = parser.feed("5");
  ASSERT_FALSE(more);
  EXPECT_EQ(more.error().errc(), Errc::too_big);
}

}  // namespace
}  // namespace mapisync::mapihttp
