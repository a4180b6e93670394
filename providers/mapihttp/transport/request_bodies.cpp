#include "providers/mapihttp/transport/request_bodies.h"

#include <string>
#include <string_view>
#include <utility>

#include "providers/mapihttp/transport/answer_failures.h"

namespace mapisync::mapihttp {
namespace {

constexpr std::uint32_t kMostAuxBytes = 0x1008;

void put(std::uint32_t number, Bytes& out) {
  for (unsigned shift = 0; shift < 32; shift += 8) out.push_back(static_cast<char>(number >> shift & 0xffU));
}

void put_counted(BytesView bytes, Bytes& out) {
  put(static_cast<std::uint32_t>(bytes.size()), out);
  out += bytes;
}

void put_text(BytesView text, Bytes& out) {
  out += text;
  out.push_back('\0');
}

void put_wide(std::u16string_view text, Bytes& out) {
  for (const char16_t unit : text) {
    out.push_back(static_cast<char>(unit & 0xffU));
    out.push_back(static_cast<char>(unit >> 8U));
  }
  out.append(2, '\0');
}

/// Once something was missing, everything is: a decoder asks once, at its end.
class BodyReader {
 public:
  explicit BodyReader(BytesView bytes) noexcept : rest_(bytes) {}

  std::uint32_t number() noexcept {
    const BytesView four = take(4);
    std::uint32_t value = 0;
    for (std::size_t i = four.size(); i-- > 0;) value = value << 8U | static_cast<unsigned char>(four[i]);
    return value;
  }
  Bytes counted() {
    const std::uint32_t size = number();
    return Bytes(take(size));
  }
  std::string text() {
    const std::size_t end = rest_.find('\0');
    if (end == BytesView::npos) missing_ = true;
    const BytesView with_nul = take(end == BytesView::npos ? 0 : end + 1);
    return std::string(with_nul.substr(0, with_nul.empty() ? 0 : with_nul.size() - 1));
  }
  std::u16string wide() {
    std::u16string out;
    while (true) {
      const BytesView two = take(2);
      if (two.size() < 2 || (two[0] == 0 && two[1] == 0)) return out;
      out.push_back(
          static_cast<char16_t>(static_cast<unsigned char>(two[0]) | static_cast<unsigned char>(two[1]) << 8U));
    }
  }
  void drop_rest() noexcept { rest_ = {}; }

  bool missing() const noexcept { return missing_; }
  Result<void> end(const char* what) const {
    if (!missing_ && rest_.empty()) return success();
    return fail(Errc::malformed, Scope::mailbox, Retry::later,
                std::string(what) + (missing_ ? " ends too early" : " has bytes left over"));
  }

 private:
  BytesView take(std::size_t count) noexcept {
    if (missing_ || count > rest_.size()) {
      missing_ = true;
      return {};
    }
    const BytesView taken = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return taken;
  }

  BytesView rest_;
  bool missing_{false};
};

Result<void> check_status(BodyReader& reader, const char* what) {
  const std::uint32_t status = reader.number();
  if (status != 0 && !reader.missing()) return status_code_failure(status, what);
  return success();
}

Failure unsayable(const char* why) { return fail(Errc::invalid_argument, Scope::batch, Retry::never, why); }

}  // namespace

Result<Bytes> encode(const ConnectRequest& request) {
  if (request.user_dn.find('\0') != std::string::npos) return unsayable("the user DN holds a NUL");
  if (request.aux.size() > kMostAuxBytes) return unsayable("the auxiliary buffer is too large");
  Bytes out;
  put_text(request.user_dn, out);
  put(request.flags, out);
  put(request.code_page, out);
  put(request.lcid_sort, out);
  put(request.lcid_string, out);
  put_counted(request.aux, out);
  return out;
}

Result<Bytes> encode(const ExecuteRequest& request) {
  if (request.rop_buffer.size() > kMostRopBytes) return unsayable("the ROP buffer is too large");
  if (request.aux.size() > kMostAuxBytes) return unsayable("the auxiliary buffer is too large");
  Bytes out;
  out.reserve(request.rop_buffer.size() + request.aux.size() + 16);
  put(request.flags, out);
  put_counted(request.rop_buffer, out);
  put(request.max_rop_out, out);
  put_counted(request.aux, out);
  return out;
}

Bytes encode(const DisconnectRequest& request) {
  Bytes out;
  put_counted(request.aux, out);
  return out;
}

Bytes encode(const ConnectResponse& response) {
  Bytes out;
  put(0, out);
  put(response.error_code, out);
  put(response.polls_max, out);
  put(response.retry_count, out);
  put(response.retry_delay, out);
  put_text(response.dn_prefix, out);
  put_wide(response.display_name, out);
  put_counted(response.aux, out);
  return out;
}

Bytes encode(const ExecuteResponse& response) {
  Bytes out;
  put(0, out);
  put(response.error_code, out);
  put(response.flags, out);
  put_counted(response.rop_buffer, out);
  put_counted(response.aux, out);
  return out;
}

Bytes encode(const DisconnectResponse& response) {
  Bytes out;
  put(0, out);
  put(response.error_code, out);
  put_counted(response.aux, out);
  return out;
}

Bytes encode_failed_body(std::uint32_t status_code) {
  Bytes out;
  put(status_code, out);
  put(0, out);
  return out;
}

Result<ConnectRequest> decode_connect_request(BytesView body) {
  BodyReader reader(body);
  ConnectRequest request;
  request.user_dn = reader.text();
  request.flags = reader.number();
  request.code_page = reader.number();
  request.lcid_sort = reader.number();
  request.lcid_string = reader.number();
  request.aux = reader.counted();
  MAPISYNC_TRYV(reader.end("the request of Connect"));
  return request;
}

Result<ExecuteRequest> decode_execute_request(BytesView body) {
  BodyReader reader(body);
  ExecuteRequest request;
  request.flags = reader.number();
  request.rop_buffer = reader.counted();
  request.max_rop_out = reader.number();
  request.aux = reader.counted();
  MAPISYNC_TRYV(reader.end("the request of Execute"));
  return request;
}

Result<DisconnectRequest> decode_disconnect_request(BytesView body) {
  BodyReader reader(body);
  DisconnectRequest request;
  request.aux = reader.counted();
  MAPISYNC_TRYV(reader.end("the request of Disconnect"));
  return request;
}

Result<ConnectResponse> decode_connect_response(BytesView body) {
  BodyReader reader(body);
  MAPISYNC_TRYV(check_status(reader, "Connect"));
  ConnectResponse response;
  response.error_code = reader.number();
  if (response.error_code != 0) {
    reader.drop_rest();
  } else {
    response.polls_max = reader.number();
    response.retry_count = reader.number();
    response.retry_delay = reader.number();
    response.dn_prefix = reader.text();
    response.display_name = reader.wide();
    response.aux = reader.counted();
  }
  MAPISYNC_TRYV(reader.end("the answer to Connect"));
  return response;
}

Result<ExecuteResponse> decode_execute_response(BytesView body) {
  BodyReader reader(body);
  MAPISYNC_TRYV(check_status(reader, "Execute"));
  ExecuteResponse response;
  response.error_code = reader.number();
  if (response.error_code != 0) {
    reader.drop_rest();
  } else {
    response.flags = reader.number();
    response.rop_buffer = reader.counted();
    response.aux = reader.counted();
  }
  MAPISYNC_TRYV(reader.end("the answer to Execute"));
  return response;
}

Result<DisconnectResponse> decode_disconnect_response(BytesView body) {
  BodyReader reader(body);
  MAPISYNC_TRYV(check_status(reader, "Disconnect"));
  DisconnectResponse response;
  response.error_code = reader.number();
  if (response.error_code != 0) {
    reader.drop_rest();
  } else {
    response.aux = reader.counted();
  }
  MAPISYNC_TRYV(reader.end("the answer to Disconnect"));
  return response;
}

}  // namespace mapisync::mapihttp
