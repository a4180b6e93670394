// What isolation would cost, folder by folder, for people and for scripts. Pure functions; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/failure.h"
#include "engine/isolation/forecast.h"
#include "tools/mapisync/json_out.h"

namespace mapisync::cli {

enum class PriceSource { assumed, measured, given };

struct FolderForecast {
  std::string path;
  ForecastQuestion question;  // no messages: nothing is to be asked for
  bool sizes_known{true};     // otherwise a usual size is assumed
  FirstList first;
  std::vector<ForecastLine> lines;
  std::optional<Failure> failure;  // the folder could not be read
};

struct ForecastReport {
  bool can_isolate{true};  // otherwise there are no lines
  CallPrice price;
  PriceSource latency_from{PriceSource::assumed}, rate_from{PriceSource::assumed};
  std::vector<FolderForecast> folders;
};

/// Which planner would be used and why, one sentence.
std::string reason_of(const ForecastReport& report, const FolderForecast& folder);

std::string to_text(const ForecastReport& report, std::size_t columns);
/// Without a schema: the command adds its own.
Json to_json(const ForecastReport& report);

}  // namespace mapisync::cli
