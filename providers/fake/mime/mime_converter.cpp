#include "providers/fake/mime/mime_converter.h"

#include <gmime/gmime.h>

#include <algorithm>
#include <utility>

#include "providers/fake/mime/attachments.h"
#include "providers/fake/mime/calendar.h"
#include "providers/fake/mime/charset.h"
#include "providers/fake/mime/gmime_handle.h"
#include "providers/fake/mime/html_text.h"
#include "providers/fake/mime/message_class.h"
#include "providers/fake/mime/message_headers.h"
#include "providers/fake/mime/message_properties.h"
#include "providers/fake/mime/part_content.h"
#include "providers/fake/mime/part_tree.h"
#include "providers/fake/mime/prescan.h"
#include "providers/fake/mime/utf8.h"

namespace mapisync::mime {
namespace {

void see_warning(gint64 /*offset*/, GMimeParserWarning warning, const gchar* /*item*/, gpointer user) {
  DefectLog& log = *static_cast<DefectLog*>(user);
  switch (warning) {
    case GMIME_WARN_DUPLICATED_HEADER:
    case GMIME_CRIT_CONFLICTING_HEADER: log.note(Defect::conflicting_header); break;
    case GMIME_WARN_INVALID_CONTENT_TYPE: log.note(Defect::invalid_content_type); break;
    case GMIME_WARN_INVALID_RFC2047_HEADER_VALUE: log.note(Defect::broken_encoded_word); break;
    case GMIME_WARN_MALFORMED_MESSAGE:
    case GMIME_CRIT_INVALID_HEADER_NAME: log.note(Defect::invalid_header_line); break;
    case GMIME_WARN_INVALID_ADDRESS_LIST: log.note(Defect::bad_address); break;
    case GMIME_CRIT_NESTING_OVERFLOW: log.note(Defect::nesting_too_deep); break;
    default: break;  // what the part tree judges itself, or what hurts nobody
  }
}

constexpr std::size_t kReportMax = std::size_t{256} << 10U;  // of report fields that are looked at

/// The envelope line of an mbox, which belongs to no message.
BytesView without_from_line(BytesView mime) {
  if (!mime.starts_with("From ") && !mime.starts_with(">From ")) return mime;
  const std::size_t end = mime.find('\n');
  return end == BytesView::npos ? BytesView{} : mime.substr(end + 1);
}

/// As old Macintoshes write it: lines end in a bare CR. That somebody put an LF to the end does not change that.
bool has_bare_cr_lines(BytesView mime) {
  const std::size_t feed = std::min(mime.find('\n'), mime.size());
  const std::size_t first = std::min(mime.find('\r'), mime.size());
  return feed + 1 >= mime.size() && first + 1 < feed;
}

/// A copy to parse. A boundary line at the very end gets the line end it lacks: without, GMime leaves a stray CR in the
/// part before it.
ObjectHandle<GMimeStream> stream_of(BytesView mime) {
  ObjectHandle<GMimeStream> stream(g_mime_stream_mem_new());
  if (!mime.empty()) g_mime_stream_write(stream.get(), mime.data(), mime.size());
  const std::size_t line = mime.rfind('\n');
  if (line != BytesView::npos && mime.substr(line + 1).starts_with("--")) {
    g_mime_stream_write_string(stream.get(), line > 0 && mime[line - 1] == '\r' ? "\r\n" : "\n");
  }
  g_mime_stream_reset(stream.get());
  return stream;
}

/// One conversion: a message and all that is embedded in it. Stops deepening as soon as a fatal defect is seen.
class Worker {
 public:
  Worker(const ConversionLimits& limits, DefectLog& log) : limits_(limits), log_(log), options_(make_parser_options()) {
    g_mime_parser_options_set_warning_callback(options_.get(), see_warning, &log_);
  }

  MessageContent convert_bytes(BytesView mime, const std::string& path, std::size_t depth) {
    if (has_bare_cr_lines(mime)) {
      Bytes lines(mime);
      std::replace(lines.begin(), lines.end(), '\r', '\n');
      return convert_bytes(lines, path, depth);
    }
    mime = without_from_line(mime);
    prescan(mime, limits_, log_);
    if (log_.has_fatal()) return {};
    const ObjectHandle<GMimeStream> stream = stream_of(mime);
    const ObjectHandle<GMimeParser> parser(g_mime_parser_new_with_stream(stream.get()));
    g_mime_parser_set_persist_stream(parser.get(), TRUE);
    const ObjectHandle<GMimeMessage> message(g_mime_parser_construct_message(parser.get(), options_.get()));
    if (message == nullptr) {
      log_.note(Defect::no_headers);
      return loose_message(mime);
    }
    return convert_message(message.get(), path, depth);
  }

 private:
  MessageContent convert_message(GMimeMessage* message, const std::string& path, std::size_t depth) {
    MessageContent content;
    const MessageHeaders headers = read_headers(message, options_.get(), limits_, log_);
    add_header_properties(headers, content);
    const PartTree tree = sort_parts(message, path, depth, limits_, budget_, log_);
    if (log_.has_fatal()) return content;
    content.properties.push_back({pr::kMessageClass, std::nullopt, Text{class_of(message, tree, content)}});
    add_bodies(tree, content);
    for (const PartRef& part : tree.attachments) {
      if (log_.has_fatal()) return content;
      content.attachments.push_back(attachment(part, static_cast<std::int32_t>(content.attachments.size()), depth));
    }
    content.properties.push_back({pr::kHasAttach, std::nullopt, !content.attachments.empty()});
    return content;
  }

  /// What cannot even be parsed as a message: all of it is text.
  MessageContent loose_message(BytesView bytes) {
    MessageContent content;
    add_header_properties(MessageHeaders{}, content);
    content.properties.push_back({pr::kMessageClass, std::nullopt, Text{"IPM.Note"}});
    content.properties.push_back(
        {pr::kBody, std::nullopt, Text{with_crlf(decode_text(bytes, guess_charset(bytes)).utf8)}});
    content.properties.push_back({pr::kHasAttach, std::nullopt, false});
    return content;
  }

  std::string class_of(GMimeMessage* message, const PartTree& tree, MessageContent& content) {
    GMimeObject* root = g_mime_message_get_mime_part(message);
    std::string name = root == nullptr ? std::string() : secured_class(root);
    const bool is_report = root != nullptr && mime_type_of(root) == "multipart/report";
    if (name.empty() && is_report) name = report_class(fields_of_reports(tree));
    if (name.empty() && tree.calendar) {
      const Bytes bytes = decoded_bytes(*tree.calendar, log_);
      const std::optional<CalendarEvent> event = read_calendar(text_of_part(*tree.calendar, bytes, log_).utf8);
      if (!event) {
        log_.note(Defect::invalid_calendar, place_of(*tree.calendar));
      } else {
        name = calendar_class(*event);
        if (!name.empty()) add_calendar_properties(*event, content.properties);
      }
    }
    return name.empty() ? "IPM.Note" : name;
  }

  /// Some servers write one part per recipient.
  Bytes fields_of_reports(const PartTree& tree) {
    Bytes fields;
    for (const PartRef& part : tree.reports) {
      if (fields.size() > kReportMax) break;
      fields += decoded_bytes(part, log_) + "\n";
    }
    return fields;
  }

  void add_bodies(const PartTree& tree, MessageContent& content) {
    std::optional<std::string> plain;
    std::int32_t codepage = 0;
    if (tree.plain) {
      PartText text = text_of_part(*tree.plain, decoded_bytes(*tree.plain, log_), log_);
      plain = with_crlf(text.utf8);
      codepage = text.codepage;
    } else if (!tree.loose_text.empty()) {
      plain = with_crlf(decode_text(tree.loose_text, guess_charset(tree.loose_text)).utf8);
    }
    if (tree.html) {
      Bytes bytes = decoded_bytes(*tree.html, log_);
      const PartText text = text_of_part(*tree.html, bytes, log_);
      codepage = text.codepage;
      if (!plain) plain = text_of_html(text.utf8, limits_.synthesised_text_bytes);
      content.properties.push_back({pr::kHtml, std::nullopt, Binary{std::move(bytes)}});
    }
    if (plain) content.properties.push_back({pr::kBody, std::nullopt, Text{std::move(*plain)}});
    content.properties.push_back({pr::kInternetCodepage, std::nullopt, codepage == 0 ? kCodepageUtf8 : codepage});
  }

  Attachment attachment(const PartRef& part, std::int32_t number, std::size_t depth) {
    const std::string type = mime_type_of(part.object);
    const bool is_message = type == "message/rfc822" || type == "message/global" || type == "message/news";
    if (!part.opaque && GMIME_IS_MESSAGE_PART(part.object)) {
      GMimeMessage* inner = g_mime_message_part_get_message(GMIME_MESSAGE_PART(part.object));
      if (inner != nullptr) return embedded(part, number, convert_message(inner, path_of_embedded(part), depth + 1));
    }
    Bytes bytes = decoded_bytes(part, log_);
    if (!part.opaque && is_message && GMIME_IS_PART(part.object) && !bytes.empty()) {
      log_.note(Defect::encoded_message, place_of(part));
      if (depth + 1 < limits_.nesting)
        return embedded(part, number, convert_bytes(bytes, path_of_embedded(part), depth + 1));
      log_.note(Defect::nesting_too_deep, place_of(part));
    }
    Attachment made = attachment_frame(part, number, kAttachByValue);
    made.properties.push_back(
        {pr::kAttachSize, std::nullopt, static_cast<std::int32_t>(std::min<std::size_t>(bytes.size(), INT32_MAX))});
    made.properties.push_back({pr::kAttachData, std::nullopt, Binary{std::move(bytes)}});
    return made;
  }

  static Attachment embedded(const PartRef& part, std::int32_t number, MessageContent inner) {
    Attachment made = attachment_frame(part, number, kAttachEmbeddedMessage);
    if (find_property(made.properties, pr::kDisplayName) == nullptr) {
      std::string subject = text_or_empty(inner.properties, pr::kSubject);
      made.properties.push_back({pr::kDisplayName, std::nullopt, Text{std::move(subject)}});
    }
    made.embedded = std::make_unique<MessageContent>(std::move(inner));
    return made;
  }

  const ConversionLimits& limits_;
  DefectLog& log_;
  ParserOptionsHandle options_;
  PartBudget budget_;
};

ConversionLimits limits_of(const fake::ConversionContext& context) {
  ConversionLimits limits;
  limits.nesting = context.nesting_max;
  limits.parts = context.parts_max;
  return limits;
}

}  // namespace

Result<Conversion> convert_mime(BytesView mime, const ConversionOptions& options) {
  DefectLog log(options.strictness);
  Worker worker(options.limits, log);
  MessageContent content = worker.convert_bytes(mime, "", 0);
  if (log.has_fatal()) return log.failure();
  if (options.keep_original) content.properties.push_back({pr::kMimeSkeleton, std::nullopt, Binary{Bytes(mime)}});
  return Conversion{std::move(content), log.notes()};
}

MessageSummary summarize(BytesView mime, Strictness strictness, const ConversionLimits& limits) {
  MessageSummary summary;
  summary.message_class = "IPM.Note";
  ConversionOptions options{strictness, limits, false};
  Result<Conversion> conversion = convert_mime(mime, options);
  summary.convertible = conversion.has_value();
  options.strictness = Strictness::lenient;
  if (!conversion && strictness != Strictness::lenient) conversion = convert_mime(mime, options);
  // Beyond a limit: the head alone, if that is within it.
  if (!conversion) conversion = convert_mime(header_block(mime).substr(0, limits.header_bytes), options);
  if (!conversion) return summary;
  const PropertyList& properties = conversion.value().content.properties;
  summary.subject = text_or_empty(properties, pr::kSubject);
  summary.sender = text_or_empty(properties, pr::kSentRepresentingName);
  summary.recipients = text_or_empty(properties, pr::kDisplayTo);
  summary.message_class = text_or_empty(properties, pr::kMessageClass);
  summary.internet_message_id = text_or_empty(properties, pr::kInternetMessageId);
  summary.delivered = time_property(properties, pr::kDeliveryTime);
  summary.submitted = time_property(properties, pr::kClientSubmitTime);
  return summary;
}

Result<MessageContent> MimeConverter::convert(BytesView mime, const fake::ConversionContext& context) {
  ConversionOptions options;
  options.limits = limits_of(context);
  options.keep_original = context.keep_original;
  const bool lenient = context.strictness == fake::Strictness::lenient;
  options.strictness = fixed_.value_or(lenient ? Strictness::lenient : Strictness::exchange);
  MAPISYNC_TRY(conversion, convert_mime(mime, options));
  return std::move(conversion.content);
}

}  // namespace mapisync::mime
