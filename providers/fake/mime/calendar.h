// What an iCalendar part says about the meeting it carries. [RFC 5545] Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/base/time.h"
#include "engine/model/property.h"

namespace mapisync::mime {

struct CalendarEvent {
  std::string method;    // upper case; empty if there is none
  std::string partstat;  // of the first attendee, upper case
  std::string location;
  std::optional<Timestamp> start,
      end;  // only where the part gives them in UTC: a local time means nothing without its zone
};

/// The first VEVENT of `ics` (valid UTF-8); nothing if there is none. Looks at no more than 1 MiB.
std::optional<CalendarEvent> read_calendar(std::string_view ics);

/// PidLidLocation, PidLidAppointmentStartWhole, PidLidAppointmentEndWhole, as far as known. [MS-OXPROPS]
void add_calendar_properties(const CalendarEvent& event, PropertyList& properties);

/// IPM.Schedule.Meeting.* for a request, cancellation or answer; empty for anything else.
std::string calendar_class(const CalendarEvent& event);

}  // namespace mapisync::mime
