#include "providers/fake/mime/message_class.h"

#include "providers/fake/mime/gmime_handle.h"
#include "providers/fake/mime/part_tree.h"

namespace mapisync::mime {
namespace {

constexpr std::size_t kLookMax = std::size_t{256} << 10U;

/// Calls `see(lower-case name, lower-case value)` for each field.
template <class See>
void each_field(std::string_view text, See see) {
  text = text.substr(0, kLookMax);
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    std::string line(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    for (char& c : line) c = g_ascii_tolower(c);
    const std::size_t colon = line.find(':');
    if (colon == std::string::npos) continue;
    const std::size_t first = line.find_first_not_of(" \t", colon + 1);
    see(std::string_view(line).substr(0, colon),
        first == std::string::npos ? std::string_view{} : std::string_view(line).substr(first));
  }
}

}  // namespace

std::string report_class(std::string_view report_fields) {
  bool failed = false, delayed = false, delivered = false, displayed = false, deleted = false;
  each_field(report_fields, [&](std::string_view name, std::string_view value) {
    if (name == "action") {
      failed = failed || value.starts_with("failed");
      delayed = delayed || value.starts_with("delayed");
      delivered =
          delivered || value.starts_with("delivered") || value.starts_with("relayed") || value.starts_with("expanded");
    }
    if (name == "disposition") {
      displayed = displayed || value.find("displayed") != std::string_view::npos;
      deleted = deleted || value.find("deleted") != std::string_view::npos;
    }
  });
  if (failed) return "REPORT.IPM.Note.NDR";
  if (delayed) return "REPORT.IPM.Note.Delayed";
  if (delivered) return "REPORT.IPM.Note.DR";
  if (displayed) return "REPORT.IPM.Note.IPNRN";
  return deleted ? "REPORT.IPM.Note.IPNNRN" : "";
}

std::string secured_class(GMimeObject* root) {
  const std::string type = mime_type_of(root);
  if (type == "application/pkcs7-mime" || type == "application/x-pkcs7-mime") return "IPM.Note.SMIME";
  if (type != "multipart/signed") return {};
  const std::string protocol = text_of(g_mime_object_get_content_type_parameter(root, "protocol"));
  return protocol.find("pkcs7-signature") == std::string::npos ? "" : "IPM.Note.SMIME.MultipartSigned";
}

}  // namespace mapisync::mime
