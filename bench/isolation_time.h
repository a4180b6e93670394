// How long isolation takes where a call has a latency and a byte has a price, in kinds of folder, damage and delivery.
#pragma once

namespace mapisync::bench {

/// Prints a table. `smoke`: few small cells; ends the program where weighing bytes makes it slower.
void print_times(bool smoke);

}  // namespace mapisync::bench
