#include "tests/support/mirror.h"

#include <cstdlib>

#include "store/memory/memory_sink.h"
#include "store/memory/memory_store.h"

namespace mapisync::test {

namespace {

class MemoryMirror final : public Mirror {
 public:
  Store& store() override { return store_; }
  ChangeSink& sink() override { return sink_; }
  void reopen() override {}
  MirrorCopies copies() override {
    MirrorCopies copies;
    for (const auto& [key, message] : sink_.messages()) copies[key] = copy_of(message);
    return copies;
  }

 private:
  static MirrorCopy copy_of(const MirroredMessage& message) {
    MirrorCopy copy;
    copy.change_key = message.header.change_key;
    copy.associated = message.header.associated;
    copy.read = message.read;
    copy.stale = message.stale;
    copy.deleted = message.deleted_at.has_value();
    copy.subject = text_or_empty(message.content->properties, pr::kSubject);
    copy.body = text_or_empty(message.content->properties, pr::kBody);
    copy.recipients = message.content->recipients.size();
    copy.attachments = message.content->attachments.size();
    return copy;
  }

  MemoryStore store_;
  MemorySink sink_;
};

class SeparatedMirror final : public Mirror {
 public:
  Store& store() override { return store_; }
  ChangeSink& sink() override { return sink_; }
  void reopen() override {}
  MirrorCopies copies() override { return sink_.durable(); }

 private:
  MemoryStore store_;
  SeparateMirror sink_;
};

}  // namespace

std::unique_ptr<Mirror> make_mirror(MirrorKind kind) {
  switch (kind) {
    case MirrorKind::memory: return std::make_unique<MemoryMirror>();
    case MirrorKind::separate: return std::make_unique<SeparatedMirror>();
    case MirrorKind::sqlite: break;
  }
  std::abort();
}

}  // namespace mapisync::test
