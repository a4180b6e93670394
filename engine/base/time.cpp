#include "engine/base/time.h"

#include <cstdio>

namespace mapisync {

std::string to_iso8601(Timestamp time) {
  using namespace std::chrono;
  const auto day = floor<days>(time);
  const year_month_day date{day};
  const hh_mm_ss clock{time - day};
  char text[64];
  int length = std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d", static_cast<int>(date.year()),
                             static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                             static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                             static_cast<int>(clock.seconds().count()));
  const auto micros = clock.subseconds().count();
  if (micros != 0) {
    length +=
        std::snprintf(text + length, sizeof text - static_cast<std::size_t>(length), ".%06d", static_cast<int>(micros));
  }
  return std::string(text, static_cast<std::size_t>(length)) + "Z";
}

}  // namespace mapisync
