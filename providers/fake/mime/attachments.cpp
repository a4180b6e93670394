#include "providers/fake/mime/attachments.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "providers/fake/mime/encoded_words.h"
#include "providers/fake/mime/gmime_handle.h"
#include "providers/fake/mime/message_headers.h"
#include "providers/fake/mime/message_properties.h"
#include "providers/fake/mime/utf8.h"

namespace mapisync::mime {
namespace {

constexpr std::size_t kNameMax = 1024;

const char* usual_extension(const std::string& type) {
  struct Row {
    const char* type;
    const char* extension;
  };
  static constexpr Row kRows[] = {
      {"text/plain", ".txt"},
      {"text/html", ".htm"},
      {"text/calendar", ".ics"},
      {"text/csv", ".csv"},
      {"image/png", ".png"},
      {"image/jpeg", ".jpg"},
      {"image/jpg", ".jpg"},
      {"image/gif", ".gif"},
      {"application/pdf", ".pdf"},
      {"application/zip", ".zip"},
      {"message/delivery-status", ".dat"},
      {"message/disposition-notification", ".dat"},
      {"text/rfc822-headers", ".txt"},
      {"application/pkcs7-mime", ".p7m"},
      {"application/pkcs7-signature", ".p7s"},
      {"application/pgp-signature", ".asc"},
      {"message/rfc822", ".eml"},
  };
  for (const Row& row : kRows) {
    if (type == row.type) return row.extension;
  }
  return ".dat";
}

/// As servers of the field name what has no name.
std::string made_up_name(std::int32_t number, const std::string& type) {
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), "ATT%05d", number + 1);
  return std::string(text.data()) + usual_extension(type);
}

/// Parsed anew, with encoded words repacked: see encoded_words.h.
std::string parameter(GMimeObject* object, const char* field, const char* name) {
  GMimeHeader* header = g_mime_header_list_get_header(g_mime_object_get_header_list(object), field);
  const char* raw = header == nullptr ? nullptr : g_mime_header_get_raw_value(header);
  if (raw == nullptr) return {};
  const std::string value = repack_encoded_words(raw);
  const ParserOptionsHandle options = make_parser_options();
  const bool type = g_ascii_strcasecmp(field, "Content-Type") == 0;
  if (type) {
    const ObjectHandle<GMimeContentType> parsed(g_mime_content_type_parse(options.get(), value.c_str()));
    return parsed == nullptr ? std::string()
                             : to_valid_utf8(text_of(g_mime_content_type_get_parameter(parsed.get(), name)));
  }
  const ObjectHandle<GMimeContentDisposition> parsed(g_mime_content_disposition_parse(options.get(), value.c_str()));
  return parsed == nullptr ? std::string()
                           : to_valid_utf8(text_of(g_mime_content_disposition_get_parameter(parsed.get(), name)));
}

std::string extension_of(const std::string& name) {
  const std::size_t dot = name.rfind('.');
  if (dot == std::string::npos || dot == 0 || name.size() - dot > 32) return {};
  return name.substr(dot);
}

}  // namespace

std::string attachment_name(GMimeObject* object) {
  std::string text = parameter(object, "Content-Disposition", "filename");
  if (text.empty()) text = parameter(object, "Content-Type", "name");
  std::replace_if(
      text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, ' ');
  return cut_utf8(std::move(text), kNameMax);
}

Attachment attachment_frame(const PartRef& part, std::int32_t number, std::int32_t method) {
  Attachment attachment;
  PropertyList& p = attachment.properties;
  const std::string type = to_valid_utf8(mime_type_of(part.object));
  std::string name = attachment_name(part.object);
  if (name.empty() && method == kAttachByValue) name = made_up_name(number, type);
  p.push_back({pr::kAttachNumber, std::nullopt, number});
  p.push_back({pr::kAttachMethod, std::nullopt, method});
  set_text(p, pr::kAttachMimeTag, type);
  set_text(p, pr::kAttachLongFilename, name);
  set_text(p, pr::kAttachFilename, name);
  set_text(p, pr::kAttachExtension, extension_of(name));
  set_text(p, pr::kDisplayName, name);
  std::string id = header_value(part.object, "Content-Id");
  if (id.size() >= 2 && id.front() == '<' && id.back() == '>') id = id.substr(1, id.size() - 2);
  set_text(p, pr::kAttachContentId, cut_utf8(std::move(id), kNameMax));
  set_text(p, pr::kAttachContentLocation, cut_utf8(header_value(part.object, "Content-Location"), 4 * kNameMax));
  p.push_back({kRenderingPosition, std::nullopt, std::int32_t{-1}});
  if (part.related) {
    p.push_back({pr::kAttachFlags, std::nullopt, kAttachFlagRelated});
    p.push_back({kAttachmentHidden, std::nullopt, true});
  }
  return attachment;
}

}  // namespace mapisync::mime
