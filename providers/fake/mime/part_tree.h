// Which parts of a message are its body and which are attachments. Private to this folder.
#pragma once

#include <gmime/gmime.h>

#include <optional>
#include <string>
#include <vector>

#include "engine/base/bytes.h"
#include "providers/fake/mime/defects.h"
#include "providers/fake/mime/limits.h"

namespace mapisync::mime {

/// What one conversion has used up so far; embedded messages share it with the message that holds them.
struct PartBudget {
  std::size_t parts{0};
};

struct PartRef {
  GMimeObject* object{nullptr};  // borrowed from the message
  std::string path;              // "1.2"
  bool related{false};           // shown inside the HTML body
  bool opaque{false};            // nested too deep to be looked into: taken whole, as bytes
};

struct PartTree {
  std::optional<PartRef> plain, html;
  std::optional<PartRef> calendar;  // one of the attachments, too
  std::vector<PartRef> reports;     // message/delivery-status and /disposition-notification; attachments, too
  std::vector<PartRef> attachments;
  std::string loose_text;  // of a multipart without parts, where that is tolerated
};

/// `depth`: messages and multiparts around this message.
PartTree sort_parts(GMimeMessage* message, const std::string& path, std::size_t depth, const ConversionLimits& limits,
                    PartBudget& budget, DefectLog& log);

/// What the parts of the message embedded in `part` are named below.
std::string path_of_embedded(const PartRef& part);

/// "text/plain", in lower case.
std::string mime_type_of(GMimeObject* object);
/// "part 1.2, text/plain": how a part is named in a failure.
std::string place_of(const PartRef& part);

}  // namespace mapisync::mime
