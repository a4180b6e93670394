#include "providers/fake/mime/html_text.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "providers/fake/mime/utf8.h"

namespace mapisync::mime {
namespace {

char lower(char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }

struct Entity {
  std::string_view name;
  char32_t character;
};
constexpr std::array kEntities = {
    Entity{"amp", U'&'},      Entity{"lt", U'<'},     Entity{"gt", U'>'},     Entity{"quot", U'"'},
    Entity{"apos", U'\''},    Entity{"nbsp", U' '},   Entity{"auml", U'ä'},   Entity{"ouml", U'ö'},
    Entity{"uuml", U'ü'},     Entity{"Auml", U'Ä'},   Entity{"Ouml", U'Ö'},   Entity{"Uuml", U'Ü'},
    Entity{"szlig", U'ß'},    Entity{"eacute", U'é'}, Entity{"egrave", U'è'}, Entity{"agrave", U'à'},
    Entity{"ccedil", U'ç'},   Entity{"ntilde", U'ñ'}, Entity{"euro", U'€'},   Entity{"pound", U'£'},
    Entity{"copy", U'©'},     Entity{"reg", U'®'},    Entity{"trade", U'™'},  Entity{"hellip", U'…'},
    Entity{"ndash", U'–'},    Entity{"mdash", U'—'},  Entity{"lsquo", U'‘'},  Entity{"rsquo", U'’'},
    Entity{"ldquo", U'“'},    Entity{"rdquo", U'”'},  Entity{"bull", U'•'},   Entity{"middot", U'·'},
    Entity{"laquo", U'«'},    Entity{"raquo", U'»'},  Entity{"times", U'×'},  Entity{"deg", U'°'},
    Entity{"zwnj", U'\u200C'}};

class Stripper {
 public:
  Stripper(std::string_view html, std::size_t bytes_max) : html_(html), bytes_max_(bytes_max) {}

  std::string run() {
    while (at_ < html_.size() && out_.size() < bytes_max_) {
      const char c = html_[at_];
      if (c == '<') {
        tag();
      } else if (c == '&') {
        reference();
      } else if (std::isspace(static_cast<unsigned char>(c)) != 0) {
        blank_ = true;
        ++at_;
      } else {
        put(html_.substr(at_++, 1));
      }
    }
    while (!out_.empty() && (out_.back() == '\n' || out_.back() == '\r')) out_.pop_back();
    if (!out_.empty()) out_ += "\r\n";
    return cut_utf8(std::move(out_), bytes_max_);
  }

 private:
  void put(std::string_view text) {
    if (blank_ && !out_.empty() && out_.back() != '\n') out_.push_back(' ');
    blank_ = false;
    out_ += text;
  }
  void new_line(bool paragraph) {
    blank_ = false;
    if (out_.empty() || out_.ends_with("\r\n\r\n")) return;
    if (!out_.ends_with("\r\n")) out_ += "\r\n";
    if (paragraph) out_ += "\r\n";
  }

  void tag() {
    if (html_.substr(at_).starts_with("<!--")) {
      const std::size_t end = html_.find("-->", at_ + 4);
      at_ = end == std::string_view::npos ? html_.size() : end + 3;
      return;
    }
    std::size_t name_at = at_ + 1;
    const bool closing = name_at < html_.size() && html_[name_at] == '/';
    if (closing) ++name_at;
    std::string name;
    while (name_at < html_.size() && std::isalnum(static_cast<unsigned char>(html_[name_at])) != 0 &&
           name.size() < 16) {
      name.push_back(lower(html_[name_at++]));
    }
    if (name.empty() && !closing && !(name_at < html_.size() && (html_[name_at] == '!' || html_[name_at] == '?'))) {
      put("<");  // a lone less-than sign
      ++at_;
      return;
    }
    const std::size_t end = html_.find('>', name_at);
    at_ = end == std::string_view::npos ? html_.size() : end + 1;
    if (!closing && (name == "script" || name == "style" || name == "head")) skip_to_end_of(name);
    layout(name, closing);
  }

  void layout(const std::string& name, bool closing) {
    if (name == "br" || name == "tr" || name == "div" || name == "table" || name == "ul" || name == "ol") {
      if (name == "br" && !out_.empty()) {
        blank_ = false;
        out_ += "\r\n";
      } else {
        new_line(false);
      }
    } else if (name == "p" || name == "blockquote" || name == "pre" ||
               (name.size() == 2 && name[0] == 'h' && name[1] >= '1' && name[1] <= '6')) {
      new_line(true);
    } else if (name == "li" && !closing) {
      new_line(false);
      put("* ");
    } else if (name == "td" || name == "th") {
      blank_ = true;
    }
  }

  void skip_to_end_of(const std::string& name) {
    const std::string end = "</" + name;
    const auto same = [](char a, char b) { return lower(a) == b; };
    const auto from = html_.begin() + static_cast<std::ptrdiff_t>(at_);
    const auto found = std::search(from, html_.end(), end.begin(), end.end(), same);
    at_ = static_cast<std::size_t>(found - html_.begin());
  }

  void reference() {
    const std::size_t end = html_.substr(at_, 12).find(';');
    char32_t character = 0;
    if (end != std::string_view::npos) character = decode(html_.substr(at_ + 1, end - 1));
    if (character == 0) {
      put("&");
      ++at_;
      return;
    }
    at_ += end + 1;
    if (character == U' ' || character == U'\u00A0' || character == U'\r' || character == U'\n' || character == U'\t') {
      blank_ = true;
      return;
    }
    std::string text;
    append_utf8(text, character);
    put(text);
  }

  static char32_t decode(std::string_view name) {
    if (name.starts_with('#')) return number(name.substr(1));
    const auto* found =
        std::find_if(kEntities.begin(), kEntities.end(), [&](const Entity& e) { return e.name == name; });
    return found == kEntities.end() ? 0 : found->character;
  }
  static char32_t number(std::string_view digits) {
    const bool hex = digits.starts_with('x') || digits.starts_with('X');
    if (hex) digits.remove_prefix(1);
    if (digits.empty()) return 0;
    char32_t value = 0;
    for (const char c : digits) {
      const char d = lower(c);
      const bool decimal = d >= '0' && d <= '9';
      if (!decimal && !(hex && d >= 'a' && d <= 'f')) return 0;
      value = value * (hex ? 16 : 10) + static_cast<char32_t>(decimal ? d - '0' : d - 'a' + 10);
      if (value > 0x10FFFF) return 0xFFFD;
    }
    return value;
  }

  std::string_view html_;
  std::size_t bytes_max_;
  std::size_t at_{0};
  bool blank_{false};
  std::string out_;
};

}  // namespace

std::string text_of_html(std::string_view html, std::size_t bytes_max) { return Stripper(html, bytes_max).run(); }

}  // namespace mapisync::mime
