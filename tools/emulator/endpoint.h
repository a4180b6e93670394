// The mailbox endpoint of MAPI over HTTP, without HTTP itself: requests in, answers out. Authentication, session
// contexts, cookies, sequence, meta-tags. [MS-OXCMAPIHTTP] One thread at a time.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/base/result.h"
#include "tools/emulator/emulated_server.h"
#include "tools/emulator/server_objects.h"
#include "tools/emulator/users.h"

namespace mapisync::emulator {

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

struct HttpRequest {
  std::string method;
  std::string target;  // path and query
  HttpHeaders headers;
  Bytes body;
  /// The first of that name, whatever its case; empty if there is none.
  std::string_view header(std::string_view name) const;
};

struct HttpAnswer {
  int status{200};
  HttpHeaders headers;
  Bytes body;
  std::size_t chunk_bytes{0};  // pieces in which it goes out; 0: one
  bool cut{false};             // the connection ends before the body is whole
};

class Endpoint {
 public:
  /// One more ends the one that was idle longest: there is no clock by which contexts could expire.
  static constexpr std::size_t kContextsMax = 256;

  Endpoint(EmulatedServer& server, Users users) : server_(server), users_(std::move(users)) {}

  HttpAnswer serve(const HttpRequest& request);

 private:
  struct Question;
  HttpAnswer dispatch(Question& question);
  HttpAnswer connect(Question& question);
  HttpAnswer execute(Question& question);
  HttpAnswer disconnect(Question& question);
  HttpAnswer ping(Question& question);
  HttpAnswer wait(Question& question);
  /// The session context that the cookies name. On failure `refusal` is the answer.
  SessionContext* context_of(Question& question, HttpAnswer& refusal);

  void end_idlest();
  void add_cookies(const Question& question, HttpHeaders& to) const;
  HttpAnswer good(const Question& question, BytesView binary) const;
  HttpAnswer failed(const Question& question, int exchange_code, int gromox_code) const;
  HttpAnswer interrupted(const Question& question, const Failure& failure) const;
  HttpAnswer autodiscover(const Question& question) const;

  EmulatedServer& server_;
  Users users_;
  std::map<std::string, std::unique_ptr<SessionContext>> contexts_;
  std::uint64_t made_{0};
};

}  // namespace mapisync::emulator
