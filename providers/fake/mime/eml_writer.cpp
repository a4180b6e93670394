#include "providers/fake/mime/eml_writer.h"

#include <gmime/gmime.h>

#include <algorithm>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "providers/fake/mime/attachments.h"
#include "providers/fake/mime/callback_stream.h"
#include "providers/fake/mime/charset.h"
#include "providers/fake/mime/eml_headers.h"
#include "providers/fake/mime/gmime_handle.h"
#include "providers/fake/mime/message_properties.h"
#include "providers/fake/mime/utf8.h"

namespace mapisync::mime {
namespace {

constexpr std::size_t kDepthMax = 64;
constexpr std::size_t kTextMax = std::size_t{512} << 20U;
constexpr std::size_t kPiece = std::size_t{256} << 10U;

using ObjectPtr = ObjectHandle<GMimeObject>;

std::string text_property(const PropertyList& properties, PropertyTag tag) {
  return text_or_empty(properties, tag, kTextMax);
}

/// GMime takes C strings: what a NUL would cut short is kept.
std::string without_nul(std::string text) {
  std::replace(text.begin(), text.end(), '\0', ' ');
  return text;
}

std::string with_lf(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\r' || i + 1 >= text.size() || text[i + 1] != '\n') out.push_back(text[i]);
  }
  return out;
}

std::pair<std::string, std::string> type_and_subtype(const std::string& mime_type) {
  const std::size_t slash = mime_type.find('/');
  if (slash == std::string::npos || slash == 0 || slash + 1 == mime_type.size()) return {"application", "octet-stream"};
  return {without_nul(mime_type.substr(0, slash)), without_nul(mime_type.substr(slash + 1))};
}

/// One writing: the tree of MIME objects, and the values they read from while they are written.
class Builder {
 public:
  explicit Builder(StreamTrouble& trouble) : trouble_(trouble) {}

  ObjectHandle<GMimeMessage> message(const MessageContent& content, std::size_t depth) {
    if (depth > kDepthMax) {
      if (!trouble_.failure) {
        trouble_.failure =
            fail(Errc::malformed, Scope::message, Retry::never, "messages embedded deeper than 64: cannot be written");
      }
      return nullptr;
    }
    ObjectHandle<GMimeMessage> made = message_with_headers(content);
    const ObjectPtr root = body(content, depth);
    if (root) g_mime_message_set_mime_part(made.get(), root.get());
    return made;
  }

 private:
  ObjectPtr body(const MessageContent& content, std::size_t depth) {
    const std::string message_class = text_property(content.properties, pr::kMessageClass);
    std::vector<ObjectPtr> related, mixed, signatures;
    for (const Attachment& attachment : content.attachments) {
      ObjectPtr part = attachment_part(attachment, message_class, depth);
      if (!part) return nullptr;
      const std::string type = text_property(attachment.properties, pr::kAttachMimeTag);
      const bool inside =
          (long_property(attachment.properties, pr::kAttachFlags).value_or(0) & kAttachFlagRelated) != 0;
      const bool signature = message_class.ends_with(".MultipartSigned") && type.ends_with("pkcs7-signature");
      (signature ? signatures : inside ? related : mixed).push_back(std::move(part));
    }
    ObjectPtr root = texts(content);
    if (!root && related.empty() && mixed.size() == 1 && signatures.empty()) return std::move(mixed.front());
    root = wrapped("related", std::move(root), related);
    if (message_class.starts_with("REPORT.")) {
      root = report(message_class, std::move(root), mixed);
    } else {
      root = wrapped("mixed", std::move(root), mixed);
    }
    if (!signatures.empty()) {
      root = wrapped("signed", std::move(root), signatures);
      g_mime_object_set_content_type_parameter(root.get(), "protocol", "application/pkcs7-signature");
      g_mime_object_set_content_type_parameter(root.get(), "micalg", "sha-256");
    }
    return root ? std::move(root) : text_part("plain", "");
  }

  /// A multipart of the first and the others; the first alone where there are no others.
  static ObjectPtr wrapped(const char* subtype, ObjectPtr first, const std::vector<ObjectPtr>& others) {
    if (others.empty()) return first;
    GMimeMultipart* multipart = g_mime_multipart_new_with_subtype(subtype);
    if (first) g_mime_multipart_add(multipart, first.get());
    for (const ObjectPtr& other : others) g_mime_multipart_add(multipart, other.get());
    return ObjectPtr(GMIME_OBJECT(multipart));
  }

  static ObjectPtr report(const std::string& message_class, ObjectPtr first, const std::vector<ObjectPtr>& others) {
    const bool receipt = message_class.ends_with("IPNRN") || message_class.ends_with("IPNNRN");
    if (others.empty()) return first;
    ObjectPtr root = wrapped("report", std::move(first), others);
    g_mime_object_set_content_type_parameter(root.get(), "report-type",
                                             receipt ? "disposition-notification" : "delivery-status");
    return root;
  }

  ObjectPtr texts(const MessageContent& content) {
    const Property* html = find_property(content.properties, pr::kHtml);
    ObjectPtr plain_part, html_part;
    if (find_property(content.properties, pr::kBody) != nullptr) {
      plain_part = text_part("plain", with_lf(text_property(content.properties, pr::kBody)));
    }
    if (html != nullptr) {
      html_part = leaf("text", "html", html->value, GMIME_CONTENT_ENCODING_BASE64);
      const std::int32_t codepage = long_property(content.properties, pr::kInternetCodepage).value_or(kCodepageUtf8);
      g_mime_object_set_content_type_parameter(html_part.get(), "charset", mime_charset_name(codepage).c_str());
    }
    if (!plain_part) return html_part;
    if (!html_part) return plain_part;
    std::vector<ObjectPtr> others;
    others.push_back(std::move(html_part));
    return wrapped("alternative", std::move(plain_part), others);
  }

  ObjectPtr text_part(const char* subtype, std::string text) {
    const bool ascii = is_ascii(text);
    const bool ends = text.empty() || text.ends_with('\n');
    const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
    // Without a final line end, text that is not encoded would gain one.
    const bool bare = ascii && ends && !has_risky_line(text);
    GMimeContentEncoding encoding = bare ? GMIME_CONTENT_ENCODING_7BIT : g_mime_utils_best_encoding(bytes, text.size());
    if (text.find('\r') != std::string::npos || text.find('\0') != std::string::npos)
      encoding = GMIME_CONTENT_ENCODING_BASE64;
    texts_.push_back(std::move(text));
    ObjectPtr part = leaf_of_stream("text", subtype, make_view_stream(texts_.back(), trouble_), encoding);
    g_mime_object_set_content_type_parameter(part.get(), "charset", ascii ? "us-ascii" : "utf-8");
    return part;
  }

  static bool has_risky_line(std::string_view text) {
    while (!text.empty()) {
      const std::string_view line = text.substr(0, text.find('\n'));
      if (line.size() > 900 || line.starts_with("From ") || line.ends_with(' ')) return true;
      text.remove_prefix(std::min(line.size() + 1, text.size()));
    }
    return false;
  }

  ObjectPtr leaf(const std::string& type, const std::string& subtype, const PropertyValue& value,
                 GMimeContentEncoding encoding) {
    ObjectHandle<GMimeStream> stream;
    if (const auto* binary = std::get_if<Binary>(&value)) {
      stream = make_view_stream(binary->bytes, trouble_);
    } else if (const auto* text = std::get_if<Text>(&value)) {
      stream = make_view_stream(text->utf8, trouble_);
    } else if (const auto* large = std::get_if<Large>(&value)) {
      stream = make_source_stream(large->source, trouble_);
    } else {
      stream = make_view_stream({}, trouble_);
    }
    return leaf_of_stream(type, subtype, std::move(stream), encoding);
  }

  static ObjectPtr leaf_of_stream(const std::string& type, const std::string& subtype, ObjectHandle<GMimeStream> stream,
                                  GMimeContentEncoding encoding) {
    GMimePart* part = g_mime_part_new_with_type(type.c_str(), subtype.c_str());
    const ObjectHandle<GMimeDataWrapper> content(
        g_mime_data_wrapper_new_with_stream(stream.get(), GMIME_CONTENT_ENCODING_DEFAULT));
    g_mime_part_set_content(part, content.get());
    g_mime_part_set_content_encoding(part, encoding);
    return ObjectPtr(GMIME_OBJECT(part));
  }

  ObjectPtr attachment_part(const Attachment& attachment, const std::string& message_class, std::size_t depth) {
    const PropertyList& p = attachment.properties;
    ObjectPtr part;
    const auto [type, subtype] = type_and_subtype(text_property(p, pr::kAttachMimeTag));
    if (attachment.embedded) {
      const ObjectHandle<GMimeMessage> inner = message(*attachment.embedded, depth + 1);
      if (!inner) return nullptr;
      part.reset(GMIME_OBJECT(g_mime_message_part_new_with_message("rfc822", inner.get())));
    } else {
      const Property* data = find_property(p, pr::kAttachData);
      // A multipart or message that was kept whole as bytes must not be taken for its own structure.
      const bool whole = type == "multipart" ||
                         (type == "message" && (subtype == "rfc822" || subtype == "global" || subtype == "news"));
      const PropertyValue nothing{Binary{}};
      part = leaf(whole ? "application" : type, whole ? "octet-stream" : subtype,
                  data == nullptr ? nothing : data->value, GMIME_CONTENT_ENCODING_BASE64);
    }
    describe(part.get(), p, message_class);
    return part;
  }

  static void describe(GMimeObject* part, const PropertyList& p, const std::string& message_class) {
    const std::string name = without_nul(text_property(p, pr::kAttachLongFilename));
    const std::string type = text_property(p, pr::kAttachMimeTag);
    const bool inside = (long_property(p, pr::kAttachFlags).value_or(0) & kAttachFlagRelated) != 0;
    const bool meeting = type == "text/calendar" && message_class.starts_with("IPM.Schedule.");
    if (!name.empty() && GMIME_IS_PART(part)) g_mime_part_set_filename(GMIME_PART(part), name.c_str());
    if (!name.empty() && !GMIME_IS_PART(part))
      g_mime_object_set_content_disposition_parameter(part, "filename", name.c_str());
    // Last, because a file name makes an attachment of anything. A meeting's calendar must not look like one.
    g_mime_object_set_disposition(part, inside || meeting ? GMIME_DISPOSITION_INLINE : GMIME_DISPOSITION_ATTACHMENT);
    const std::string id = without_nul(text_property(p, pr::kAttachContentId));
    if (!id.empty()) g_mime_object_set_content_id(part, id.c_str());
    const std::string location = without_nul(text_property(p, pr::kAttachContentLocation));
    if (!location.empty()) g_mime_object_set_header(part, "Content-Location", location.c_str(), "utf-8");
  }

  StreamTrouble& trouble_;
  std::deque<std::string> texts_;  // stable addresses: streams read from them
};

Result<void> write_original(const PropertyValue& value, const ByteSink& sink) {
  if (const auto* binary = std::get_if<Binary>(&value)) return sink(binary->bytes);
  const auto* large = std::get_if<Large>(&value);
  const std::uint64_t size = large == nullptr ? 0 : large->source->size();
  for (std::uint64_t at = 0; at < size; at += kPiece) {
    MAPISYNC_TRY(piece, large->source->read(at, static_cast<std::size_t>(std::min<std::uint64_t>(kPiece, size - at))));
    MAPISYNC_TRYV(sink(piece));
  }
  return success();
}

bool holds_bytes(const Property* property) {
  return property != nullptr &&
         (std::holds_alternative<Binary>(property->value) || std::holds_alternative<Large>(property->value));
}

}  // namespace

Result<void> write_eml(const MessageContent& content, const ByteSink& sink, const EmlOptions& options) {
  const Property* original = find_property(content.properties, pr::kMimeSkeleton);
  if (options.prefer_original && holds_bytes(original)) return write_original(original->value, sink);
  StreamTrouble trouble;
  Builder builder(trouble);
  const ObjectHandle<GMimeMessage> message = builder.message(content, 0);
  if (message && !trouble.failure) {
    const ObjectHandle<GMimeStream> stream = make_sink_stream(sink, trouble);
    const ssize_t written = g_mime_object_write_to_stream(GMIME_OBJECT(message.get()), nullptr, stream.get());
    if (written < 0 && !trouble.failure) {
      trouble.failure = fail(Errc::internal, Scope::message, Retry::never, "the message could not be written as MIME");
    }
  }
  if (trouble.failure) return *trouble.failure;
  return success();
}

}  // namespace mapisync::mime
