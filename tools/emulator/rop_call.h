// One ROP being carried out: its request, the handles it may use, the room its answer has. One thread.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "engine/base/result.h"
#include "providers/mapihttp/wire/rop_response.h"
#include "tools/emulator/emulated_server.h"
#include "tools/emulator/server_objects.h"

namespace mapisync::emulator {

struct RopAnswer {
  std::uint32_t return_value{0};
  wire::RopResponseBody body;
};

class RopCall {
 public:
  RopCall(EmulatedServer& server_of, SessionContext& session_of, std::vector<std::uint32_t>& handles,
          std::uint8_t handle_index, std::size_t room_left)
      : server(server_of), session(session_of), room(room_left), handles_(handles), index_(handle_index) {}

  EmulatedServer& server;
  SessionContext& session;
  std::size_t room;       // bytes of the answer, its head included
  wire::TagList columns;  // of a table whose rows are answered, or properties that were asked for

  std::uint8_t own_index() const noexcept { return index_; }
  Result<std::uint32_t> handle() const { return handle_at(index_); }
  Result<std::uint32_t> handle_at(std::uint8_t index) const {
    if (index >= handles_.size()) return refusal(rop_code::kRpcFormat, "a handle index beyond the table");
    return handles_[index];
  }
  /// rop_code::kNullObject if there is none, kNotSupported if it is of another kind.
  template <class Object>
  Result<Object*> object() const {
    return object_at<Object>(index_);
  }
  template <class Object>
  Result<Object*> object_at(std::uint8_t index) const {
    MAPISYNC_TRY(handle, handle_at(index));
    ServerObject* found = session.handles.find(handle);
    if (found == nullptr) return refusal(rop_code::kNullObject, "no object");
    auto* object = dynamic_cast<Object*>(found);
    if (object == nullptr) return refusal(rop_code::kNotSupported, "an object of another kind");
    return object;
  }

  /// A new object; `parent` is 0 for a logon.
  Result<void> put(std::uint8_t index, std::unique_ptr<ServerObject> object, std::uint32_t parent) {
    if (index >= handles_.size()) return refusal(rop_code::kRpcFormat, "a handle index beyond the table");
    const std::uint32_t made = session.handles.add(std::move(object), parent);
    if (made == 0) return fake::server_failure(Errc::out_of_resources, "too many objects are open");
    handles_[index] = made;
    return success();
  }

 private:
  std::vector<std::uint32_t>& handles_;
  std::uint8_t index_;
};

// What each ROP does. A failure is what it answers, or takes the request with it.
Result<RopAnswer> answer(RopCall& call, const wire::LogonRequest& request);
Result<RopAnswer> answer(RopCall& call, const wire::OpenFolderRequest& request);
Result<RopAnswer> answer(RopCall& call, const wire::OpenMessageRequest& request);
Result<RopAnswer> answer(RopCall& call, const wire::CreateFolderRequest& request);
Result<RopAnswer> answer(RopCall& call, const wire::DeleteMessagesRequest& request);
Result<RopAnswer> answer(RopCall& call, const wire::MoveCopyMessagesRequest& request);
Result<RopAnswer> answer(RopCall& call, const wire::GetPropertiesSpecificRequest& request);
Result<RopAnswer> answer(RopCall& call, const wire::GetPropertiesAllRequest& request);
Result<RopAnswer> answer(RopCall& call, const wire::GetHierarchyTableRequest& request);
Result<RopAnswer> answer(RopCall& call, const wire::GetContentsTableRequest& request);
Result<RopAnswer> answer(RopCall& call, const wire::SetColumnsRequest& request);
Result<RopAnswer> answer(RopCall& call, const wire::SortTableRequest& request);
Result<RopAnswer> answer(RopCall& call, const wire::RestrictRequest& request);
Result<RopAnswer> answer(RopCall& call, const wire::QueryRowsRequest& request);
Result<RopAnswer> answer(RopCall& call, const wire::SeekRowRequest& request);
Result<RopAnswer> answer(RopCall& call, const wire::QueryPositionRequest& request);
Result<RopAnswer> answer(RopCall& call, const wire::OpenStreamRequest& request);
Result<RopAnswer> answer(RopCall& call, const wire::ReadStreamRequest& request);
Result<RopAnswer> answer(RopCall& call, const wire::LongTermIdFromIdRequest& request);
Result<RopAnswer> answer(RopCall& call, const wire::IdFromLongTermIdRequest& request);
Result<RopAnswer> answer(RopCall& call, const wire::GetNamesFromPropertyIdsRequest& request);
Result<RopAnswer> answer(RopCall& call, const wire::GetPropertyIdsFromNamesRequest& request);
Result<RopAnswer> answer(RopCall& call, const wire::ProgressRequest& request);
Result<RopAnswer> answer(RopCall& call, const wire::TellVersionRequest& request);
Result<RopAnswer> answer(RopCall& call, const wire::SynchronizationConfigureRequest& request);
Result<RopAnswer> answer(RopCall& call, const wire::UploadStateStreamBeginRequest& request);
Result<RopAnswer> answer(RopCall& call, const wire::UploadStateStreamContinueRequest& request);
Result<RopAnswer> answer(RopCall& call, const wire::UploadStateStreamEndRequest& request);
Result<RopAnswer> answer(RopCall& call, const wire::GetTransferStateRequest& request);
Result<RopAnswer> answer(RopCall& call, const wire::SourceCopyMessagesRequest& request);
Result<RopAnswer> answer(RopCall& call, const wire::SourceCopyFolderRequest& request);
Result<RopAnswer> answer(RopCall& call, const wire::SourceCopyToRequest& request);
Result<RopAnswer> answer(RopCall& call, const wire::SourceCopyPropertiesRequest& request);
Result<RopAnswer> answer(RopCall& call, const wire::SourceGetBufferRequest& request);

/// "/o=mapisync/ou=Emulator/cn=Recipients/cn=USER": whom Connect and RopLogon name.
std::string dn_of(std::string_view user);
/// Whether it is that user's, whatever the case of its letters.
bool is_dn_of(std::string_view dn, std::string_view user);

}  // namespace mapisync::emulator
