#include "providers/fake/mime/callback_stream.h"

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

namespace mapisync::mime {
namespace {

constexpr std::size_t kReadMax = std::size_t{1} << 20U;  // BlobSource::read

/// What a stream stands on. Shared by its substreams.
struct Backing {
  std::shared_ptr<const BlobSource> source;
  BytesView view;
  const ByteSink* sink{nullptr};
  StreamTrouble* trouble{nullptr};

  std::int64_t size() const { return static_cast<std::int64_t>(source ? source->size() : view.size()); }

  /// Copies up to `length` bytes at `offset`; -1 = trouble.
  ssize_t read(std::int64_t offset, char* to, std::size_t length) const {
    const auto at = static_cast<std::uint64_t>(offset);
    length = std::min<std::size_t>({length, static_cast<std::size_t>(size() - offset), kReadMax});
    if (!source) {
      std::memcpy(to, view.data() + at, length);
      return static_cast<ssize_t>(length);
    }
    const Result<Bytes> bytes = source->read(at, length);
    if (!bytes) {
      if (!trouble->failure) trouble->failure = bytes.error();
      return -1;
    }
    std::memcpy(to, bytes.value().data(), bytes.value().size());
    return static_cast<ssize_t>(bytes.value().size());
  }

  ssize_t write(const char* from, std::size_t length) const {
    if (trouble->failure) return -1;
    const Result<void> written = (*sink)(BytesView(from, length));
    if (written) return static_cast<ssize_t>(length);
    trouble->failure = written.error();
    return -1;
  }
};

struct CallbackStream {
  GMimeStream parent;
  std::shared_ptr<Backing>* backing;
};
struct CallbackStreamClass {
  GMimeStreamClass parent;
};

GType stream_type();

CallbackStream* self(GMimeStream* stream) { return reinterpret_cast<CallbackStream*>(stream); }
const Backing& backing(GMimeStream* stream) { return **self(stream)->backing; }

std::int64_t bound_end(GMimeStream* stream) {
  return stream->bound_end == -1 ? backing(stream).size() : stream->bound_end;
}

ssize_t stream_read(GMimeStream* stream, char* to, size_t length) {
  const Backing& from = backing(stream);
  const std::int64_t end = bound_end(stream);
  if (from.sink != nullptr || stream->position >= end) return from.sink != nullptr ? -1 : 0;
  const ssize_t got =
      from.read(stream->position, to, std::min(length, static_cast<std::size_t>(end - stream->position)));
  if (got > 0) stream->position += got;
  return got;
}

ssize_t stream_write(GMimeStream* stream, const char* from, size_t length) {
  const Backing& to = backing(stream);
  if (to.sink == nullptr) return -1;
  const ssize_t put = to.write(from, length);
  if (put > 0) stream->position += put;
  return put;
}

int stream_flush(GMimeStream* /*stream*/) { return 0; }
int stream_close(GMimeStream* /*stream*/) { return 0; }
gboolean stream_eos(GMimeStream* stream) {
  return backing(stream).sink == nullptr && stream->position >= bound_end(stream);
}

int stream_reset(GMimeStream* stream) {
  stream->position = stream->bound_start;
  return 0;
}

gint64 stream_seek(GMimeStream* stream, gint64 offset, GMimeSeekWhence whence) {
  if (backing(stream).sink != nullptr) return -1;
  gint64 target = offset;
  if (whence == GMIME_STREAM_SEEK_CUR) target = stream->position + offset;
  if (whence == GMIME_STREAM_SEEK_END) target = bound_end(stream) + offset;
  if (target < stream->bound_start || target > bound_end(stream)) return -1;
  stream->position = target;
  return target;
}

gint64 stream_tell(GMimeStream* stream) { return stream->position; }

gint64 stream_length(GMimeStream* stream) {
  return backing(stream).sink != nullptr ? -1 : bound_end(stream) - stream->bound_start;
}

ObjectHandle<GMimeStream> make(std::shared_ptr<Backing> on, gint64 start, gint64 end) {
  start_gmime();
  auto* stream = static_cast<GMimeStream*>(g_object_new(stream_type(), nullptr));
  *self(stream)->backing = std::move(on);
  g_mime_stream_construct(stream, start, end);
  return ObjectHandle<GMimeStream>(stream);
}

GMimeStream* stream_substream(GMimeStream* stream, gint64 start, gint64 end) {
  return make(*self(stream)->backing, start, end).release();
}

void finalize(GObject* object) {
  delete reinterpret_cast<CallbackStream*>(object)->backing;
  G_OBJECT_CLASS(g_type_class_peek(GMIME_TYPE_STREAM))->finalize(object);
}

void init_instance(GTypeInstance* instance, gpointer /*type_class*/) {
  reinterpret_cast<CallbackStream*>(instance)->backing = new std::shared_ptr<Backing>();
}

void init_class(gpointer type_class, gpointer /*data*/) {
  G_OBJECT_CLASS(type_class)->finalize = finalize;
  auto* methods = static_cast<GMimeStreamClass*>(type_class);
  methods->read = stream_read;
  methods->write = stream_write;
  methods->flush = stream_flush;
  methods->close = stream_close;
  methods->eos = stream_eos;
  methods->reset = stream_reset;
  methods->seek = stream_seek;
  methods->tell = stream_tell;
  methods->length = stream_length;
  methods->substream = stream_substream;
}

GType stream_type() {
  static const GType type =
      g_type_register_static_simple(GMIME_TYPE_STREAM, "MapisyncCallbackStream", sizeof(CallbackStreamClass),
                                    init_class, sizeof(CallbackStream), init_instance, GTypeFlags{});
  return type;
}

}  // namespace

ObjectHandle<GMimeStream> make_source_stream(std::shared_ptr<const BlobSource> source, StreamTrouble& trouble) {
  auto on = std::make_shared<Backing>();
  on->source = std::move(source);
  on->trouble = &trouble;
  return make(std::move(on), 0, -1);
}

ObjectHandle<GMimeStream> make_view_stream(BytesView bytes, StreamTrouble& trouble) {
  auto on = std::make_shared<Backing>();
  on->view = bytes;
  on->trouble = &trouble;
  return make(std::move(on), 0, -1);
}

ObjectHandle<GMimeStream> make_sink_stream(const ByteSink& sink, StreamTrouble& trouble) {
  auto on = std::make_shared<Backing>();
  on->sink = &sink;
  on->trouble = &trouble;
  return make(std::move(on), 0, -1);
}

}  // namespace mapisync::mime
