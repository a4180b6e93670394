// Prints what the conversion makes of .eml files, one JSON object a line, for second_opinion.py and for people.
// mime_dump [--strictness lenient|exchange|strict] FILE...
#include <glib.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>

#include "providers/fake/mime/message_properties.h"
#include "providers/fake/mime/mime_converter.h"

namespace mapisync::mime {
namespace {

using Json = nlohmann::ordered_json;

std::string sha256(const Bytes& bytes) {
  char* text =
      g_compute_checksum_for_data(G_CHECKSUM_SHA256, reinterpret_cast<const guchar*>(bytes.data()), bytes.size());
  std::string digest = text;
  g_free(text);
  return digest;
}

std::string text_of(const PropertyList& properties, PropertyTag tag) {
  return text_or_empty(properties, tag, std::size_t{1} << 26U);
}

const Bytes* binary(const PropertyList& properties, PropertyTag tag) {
  const Property* found = find_property(properties, tag);
  const auto* value = found == nullptr ? nullptr : std::get_if<Binary>(&found->value);
  return value == nullptr ? nullptr : &value->bytes;
}

Json describe(const MessageContent& content);

Json describe(const Attachment& attachment) {
  Json json;
  json["name"] = text_of(attachment.properties, pr::kAttachLongFilename);
  json["type"] = text_of(attachment.properties, pr::kAttachMimeTag);
  json["content_id"] = text_of(attachment.properties, pr::kAttachContentId);
  if (const Bytes* data = binary(attachment.properties, pr::kAttachData)) {
    json["sha256"] = sha256(*data);
    Bytes squeezed;
    std::copy_if(data->begin(), data->end(), std::back_inserter(squeezed),
                 [](char c) { return std::string_view(" \t\r\n").find(c) == std::string_view::npos; });
    json["sha256_without_blanks"] = sha256(squeezed);
    json["size"] = data->size();
  }
  if (attachment.embedded) json["embedded"] = describe(*attachment.embedded);
  return json;
}

Json describe(const MessageContent& content) {
  const PropertyList& p = content.properties;
  Json json;
  json["subject"] = text_of(p, pr::kSubject);
  json["class"] = text_of(p, pr::kMessageClass);
  json["from"] = {text_of(p, pr::kSentRepresentingName), text_of(p, pr::kSentRepresentingEmail)};
  json["message_id"] = text_of(p, pr::kInternetMessageId);
  const auto date = time_property(p, pr::kClientSubmitTime);
  json["date"] = date ? Json(date->time_since_epoch().count() / 1'000'000) : Json();
  for (const Recipient& recipient : content.recipients) {
    const std::int32_t type = long_property(recipient.properties, pr::kRecipientType).value_or(0);
    const char* name = type == kRecipientTo ? "to" : type == kRecipientCc ? "cc" : "bcc";
    json[name].push_back(
        {text_of(recipient.properties, pr::kDisplayName), text_of(recipient.properties, pr::kEmailAddress)});
  }
  json["body"] = find_property(p, pr::kBody) == nullptr ? Json() : Json(text_of(p, pr::kBody));
  const Bytes* html = binary(p, pr::kHtml);
  json["html_sha256"] = html == nullptr ? Json() : Json(sha256(*html));
  json["codepage"] = long_property(p, pr::kInternetCodepage).value_or(0);
  json["attachments"] = Json::array();
  for (const Attachment& attachment : content.attachments) json["attachments"].push_back(describe(attachment));
  return json;
}

Json describe_file(const std::string& path, Strictness strictness) {
  std::ifstream file(path, std::ios::binary);
  const Bytes bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  Json json;
  json["file"] = path;
  ConversionOptions options;
  options.strictness = strictness;
  const Result<Conversion> conversion = convert_mime(bytes, options);
  if (!conversion) {
    json["failure"] = conversion.error().context;
    return json;
  }
  json["tolerated"] = Json::array();
  for (const DefectLog::Note& note : conversion.value().tolerated) json["tolerated"].push_back(name_of(note.defect));
  json["message"] = describe(conversion.value().content);
  return json;
}

}  // namespace
}  // namespace mapisync::mime

int main(int argc, char** argv) {
  auto strictness = mapisync::mime::Strictness::exchange;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument == "--strictness" && i + 1 < argc) {
      const auto named = mapisync::mime::strictness_of(argv[++i]);
      if (!named) {
        std::cerr << "no strictness " << argv[i] << "; there are lenient, exchange and strict\n";
        return 64;
      }
      strictness = *named;
      continue;
    }
    std::cout << mapisync::mime::describe_file(argument, strictness).dump() << "\n";
  }
  return std::cout.flush() ? 0 : 74;
}
