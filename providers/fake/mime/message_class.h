// Message classes of reports and of secured mail, from content types and report fields. Private to this folder.
#pragma once

#include <gmime/gmime.h>

#include <string>
#include <string_view>

namespace mapisync::mime {

/// REPORT.IPM.Note.NDR, .DR, .Delayed, .IPNRN or .IPNNRN by the fields of a message/delivery-status or
/// message/disposition-notification part; empty if they say nothing of the kind. [RFC 3464, RFC 8098]
std::string report_class(std::string_view report_fields);

/// IPM.Note.SMIME or IPM.Note.SMIME.MultipartSigned by the type of the outermost part; else empty. [MS-OXOSMIME]
std::string secured_class(GMimeObject* root);

}  // namespace mapisync::mime
