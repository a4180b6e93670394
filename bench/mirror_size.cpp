// The size of the mirror against the size of the mail, with and without duplicates.
#include <filesystem>
#include <string>

#include "bench/command_line.h"
#include "bench/report.h"
#include "bench/world.h"

namespace mapisync::bench {
namespace {

struct Mix {
  const char* name;
  BulkMailShape shape;
};

void print(MarkdownTable& table, const Mix& mix, std::uint64_t messages) {
  const ScratchDirectory directory;
  const std::string path = directory.file("mirror.db");
  const BulkMail mail(mix.shape);
  std::uint64_t bytes = 0;
  {
    OpenMirror mirror(path);
    bytes = run_engine(mirror, mail, messages).costs.bytes;
  }
  const auto size = std::filesystem::file_size(path);
  const auto each = [&](std::uint64_t value) { return grouped(value / messages); };
  table.row({mix.name, grouped(messages), each(bytes), each(size),
             decimal(static_cast<double>(size) / static_cast<double>(bytes), 2)});
}

}  // namespace
}  // namespace mapisync::bench

int main(int argc, char** argv) {
  using namespace mapisync::bench;
  const CommandLine line = parse(
      argc, argv, "The size of the mirror's file against the bytes of the mail in it, with and without duplicates.");
  const std::uint64_t messages = line.smoke ? 300 : 20'000;
  const Mix mixes[] = {
      {"text of 512 bytes", {512}},
      {"text of 4 KB", {4096}},
      {"text of 16 KB, above what is kept inline", {16'384}},
      {"4 KB, each tenth with 200 KB attached", {4096, KeyOrder::ascending, 10, 200'000, 1}},
      {"the same, each attachment ten times", {4096, KeyOrder::ascending, 10, 200'000, 10}},
  };
  print_heading("Size of the mirror");
  MarkdownTable table({"mail", "messages", "bytes of a message", "bytes of the file for it", "file to mail"});
  for (const Mix& mix : mixes) print(table, mix, messages);
  return 0;
}
