// How likely a list had better fail, where a call that fails costs what it had sent besides the call. Pure arithmetic.
#pragma once

#include "engine/isolation/ordinal_set.h"
#include "engine/isolation/size_profile.h"

namespace mapisync {

/// Nothing of a failing call is kept. `weight`: the time to send all of the suspects, in calls.
double share_where_all_is_lost(double weight);
/// What is lost is the same for every list. `weight`: the time to send it, in calls.
double share_where_some_is_lost(double weight);

class ByteWeight {
 public:
  /// `bytes_per_call`: so much is sent in the time of one call. Infinity, or sizes that are not known: only calls
  /// count.
  void set(SizeProfile sizes, double bytes_per_call);
  bool counts() const noexcept { return counts_; }

  /// The probability to fail of the list out of `among` to be asked for, where it would be one half if only calls
  /// counted. One bad message is expected in so many; a failing call loses at most a buffer, in messages (infinity:
  /// everything).
  double share(const OrdinalSet& among, double messages, double buffer) const;

 private:
  double calls_per_message(const OrdinalSet& of) const;

  SizeProfile sizes_;
  double bytes_per_call_{0};
  bool counts_{false};
};

}  // namespace mapisync
