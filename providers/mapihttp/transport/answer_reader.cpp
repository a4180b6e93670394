#include "providers/mapihttp/transport/answer_reader.h"

#include <algorithm>

#include "providers/mapihttp/transport/answer_failures.h"

namespace mapisync::mapihttp {
namespace {

/// The codecs do not know that what they could not read takes the session with it.
Result<void> of_session(Result<void> read) {
  if (!read) read.error().scope = Scope::mailbox;
  return read;
}

}  // namespace

Result<void> AnswerReader::head(int status, const HeaderList& headers) {
  status_ = status;
  headers_ = headers;
  const std::string* code = headers_.find("X-ResponseCode");
  framing_ = status == 200 && (code == nullptr || *code == "0") ? Framing::inner : Framing::wordless;
  return success();
}

Result<void> AnswerReader::data(BytesView piece) {
  if (piece.empty()) return success();
  // A failure may come with the inner lines or without; what it says besides its code is for the server's
  // administrator.
  if (framing_ == Framing::wordless) {
    skipped_ += std::min(piece.size(), most_body_ + 1 - skipped_);
    if (skipped_ > most_body_)
      return fail(Errc::too_big, Scope::mailbox, Retry::later, "the server's error page does not end");
    return success();
  }
  any_data_ = true;
  MAPISYNC_TRYV(of_session(inner_.feed(piece, body_)));
  if (body_.size() <= most_body_) return success();
  return fail(Errc::too_big, Scope::mailbox, Retry::later, "the answer is larger than was asked for");
}

Duration AnswerReader::patience() const {
  if (status_ == 0) return std::min(patience_.before_answer, patience_.at_most);
  const std::string* period = headers_.find("X-PendingPeriod");
  const std::optional<std::uint32_t> stated = period == nullptr ? std::nullopt : parse_number(*period);
  const Duration three = std::chrono::milliseconds{3 * std::uint64_t{stated.value_or(0)}};
  return std::min(std::max(patience_.between_pieces, three), patience_.at_most);
}

Result<void> AnswerReader::finish(const std::string& what) {
  if (status_ != 200) return http_status_failure(status_, headers_, what);
  // PING has no body, and some answers to it no inner lines.
  if (framing_ == Framing::inner && any_data_) MAPISYNC_TRYV(of_session(inner_.finish()));
  const std::string* code = header("X-ResponseCode");
  if (code == nullptr) {
    return fail(Errc::malformed, Scope::mailbox, Retry::never,
                what + ": the answer has no X-ResponseCode; is this MAPI/HTTP?");
  }
  const std::optional<std::uint32_t> number = parse_number(*code);
  if (!number) return fail(Errc::malformed, Scope::mailbox, Retry::later, what + ": X-ResponseCode is no number");
  if (*number != 0) return response_code_failure(*number, what);
  return success();
}

const std::string* AnswerReader::header(std::string_view name) const noexcept {
  const std::string* inner = inner_.header(name);
  return inner != nullptr ? inner : headers_.find(name);
}

bool AnswerReader::redirects() const noexcept {
  return status_ == 301 || status_ == 302 || status_ == 303 || status_ == 307 || status_ == 308;
}

}  // namespace mapisync::mapihttp
