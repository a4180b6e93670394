#include "tools/mapisync/forecast_report.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "tools/mapisync/safe_text.h"
#include "tools/mapisync/text_table.h"
#include "tools/mapisync/units.h"

namespace mapisync::cli {

namespace {

constexpr double kSecondsMax = 1e11;  // some thousand years

std::uint64_t whole(double value) { return static_cast<std::uint64_t>(std::llround(value)); }

Duration duration_of(double seconds) {
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(std::min(seconds, kSecondsMax)));
}

double rate_of(const CallPrice& price) { return price.per_byte > 0 ? 1 / price.per_byte : 0; }

const char* name_of(PriceSource source) {
  switch (source) {
    case PriceSource::assumed: return "assumed";
    case PriceSource::measured: return "measured";
    case PriceSource::given: return "given";
  }
  return "unknown";
}

std::string folder_name(const FolderForecast& folder) { return folder.path.empty() ? "(root)" : folder.path; }

std::string price_text(const ForecastReport& report) {
  const double rate = rate_of(report.price);
  std::string text = "a call takes " + format_duration(duration_of(report.price.latency)) + " (" +
                     name_of(report.latency_from) + "), ";
  text += rate > 0 ? format_size(whole(rate)) + " come in a second" : std::string("data cost no time");
  return text + " (" + name_of(report.rate_from) + ")\n";
}

TextTable table_of(const ForecastReport& report) {
  using enum TextTable::Align;
  TextTable table({{"folder", left},
                   {"to ask for"},
                   {"size"},
                   {"first list"},
                   {"if bad"},
                   {"calls"},
                   {"time"},
                   {"data"},
                   {"sent again"}});
  for (const FolderForecast& folder : report.folders) {
    bool head = true;
    for (const ForecastLine& line : folder.lines) {
      table.add({head ? folder_name(folder) : "", head ? format_count(folder.question.messages) : "",
                 head ? format_size(folder.question.bytes) : "", head ? format_count(folder.first.messages) : "",
                 format_count(line.bad), format_count(whole(line.calls)), format_duration(duration_of(line.seconds)),
                 format_size(whole(line.bytes)), format_size(whole(line.again))});
      head = false;
    }
  }
  return table;
}

Json line_json(const ForecastLine& line) {
  return Json{
      {"bad", line.bad},         {"calls", number(whole(line.calls))}, {"proof_calls", number(whole(line.proof))},
      {"seconds", line.seconds}, {"bytes", number(whole(line.bytes))}, {"bytes_sent_again", number(whole(line.again))}};
}

Json folder_json(const ForecastReport& report, const FolderForecast& folder) {
  Json json{{"path", valid_utf8(folder.path)},
            {"messages", number(folder.question.messages)},
            {"bytes", number(folder.question.bytes)},
            {"sizes_known", folder.sizes_known},
            {"planner", nullptr},
            {"list_rule", nullptr},
            {"reason", reason_of(report, folder)},
            {"first_list", nullptr},
            {"messages_per_call", nullptr},
            {"expected", Json::array()},
            {"failure", nullptr}};
  if (!folder.lines.empty()) {
    json["planner"] = mapisync::name_of(folder.question.method);
    json["list_rule"] = mapisync::name_of(folder.first.rule);
    json["first_list"] = folder.first.messages;
    if (std::isfinite(folder.first.messages_per_call)) json["messages_per_call"] = folder.first.messages_per_call;
  }
  for (const ForecastLine& line : folder.lines) json["expected"].push_back(line_json(line));
  if (folder.failure) json["failure"] = to_json(*folder.failure);
  return json;
}

}  // namespace

std::string reason_of(const ForecastReport& report, const FolderForecast& folder) {
  if (folder.failure) return "the folder could not be read";
  if (folder.question.messages == 0) return "nothing is to be asked for";
  if (!report.can_isolate) return "this server offers no export of chosen messages: a bad one holds up the folder";
  const std::string planner = mapisync::name_of(folder.question.method);
  if (folder.first.rule == ListRule::fixed) return planner + ": as chosen; its lists do not depend on prices";
  const std::string worth =
      std::isfinite(folder.first.messages_per_call)
          ? "in the time of a call " +
                (folder.first.messages_per_call < 1
                     ? std::string("less than a message is")
                     : count_of(whole(folder.first.messages_per_call), "message is", "messages are")) +
                " sent"
          : std::string("sending costs no time");
  if (folder.first.rule == ListRule::by_time) {
    return planner + ": " + worth +
           ", so lists are shorter than calls alone would have them, and lose less when they fail";
  }
  return planner + ": " + worth + ", so that only calls count: lists fail every second time";
}

std::string to_text(const ForecastReport& report, std::size_t columns) {
  std::uint64_t idle = 0;
  bool any = false;
  bool assumed_sizes = false;
  std::string remarks;
  for (const FolderForecast& folder : report.folders) {
    if (!folder.failure && folder.question.messages == 0) {
      ++idle;
      continue;
    }
    any = any || !folder.lines.empty();
    assumed_sizes = assumed_sizes || (!folder.lines.empty() && !folder.sizes_known);
    const std::string why = folder.failure ? folder.failure->to_string() : reason_of(report, folder);
    remarks += for_terminal(folder_name(folder)) + ": " + for_terminal(why) + "\n";
  }
  std::string text = any ? table_of(report).to_string(columns) + "\n" : "";
  text += remarks;
  if (idle > 0) text += count_of(idle, "folder", "folders") + " with nothing to ask for\n";
  if (any) text += price_text(report);
  if (assumed_sizes) text += "sizes are assumed where the table does not tell them\n";
  return text;
}

Json to_json(const ForecastReport& report) {
  Json folders = Json::array();
  for (const FolderForecast& folder : report.folders) folders.push_back(folder_json(report, folder));
  const double rate = rate_of(report.price);
  Json json{{"can_isolate", report.can_isolate},
            {"seconds_per_call", report.price.latency},
            {"seconds_per_call_from", name_of(report.latency_from)},
            {"bytes_per_second", nullptr},
            {"bytes_per_second_from", name_of(report.rate_from)}};
  if (rate > 0) json["bytes_per_second"] = rate;
  json["folders"] = std::move(folders);
  return json;
}

}  // namespace mapisync::cli
