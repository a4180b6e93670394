// Short ways to write mail and to look at what became of it.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "providers/fake/mime/message_properties.h"
#include "providers/fake/mime/mime_converter.h"

namespace mapisync::mime {

/// A complete head; `rest` begins with further fields or with the empty line before the body.
inline std::string mail(const std::string& rest) {
  return "From: Ann <ann@example.org>\nTo: Bob <bob@example.org>\nSubject: Test\n"
         "Date: Thu, 6 Mar 2025 10:00:00 +0100\nMessage-ID: <1@example.org>\n" +
         rest;
}

inline Result<Conversion> convert(const std::string& text, Strictness strictness = Strictness::exchange) {
  ConversionOptions options;
  options.strictness = strictness;
  return convert_mime(text, options);
}

/// The content, or a test failure and nothing.
inline MessageContent content_of(const std::string& text, Strictness strictness = Strictness::exchange) {
  Result<Conversion> conversion = convert(text, strictness);
  if (conversion) return std::move(conversion.value().content);
  ADD_FAILURE() << conversion.error().to_string();
  return {};
}

/// "" = it converts; else the context of the failure without the part that all have.
inline std::string failure_of(const std::string& text, Strictness strictness = Strictness::exchange) {
  const Result<Conversion> conversion = convert(text, strictness);
  if (conversion) return "";
  const std::string prefix = "content conversion: ";
  const std::string context = conversion.error().context;
  return context.starts_with(prefix) ? context.substr(prefix.size()) : context;
}

inline bool tolerates(const std::string& text, Defect defect, Strictness strictness = Strictness::exchange) {
  const Result<Conversion> conversion = convert(text, strictness);
  if (!conversion) return false;
  for (const DefectLog::Note& note : conversion.value().tolerated) {
    if (note.defect == defect) return true;
  }
  return false;
}

inline std::string text_at(const PropertyList& properties, PropertyTag tag) {
  return text_or_empty(properties, tag, std::size_t{1} << 28U);
}
inline std::string text_at(const MessageContent& content, PropertyTag tag) { return text_at(content.properties, tag); }

inline Bytes bytes_at(const PropertyList& properties, PropertyTag tag) {
  const Property* found = find_property(properties, tag);
  const auto* value = found == nullptr ? nullptr : std::get_if<Binary>(&found->value);
  return value == nullptr ? Bytes() : value->bytes;
}

inline std::vector<std::string> names_of_attachments(const MessageContent& content) {
  std::vector<std::string> names;
  for (const Attachment& attachment : content.attachments) {
    names.push_back(text_at(attachment.properties, pr::kAttachLongFilename));
  }
  return names;
}

}  // namespace mapisync::mime
