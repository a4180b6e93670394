// What a folder's server is being asked for by name, written down before each call: should the process or the server
// end in it, the next run knows whom to suspect.
#pragma once

#include "engine/base/bytes.h"

namespace mapisync {

/// At most one a folder. Texts of engine/isolation/lost_places.h; bounded by it.
struct Asking {
  Bytes now;   // the place asked about; empty: no call is under way
  Bytes lost;  // places at which the server or this process was lost, and how often
  friend bool operator==(const Asking&, const Asking&) = default;
};

}  // namespace mapisync
