#include "providers/mapihttp/client/state_upload.h"

#include <algorithm>
#include <utility>

#include "providers/mapihttp/client/rop_failures.h"

namespace mapisync::mapihttp {
namespace {

constexpr std::size_t kPieceMax = 16U << 10U;  // of a set, in one ROP
constexpr std::size_t kListMax = 24U << 10U;   // of sets, in one request: a payload has less than 32 KiB

/// The ROPs of an upload, in lists that fit.
class Upload {
 public:
  void add(PropertyTag tag, const Bytes& set) {
    push(wire::UploadStateStreamBeginRequest{tag, static_cast<std::uint32_t>(set.size())}, 16);
    for (std::size_t at = 0; at < set.size(); at += kPieceMax) {
      push(wire::UploadStateStreamContinueRequest{set.substr(at, kPieceMax)},
           std::min(kPieceMax, set.size() - at) + 16);
    }
    push(wire::UploadStateStreamEndRequest{}, 16);
  }
  std::vector<std::vector<wire::RopRequest>> take() {
    if (!list_.empty()) lists_.push_back(std::move(list_));
    return std::move(lists_);
  }

 private:
  void push(wire::RopRequestBody body, std::size_t size) {
    if (size_ + size > kListMax && !list_.empty()) {
      lists_.push_back(std::exchange(list_, {}));
      size_ = 0;
    }
    list_.push_back({0, 1, std::move(body)});
    size_ += size;
  }
  std::vector<std::vector<wire::RopRequest>> lists_;
  std::vector<wire::RopRequest> list_;
  std::size_t size_{1024};  // the first list holds the configuration, too
};

}  // namespace

Result<ServerObject> open_synchronization(MailboxLink& link, std::uint32_t folder,
                                          wire::SynchronizationConfigureRequest configure, const ClientState& state) {
  Upload upload;
  upload.add(wire::meta::kIdsetGiven, wire::encode_idset(state.given));
  upload.add(wire::meta::kCnsetSeen, wire::encode_idset(state.seen));
  if (state.scope.kind == StateKind::contents) {
    upload.add(wire::meta::kCnsetSeenFai, wire::encode_idset(state.seen_fai));
    upload.add(wire::meta::kCnsetRead, wire::encode_idset(state.read));
  }
  configure.output_index = 1;
  ServerObject object;
  bool first = true;
  for (std::vector<wire::RopRequest>& list : upload.take()) {
    if (first) list.insert(list.begin(), {0, 0, configure});
    const std::uint32_t handle = first ? wire::kNoHandle : object.handle();
    MAPISYNC_TRY(answer, link.call({std::move(list), {folder, handle}, {}}));
    std::size_t at = 0;
    if (std::exchange(first, false)) {
      if (answer.responses.empty()) return wire::malformed("configure: no answer");
      if (answer.responses[0].return_value != 0) return rop_failure(answer.responses[0].return_value, "configure");
      object = ServerObject(link.session(), answer.handles[1]);
      at = 1;
    }
    for (; at < answer.responses.size(); ++at) {
      const std::uint32_t code = answer.responses[at].return_value;
      if (code == 0) continue;
      Failure failure = rop_failure(code, "upload the state");
      if (failure.errc() == Errc::invalid_argument) failure.code = Errc::state_rejected;
      return failure;
    }
  }
  return object;
}

}  // namespace mapisync::mapihttp
