// sync_service MAILBOX.fake FOLDER [ROUNDS]: keeps FOLDER/mail.db in step with a mailbox, round after round, until it
// is asked to stop. A round that finds bad messages sets them aside and goes on; the next rounds try them again in
// time.
#include <charconv>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <string>

#include "engine/mailbox_sync.h"
#include "engine/staging/file_spool.h"
#include "mail_table.h"
#include "providers/fake/fake_provider.h"
#include "providers/fake/mime/mime_converter.h"
#include "service_ports.h"
#include "store/sqlite/sqlite_store.h"

namespace {

using namespace mapisync;

constexpr auto kPause = std::chrono::seconds(1);  // a real service would wait a minute, or for a notification

StopFlag stop_flag;  // what a signal handler can reach
extern "C" void on_signal(int) { stop_flag.request(); }

int give_up(const Failure& failure) {
  std::cerr << "sync_service: " << failure.to_string() << '\n';
  return 1;
}

void tell(const SyncReport& report) {
  const FolderReport sum = report.sum();
  std::cout << "run " << static_cast<std::int64_t>(report.run) << ": " << name_of(report.grade) << ", "
            << sum.source.delivered << " delivered, " << sum.source.unchanged << " unchanged, "
            << sum.source.quarantined << " in quarantine, " << report.costs.calls << " exports" << std::endl;
}

Result<void> serve(const std::string& mailbox, const std::filesystem::path& folder, int rounds) {
  const Log log = Log::to_stderr(Level::warn, false);

  // Where mail comes from. Any other Provider fits here.
  mime::MimeConverter converter;
  MAPISYNC_TRY(provider, fake::open_provider(mailbox, fake::FaultPlan{}, &converter, log));
  // What mapisync remembers, and what the service keeps: two databases, coupled by the order of their commits.
  MAPISYNC_TRY(store, SqliteStore::open((folder / "checkpoint.db").string()));
  MAPISYNC_TRY(table, MailTable::open((folder / "mail.db").string()));

  ServiceClock clock;
  ServiceRandom random;
  FileSpool spool;
  for (int round = 0; round < rounds && !stop_flag.requested(); ++round) {
    if (round > 0) clock.wait(kPause, stop_flag);
    MailboxSync sync({*provider, *store, *table, clock, random, spool, nullptr, log}, SyncOptions{});
    MAPISYNC_TRY(report, sync.run(stop_flag));
    tell(report);
  }
  return success();
}

}  // namespace

int main(int argc, char** argv) {
  int rounds = 2;
  if (argc == 4) std::from_chars(argv[3], argv[3] + std::strlen(argv[3]), rounds);
  if (argc < 3 || argc > 4 || rounds < 1) {
    std::cerr << "usage: sync_service MAILBOX.fake FOLDER [ROUNDS]\n";
    return 64;
  }
  std::signal(SIGINT, on_signal);
  std::signal(SIGTERM, on_signal);
  std::error_code error;
  std::filesystem::create_directories(argv[2], error);
  if (error) {
    std::cerr << "sync_service: " << argv[2] << ": " << error.message() << '\n';
    return 73;
  }
  const auto served = serve(argv[1], argv[2], rounds);
  return served ? 0 : give_up(served.error());
}
