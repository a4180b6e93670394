// What a store held when a recorded run began: everything that the engine decides by, none of the mail. Asked for and
// put back through the Store port alone, so that a trace of a run into one kind of store is replayed into any other.
// Not part of it: events, runs but for the newest thousand, and what a sink holds. One thread.
#pragma once

#include "engine/ports/store.h"
#include "providers/trace/record_reader.h"
#include "providers/trace/record_writer.h"
#include "providers/trace/redactor.h"

namespace mapisync::trace {

inline constexpr std::int64_t kFillersMax = 5'000'000;

/// Writes nothing that stays: to learn the row numbers of all unsettled messages it opens a unit of work and rolls it
/// back. Memory grows by 32 bytes for each unsettled message. A failure is the store's.
Result<void> write_image(Store& store, RecordWriter& writer, Redactor& redactor);

/// Puts the image into an empty store and takes its records, up to image_end. Errc::malformed for an image that no
/// store can have, a trace that ends within it included; Errc::unsupported where `store` numbers its rows otherwise.
/// `fillers_max` bounds the row numbers that are used up again, since those of settled messages are never given twice.
Result<void> restore_image(RecordReader& reader, Store& store, std::int64_t fillers_max = kFillersMax);

}  // namespace mapisync::trace
