// GMime streams over our own sources and sinks. Private to this folder.
#pragma once

#include <gmime/gmime.h>

#include <memory>
#include <optional>

#include "engine/base/failure.h"
#include "engine/model/property.h"
#include "providers/fake/mime/eml_writer.h"
#include "providers/fake/mime/gmime_handle.h"

namespace mapisync::mime {

/// The first failure of any stream of one writing; GMime itself only knows that something failed.
struct StreamTrouble {
  std::optional<Failure> failure;
};

/// Reads a large value piece by piece. `trouble` outlives the stream.
ObjectHandle<GMimeStream> make_source_stream(std::shared_ptr<const BlobSource> source, StreamTrouble& trouble);
/// Reads bytes that outlive the stream, without a copy.
ObjectHandle<GMimeStream> make_view_stream(BytesView bytes, StreamTrouble& trouble);
/// Hands what is written to `sink`; both outlive the stream.
ObjectHandle<GMimeStream> make_sink_stream(const ByteSink& sink, StreamTrouble& trouble);

}  // namespace mapisync::mime
