#include "bench/meters.h"

#include <chrono>
#include <ctime>

#include <sqlite3.h>
#include <sys/resource.h>

namespace mapisync::bench {

namespace {

sqlite3* last_connection = nullptr;  // NOLINT: SQLite calls a plain function

int remember(sqlite3* connection, char** /*message*/, const sqlite3_api_routines* /*api*/) {
  last_connection = connection;
  return SQLITE_OK;
}

}  // namespace

Seconds Seconds::now() noexcept {
  timespec cpu{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now().time_since_epoch();
  return {wall.count(), static_cast<double>(cpu.tv_sec) + static_cast<double>(cpu.tv_nsec) * 1e-9};
}

std::uint64_t peak_memory() noexcept {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
}

void watch_connections() noexcept { sqlite3_auto_extension(reinterpret_cast<void (*)()>(&remember)); }

PageMeter::PageMeter() noexcept : connection_(last_connection) {}

std::uint64_t PageMeter::written() const noexcept {
  int current = 0;
  int highest = 0;
  sqlite3_db_status(connection_, SQLITE_DBSTATUS_CACHE_WRITE, &current, &highest, 0);
  return static_cast<std::uint64_t>(current);
}

}  // namespace mapisync::bench
