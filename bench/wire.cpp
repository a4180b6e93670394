// The codecs of MAPI over HTTP: how fast a FastTransfer stream is read, beside copying the same bytes.
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <functional>
#include <string>
#include <vector>

#include "bench/command_line.h"
#include "bench/meters.h"
#include "bench/report.h"
#include "providers/mapihttp/wire/constants.h"
#include "providers/mapihttp/wire/fast_transfer_parser.h"
#include "providers/mapihttp/wire/fast_transfer_writer.h"
#include "providers/mapihttp/wire/lz77.h"

namespace mapisync::bench {
namespace {

using namespace wire;  // NOLINT: a program of its own

constexpr std::size_t kBuffer = 0x7B00;  // what a server puts into one GetBuffer
constexpr double kMega = 1e6;

/// A mail as servers send it: some forty small properties, a text body, an HTML body, every fourth with an attachment.
void put_message(FastTransferWriter& writer, std::uint64_t number, bool bodies) {
  const Guid database{1, 2, 3};
  ChangeHeader header;
  header.source_key = to_bytes({database, number});
  header.change_key = to_bytes({database, number + 1});
  header.predecessor_change_list = encode_predecessor_change_list({header.change_key}).value();
  header.mid = ShortId{1, number};
  header.change_number = ShortId{1, number + 1};
  header.size = 1000;
  writer.progress_message(1000, false);
  writer.change_header(header);
  for (std::uint32_t i = 0; i < 20; ++i) {
    writer.property((0x3100U + i) << 16 | pt::kLong, static_cast<std::int32_t>(i));
    writer.property((0x3200U + i) << 16 | pt::kSysTime, static_cast<std::int64_t>(number));
  }
  for (std::uint32_t i = 0; i < 10; ++i) {
    writer.property((0x3300U + i) << 16 | pt::kUnicode, Text{"Somebody Somewhere <somebody@example.com>"});
    writer.named((0x8001U + i) << 16 | pt::kUnicode, PropertyName{database, std::string("x-header-of-some-kind")},
                 Text{"value"});
  }
  if (bodies) {
    writer.property(pr::kBody, Text{std::string(4000, 't')});
    writer.property(pr::kHtml, Binary{Bytes(12000, 'h')});
  }
  writer.children_replaced(tag::kMessageRecipients);
  for (int i = 0; i < 3; ++i) {
    writer.marker(marker::kStartRecip);
    writer.property(tag::kRowId, std::int32_t{i});
    writer.property(pr::kDisplayName, Text{"Somebody Somewhere"});
    writer.property(pr::kSmtpAddress, Text{"somebody@example.com"});
    writer.marker(marker::kEndToRecip);
  }
  if (bodies && number % 4 == 0) {
    writer.marker(marker::kNewAttach);
    writer.property(pr::kAttachNumber, std::int32_t{0});
    writer.property(pr::kAttachData, Binary{Bytes(80000, 'a')});
    writer.marker(marker::kEndAttach);
  }
}

struct Stream {
  Bytes bytes;
  std::uint64_t messages{0};
};

Stream make_stream(std::size_t size, bool bodies) {
  Stream stream;
  FastTransferWriter writer;
  while (writer.size() < size) put_message(writer, ++stream.messages, bodies);
  writer.state({});
  writer.marker(marker::kIncrSyncEnd);
  stream.bytes = writer.take().value();
  return stream;
}

/// Takes elements and does nothing.
class NoElements final : public StreamElements {
 public:
  std::uint64_t bytes{0};
  Result<void> on_marker(std::uint32_t /*marker*/) override { return success(); }
  Result<void> on_value(const StreamProperty& /*property*/, BytesView raw) override {
    bytes += raw.size();
    return success();
  }
  Result<void> on_large_begin(const StreamProperty& /*property*/, std::uint32_t /*size*/) override { return success(); }
  Result<void> on_large_piece(BytesView piece) override {
    bytes += piece.size();
    return success();
  }
  Result<void> on_large_end() override { return success(); }
};

/// Takes messages and counts them.
class MessageCount final : public FastTransferHandler {
 public:
  std::uint64_t messages{0};
  std::uint64_t bytes{0};
  Result<void> message_begin(const ChangeHeader* /*header*/, bool /*associated*/) override { return success(); }
  Result<void> message_end() override {
    ++messages;
    return success();
  }
  Result<void> message_void(const ExtendedErrorInfo& /*info*/) override { return success(); }
  Result<void> property(Property property) override {
    bytes += value_size(property.value);
    return success();
  }
  Result<void> value_begin(PropertyTag /*tag*/, const std::optional<PropertyName>& /*name*/,
                           std::uint64_t /*size*/) override {
    return success();
  }
  Result<void> value_piece(BytesView piece) override {
    bytes += piece.size();
    return success();
  }
  Result<void> value_end() override { return success(); }
  Result<void> recipient_begin() override { return success(); }
  Result<void> recipient_end() override { return success(); }
  Result<void> attachment_begin() override { return success(); }
  Result<void> attachment_end() override { return success(); }
  Result<void> embedded_begin() override { return success(); }
  Result<void> embedded_end() override { return success(); }
  Result<void> warning(std::uint32_t /*code*/) override { return success(); }
  Result<void> folder_change(PropertyList /*properties*/) override { return success(); }
  Result<void> deletions(const StreamDeletions& /*deletions*/) override { return success(); }
  Result<void> read_states(const StreamReadStates& /*read_states*/) override { return success(); }
  Result<void> state(const StreamState& /*state*/) override { return success(); }
};

template <class Use>
bool in_buffers(BytesView stream, Use use) {
  for (std::size_t at = 0; at < stream.size(); at += kBuffer) {
    if (!use(stream.substr(at, kBuffer))) return false;
  }
  return true;
}

bool lex(const Stream& stream) {
  NoElements elements;
  FastTransferLexer lexer(elements);
  return in_buffers(stream.bytes, [&](BytesView buffer) { return lexer.feed(buffer).has_value(); }) && lexer.finish() &&
         elements.bytes > 0;
}

bool parse_all(const Stream& stream) {
  MessageCount count;
  FastTransferParser parser(count, {});
  return in_buffers(stream.bytes, [&](BytesView buffer) { return parser.feed(buffer).has_value(); }) &&
         parser.finish() && count.messages == stream.messages;
}

struct Work {
  std::string name;
  std::size_t bytes;
  std::function<bool()> run;  // false: it did not say what it should
  std::vector<double> rates;  // bytes a second of processor time
};

/// All of them in turns, so that a noisy machine disturbs them alike.
bool measure(std::vector<Work>& works, int rounds) {
  for (int round = 0; round < rounds; ++round) {
    for (Work& work : works) {
      const Seconds start = Seconds::now();
      if (!work.run()) {
        std::fprintf(stderr, "wire: %s: a wrong count\n", work.name.c_str());
        return false;
      }
      work.rates.push_back(static_cast<double>(work.bytes) / (Seconds::now() - start).cpu);
    }
  }
  return true;
}

int run(const CommandLine& line) {
  const std::size_t size = line.smoke ? 2U << 20U : 128U << 20U;
  const Stream mail = make_stream(size, true);
  const Stream small = make_stream(size / 4, false);
  const Bytes plain = small.bytes.substr(0, 32768);
  const Bytes compressed = compress_lz77(plain);
  const std::size_t repeats = size / 4 / plain.size();
  Bytes target(kBuffer, '\0');

  std::vector<Work> works;
  works.push_back({"memcpy, buffer by buffer",
                   mail.bytes.size(),
                   [&] {
                     return in_buffers(mail.bytes, [&](BytesView buffer) {
                       std::memcpy(target.data(), buffer.data(), buffer.size());
                       return target.front() == buffer.front();
                     });
                   },
                   {}});
  works.push_back({"lexer, mail", mail.bytes.size(), [&] { return lex(mail); }, {}});
  works.push_back({"parser, mail", mail.bytes.size(), [&] { return parse_all(mail); }, {}});
  works.push_back({"lexer, small properties only", small.bytes.size(), [&] { return lex(small); }, {}});
  works.push_back({"parser, small properties only", small.bytes.size(), [&] { return parse_all(small); }, {}});
  works.push_back({"LZ77, bytes that come out",
                   repeats * plain.size(),
                   [&] {
                     for (std::size_t i = 0; i < repeats; ++i) {
                       const auto out = decompress_lz77(compressed, plain.size());
                       if (!out || out.value() != plain) return false;
                     }
                     return true;
                   },
                   {}});
  if (!measure(works, line.smoke ? 1 : 9)) return 1;

  print_heading("Reading a FastTransfer stream");
  print_text(grouped(mail.messages) + " messages in " + grouped(mail.bytes.size()) + " bytes, buffers of " +
             grouped(kBuffer) + ". MB/s of processor time on one core, the middle of the rounds.");
  MarkdownTable table({"work", "MB/s", "memcpy is faster by"});
  const double copy = median(works.front().rates);
  for (const Work& work : works) {
    const double rate = median(work.rates);
    table.row({work.name, decimal(rate / kMega, 0), decimal(copy / rate, 1)});
  }
  return 0;
}

}  // namespace
}  // namespace mapisync::bench

int main(int argc, char** argv) {
  return mapisync::bench::run(mapisync::bench::parse(
      argc, argv,
      "The codecs of MAPI over HTTP: how fast a FastTransfer stream is read, beside copying the same bytes."));
}
