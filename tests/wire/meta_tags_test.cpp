// The inside of an answer, cut anywhere: every split of every shape a server is known to send, and hostile ones.
#include "providers/mapihttp/wire/meta_tags.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "providers/mapihttp/wire/limits.h"
#include "tests/wire/vectors.h"

namespace mapisync::wire {
namespace {

struct Shape {
  const char* name;
  std::string text;  // up to the body
  std::size_t pending;
  std::vector<std::pair<std::string, std::string>> headers;
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

/// What came of an answer.
struct Read {
  MetaTagReader reader;
  Bytes body;

  Result<void> feed(BytesView piece) { return reader.feed(piece, body); }
};

void expect_shape(const Read& read, const Shape& shape, const std::string& body) {
  EXPECT_TRUE(read.reader.finish());
  EXPECT_EQ(read.body, body);
  EXPECT_EQ(read.reader.pending(), shape.pending);
  EXPECT_EQ(read.reader.headers(), shape.headers);
}

// One chunk of HTTP off the front of `raw`.
Bytes unchunked(std::string_view& raw) {
  const std::size_t line = raw.find("\r\n");
  const std::size_t size = std::stoul(std::string(raw.substr(0, line)), nullptr, 16);
  Bytes data(raw.substr(line + 2, size));
  raw.remove_prefix(line + 2 + size + 2);
  return data;
}

TEST(MetaTags, V6ChunksOfWords) {
  Bytes body;
  MetaTagReader reader;
  for (std::string_view raw : {vectors::kV6First, vectors::kV6Second}) {
    ASSERT_TRUE(reader.feed(unchunked(raw), body));
    EXPECT_TRUE(raw.empty());
  }
  EXPECT_EQ(reader.pending(), 1U);
  EXPECT_FALSE(reader.in_body());
  EXPECT_FALSE(reader.finish());
  ASSERT_TRUE(reader.feed("DONE\r\n\r\nxy", body));
  EXPECT_EQ(body, "xy");
  EXPECT_EQ(encode_meta_tags(1, {}), "PROCESSING\r\nPENDING\r\nDONE\r\n\r\n");
}

TEST(MetaTags, V7HeadersThenBodyCutAnywhere) {
  const Bytes binary("\0\r\nDONE\0", 8);
  const Bytes raw = Bytes(vectors::kV7) + binary;
  for (std::size_t cut = 0; cut <= raw.size(); ++cut) {
    MetaTagReader reader;
    Bytes body;
    ASSERT_TRUE(reader.feed(raw.substr(0, cut), body));
    ASSERT_TRUE(reader.feed(raw.substr(cut), body));
    ASSERT_TRUE(reader.finish());
    EXPECT_EQ(body, binary) << cut;
    ASSERT_NE(reader.header("x-elapsedtime"), nullptr);
    EXPECT_EQ(*reader.header("x-elapsedtime"), "5");
    EXPECT_EQ(*reader.header("X-StartTime"), "Mon, 02 Nov 2026 10:00:00 GMT");
    EXPECT_EQ(reader.header("X-ResponseCode"), nullptr);
  }
  EXPECT_EQ(encode_meta_tags(0, {{"X-ElapsedTime", "5"}, {"X-StartTime", "Mon, 02 Nov 2026 10:00:00 GMT"}}),
            vectors::kV7);
}

TEST(MetaTags, WordsRepeatWithAndWithoutLineEnds) {
  for (const char* raw :
       {"PROCESSINGPENDINGPENDINGDONE\r\n\r\nb", "PROCESSING\r\nPENDINGPENDING\r\n\r\nPROCESSING\nDONE\r\n\r\nb"}) {
    MetaTagReader reader;
    Bytes body;
    ASSERT_TRUE(reader.feed(raw, body)) << raw;
    EXPECT_EQ(body, "b");
    EXPECT_EQ(reader.pending(), 2U);
  }
}

TEST(MetaTags, WhatIsNoneOfThemIsRefused) {
  for (const char* raw :
       {"<html>", "PROCESSED", "PEND\r\nING", "DONE\r\nno colon\r\n\r\n", "DONE\r\n: x\r\n\r\n", "DONEx: y\r\n\r\n"}) {
    MetaTagReader reader;
    Bytes body;
    EXPECT_FALSE(reader.feed(raw, body)) << raw;
  }
  MetaTagReader reader;
  Bytes body;
  EXPECT_FALSE(reader.feed("DONE\r\nx: " + std::string(limits::kMetaBytesMax, 'y'), body));
  // Keep-alives may go on for hours.
  MetaTagReader patient;
  for (int i = 0; i < 20000; ++i) ASSERT_TRUE(patient.feed("PENDING\r\n", body));
  EXPECT_EQ(patient.pending(), 20000U);
}

TEST(MetaTags, EveryPairOfCuts) {
  for (const Shape& shape : shapes()) {
    SCOPED_TRACE(shape.name);
    const std::string whole = shape.text + kBody;
    for (std::size_t first = 0; first <= whole.size(); ++first) {
      for (std::size_t second = first; second <= whole.size(); ++second) {
        Read read;
        ASSERT_TRUE(read.feed(BytesView(whole).substr(0, first)));
        ASSERT_TRUE(read.feed(BytesView(whole).substr(first, second - first)));
        ASSERT_TRUE(read.feed(BytesView(whole).substr(second)));
        expect_shape(read, shape, kBody);
      }
    }
  }
}

TEST(MetaTags, ByteByByte) {
  for (const Shape& shape : shapes()) {
    SCOPED_TRACE(shape.name);
    Read read;
    for (const char byte : shape.text + kBody) ASSERT_TRUE(read.feed({&byte, 1}));
    expect_shape(read, shape, kBody);
  }
}

// The chunks printed in the specification: each holds a word with its line end.
TEST(MetaTags, ChunksOfTheSpecification) {
  Read read;
  for (const char* chunk : {"PROCESSING\r\n", "PENDING\r\n", "DONE\r\n", "\r\n"}) ASSERT_TRUE(read.feed(chunk));
  EXPECT_TRUE(read.reader.finish());
  EXPECT_EQ(read.reader.pending(), 1U);
}

TEST(MetaTags, CutBeforeTheBodyIsNoAnswer) {
  for (const Shape& shape : shapes()) {
    SCOPED_TRACE(shape.name);
    for (std::size_t end = 0; end < shape.text.size(); ++end) {
      Read read;
      ASSERT_TRUE(read.feed(BytesView(shape.text).substr(0, end)));
      ASSERT_FALSE(read.reader.finish()) << end;
    }
  }
}

TEST(MetaTags, RefusesWhatIsNoAnswer) {
  for (const char* text : {"<html>", "PROCESSINGX", "DONE now\r\n", "DONE\r\rX", "DONE\r\nno colon\r\n",
                           "DONE\r\n: no name\r\n", "DONE\r\nX: a\x01\r\n", "done\r\n", "PENDINX"}) {
    Read read;
    const Result<void> fed = read.feed(text);
    ASSERT_FALSE(fed) << text;
    EXPECT_EQ(fed.error().errc(), Errc::malformed) << text;
  }
}

// Invariant 8: everything is bounded.
TEST(MetaTags, EndlessPartsEnd) {
  const std::string kilobyte(1024, 'a');
  struct Endless {
    const char* start;
    std::string again;
  };
  for (const Endless& endless :
       {Endless{"", "PENDING\r\n"}, Endless{"", "PENDING"}, Endless{"", "\r\n"}, Endless{"DONE\r\nX: ", kilobyte},
        Endless{"DONE\r\n", "X: " + kilobyte + "\r\n"}, Endless{"DONE\r\n", "X: a\r\n"}}) {
    Read read;
    ASSERT_TRUE(read.feed(endless.start));
    bool ended = false;
    for (int i = 0; i < 200'000 && !ended; ++i) ended = !read.feed(endless.again);
    EXPECT_TRUE(ended) << endless.start << endless.again.substr(0, 10);
  }
}

}  // namespace
}  // namespace mapisync::wire
