#include "providers/fake/mime/calendar.h"

#include <algorithm>
#include <cctype>
#include <vector>

namespace mapisync::mime {
namespace {

constexpr std::size_t kCalendarLookMax = std::size_t{1} << 20U;
constexpr Guid kAppointmentSet = {0x02, 0x20, 0x06, 0, 0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0x46};
constexpr std::uint32_t kLocation = 0x8208, kStartWhole = 0x820D, kEndWhole = 0x820E;

std::string upper(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return static_cast<char>(std::toupper(static_cast<unsigned char>(c))); });
  return out;
}

std::vector<std::string> unfolded_lines(std::string_view ics) {
  std::vector<std::string> lines;
  ics = ics.substr(0, kCalendarLookMax);
  while (!ics.empty()) {
    const std::size_t end = ics.find('\n');
    std::string_view line = ics.substr(0, end);
    ics.remove_prefix(end == std::string_view::npos ? ics.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!lines.empty() && (line.starts_with(' ') || line.starts_with('\t'))) {
      lines.back() += line.substr(1);
    } else {
      lines.emplace_back(line);
    }
  }
  return lines;
}

std::string unescaped(std::string_view value) {
  std::string out;
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (value[i] == '\\' && i + 1 < value.size()) {
      ++i;
      out.push_back(value[i] == 'n' || value[i] == 'N' ? '\n' : value[i]);
    } else {
      out.push_back(value[i]);
    }
  }
  return out;
}

/// "20260312T090000Z".
std::optional<Timestamp> utc_time(std::string_view value) {
  if (value.size() != 16 || value[8] != 'T' || value[15] != 'Z') return std::nullopt;
  const auto digits = [&](std::size_t at, std::size_t count) {
    int number = 0;
    for (std::size_t i = at; i < at + count; ++i) {
      if (value[i] < '0' || value[i] > '9') return -1;
      number = number * 10 + (value[i] - '0');
    }
    return number;
  };
  const int year = digits(0, 4), month = digits(4, 2), day = digits(6, 2);
  const int hour = digits(9, 2), minute = digits(11, 2), second = digits(13, 2);
  if (year < 1601 || month < 1 || day < 1 || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 ||
      second > 60)
    return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  if (!date.ok()) return std::nullopt;
  return Timestamp(std::chrono::sys_days(date) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
                   std::chrono::seconds(second));
}

Property named(std::uint32_t id, std::uint16_t type, PropertyValue value) {
  return Property{(0x8000U << 16U) | type, PropertyName{kAppointmentSet, id}, std::move(value)};
}

void add_time(PropertyList& properties, std::uint32_t id, const std::optional<Timestamp>& time) {
  if (time) properties.push_back(named(id, pt::kSysTime, filetime_from_unix_micros(time->time_since_epoch().count())));
}

void take(CalendarEvent& event, const std::string& name, std::string_view parameters, std::string_view value) {
  if (name == "DTSTART") event.start = utc_time(value);
  if (name == "DTEND") event.end = utc_time(value);
  if (name == "LOCATION") event.location = unescaped(value);
  if (name == "ATTENDEE" && event.partstat.empty()) {
    const std::string all = upper(parameters);
    const std::size_t at = all.find("PARTSTAT=");
    if (at != std::string::npos) event.partstat = all.substr(at + 9, all.find(';', at) - at - 9);
  }
}

}  // namespace

std::optional<CalendarEvent> read_calendar(std::string_view ics) {
  CalendarEvent event;
  bool inside = false, found = false;
  for (const std::string& line : unfolded_lines(ics)) {
    const std::size_t colon = line.find(':');
    if (colon == std::string::npos) continue;
    const std::size_t name_end = std::min(line.find(';'), colon);
    const std::string name = upper(std::string_view(line).substr(0, name_end));
    const std::string_view value = std::string_view(line).substr(colon + 1);
    if (name == "METHOD" && !inside && event.method.empty()) event.method = upper(value);
    if (name == "BEGIN" && upper(value) == "VEVENT") inside = !found;
    if (name == "END" && upper(value) == "VEVENT" && inside) {
      inside = false;
      found = true;
    }
    if (inside) take(event, name, std::string_view(line).substr(name_end, colon - name_end), value);
  }
  if (!found) return std::nullopt;
  return event;
}

void add_calendar_properties(const CalendarEvent& event, PropertyList& properties) {
  if (!event.location.empty()) properties.push_back(named(kLocation, pt::kUnicode, Text{event.location}));
  add_time(properties, kStartWhole, event.start);
  add_time(properties, kEndWhole, event.end);
}

std::string calendar_class(const CalendarEvent& event) {
  if (event.method == "REQUEST") return "IPM.Schedule.Meeting.Request";
  if (event.method == "CANCEL") return "IPM.Schedule.Meeting.Canceled";
  if (event.method == "COUNTER") return "IPM.Schedule.Meeting.Resp.Tent";
  if (event.method != "REPLY") return {};
  if (event.partstat == "DECLINED") return "IPM.Schedule.Meeting.Resp.Neg";
  return event.partstat == "TENTATIVE" ? "IPM.Schedule.Meeting.Resp.Tent" : "IPM.Schedule.Meeting.Resp.Pos";
}

}  // namespace mapisync::mime
