// The first record of a trace: who made it, and what the run was told.
#pragma once

#include <string>

#include "engine/base/time.h"
#include "providers/trace/packer.h"

namespace mapisync::trace {

struct TraceHead {
  std::string version;  // of mapisync
  Timestamp created{};
  Discretion discretion{};
  Bytes options;  // of the run; whoever puts the run together writes and reads them
};

template <class A>
void fields(A& a, typename A::template Ref<TraceHead> head) {
  a.raw(head.version);
  a.time(head.created);
  a.number(head.discretion.content);
  a.number(head.discretion.folder_names);
  a.raw(head.options);
}

}  // namespace mapisync::trace
