#include "providers/fake/mime/maildir.h"

#include <sys/stat.h>

#include <algorithm>
#include <cstdint>

#include "providers/fake/mime/charset.h"
#include "providers/fake/mime/utf8.h"

namespace mapisync::mime {
namespace {

bool is_directory(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

}  // namespace

bool is_maildir(const std::string& path) { return is_directory(path + "/cur") && is_directory(path + "/new"); }

MaildirFlags maildir_flags(std::string_view file_name) {
  MaildirFlags flags;
  // ':' is what the format says; '!' and ';' stand in where a file system forbids it.
  const std::size_t info = file_name.find("2,");
  if (info != std::string_view::npos && info > 0 &&
      std::string_view(":!;").find(file_name[info - 1]) != std::string_view::npos) {
    flags.read = file_name.find('S', info) != std::string_view::npos;
  }
  std::int64_t seconds = 0;
  std::size_t digits = 0;
  while (digits < file_name.size() && digits < 11 && file_name[digits] >= '0' && file_name[digits] <= '9') {
    seconds = seconds * 10 + (file_name[digits++] - '0');
  }
  constexpr std::int64_t kYear1990 = 631'152'000;
  if (digits >= 9 && digits < file_name.size() && file_name[digits] == '.' && seconds > kYear1990) {
    flags.received = Timestamp(std::chrono::seconds(seconds));
  }
  return flags;
}

std::string maildir_subfolder(std::string_view directory_name) {
  if (directory_name.size() < 2 || directory_name.front() != '.' || directory_name[1] == '.') return {};
  std::string name(directory_name.substr(1));
  std::replace(name.begin(), name.end(), '.', '/');
  if (!is_ascii(name)) return to_valid_utf8(name);
  const DecodedText decoded = decode_text(name, Charset{"UTF-7-IMAP", 0});
  return decoded.replaced == 0 ? decoded.utf8 : name;
}

}  // namespace mapisync::mime
