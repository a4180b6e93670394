// Content conversion at export: MIME bytes -> the properties that a server of the Exchange kind shows.
// docs/conversion.md says which property comes from where, and which defect is fatal when.
// Any thread, no state between calls.
#pragma once

#include <optional>
#include <vector>

#include "engine/base/result.h"
#include "engine/model/message.h"
#include "providers/fake/content_converter.h"
#include "providers/fake/mime/defects.h"
#include "providers/fake/mime/limits.h"

namespace mapisync::mime {

struct ConversionOptions {
  Strictness strictness{Strictness::exchange};
  ConversionLimits limits;
  bool keep_original{false};  // pr::kMimeSkeleton with the original bytes, top message only
};

struct Conversion {
  MessageContent content;
  std::vector<DefectLog::Note> tolerated;  // what was wrong and did not stop it
};

/// Fails with Errc::corrupt_data, scope message, retry on_change; the context is "content conversion: DEFECT in PLACE".
/// All text is valid UTF-8. Memory: about four times `mime`.
Result<Conversion> convert_mime(BytesView mime, const ConversionOptions& options = {});

/// What a list of messages shows, had even where the conversion fails: by lenient conversion, else from the headers,
/// else empty. Never fails.
struct MessageSummary {
  std::string subject, sender, recipients, message_class, internet_message_id;
  std::optional<Timestamp> delivered, submitted;
  bool convertible{false};  // under `strictness`
};
MessageSummary summarize(BytesView mime, Strictness strictness, const ConversionLimits& limits = {});

/// The port of the fake mailbox.
class MimeConverter final : public fake::ContentConverter {
 public:
  /// `fixed`: a strictness that counts whatever the mailbox asks for. Without it the mailbox's "strict" means exchange.
  explicit MimeConverter(std::optional<Strictness> fixed = std::nullopt) : fixed_(fixed) {}
  Result<MessageContent> convert(BytesView mime, const fake::ConversionContext& context) override;

 private:
  std::optional<Strictness> fixed_;
};

}  // namespace mapisync::mime
