#include <httplib.h>

#include <memory>

#include "tests/mapihttp/emulator/rig.h"

namespace mapisync::emulator::test {

WireClient::Send over_http(const std::string& scheme_host_port) {
  auto client = std::make_shared<httplib::Client>(scheme_host_port);
  client->set_keep_alive(true);
  client->set_tcp_nodelay(true);
  client->enable_server_certificate_verification(false);
  return [client](const HttpRequest& request) {
    httplib::Headers headers;
    for (const auto& [name, value] : request.headers) headers.emplace(name, value);
    const auto result = client->Post(request.target, headers, request.body, "application/mapi-http");
    HttpAnswer answer;
    answer.cut = !result;
    if (!result) return answer;
    answer.status = result->status;
    answer.body = result->body;
    for (const auto& [name, value] : result->headers) answer.headers.emplace_back(name, value);
    return answer;
  };
}

}  // namespace mapisync::emulator::test
