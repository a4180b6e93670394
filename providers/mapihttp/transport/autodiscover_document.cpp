#include "providers/mapihttp/transport/autodiscover_document.h"

#include <pugixml.hpp>

#include <string_view>
#include <utility>

namespace mapisync::mapihttp {
namespace {

constexpr const char* kRequestSchema = "http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006";
constexpr const char* kResponseSchema =
    "http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a";

class StringWriter final : public pugi::xml_writer {
 public:
  void write(const void* data, std::size_t size) override { text_.append(static_cast<const char*>(data), size); }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

bool is_named(const pugi::xml_node& node, std::string_view name) {
  std::string_view full = node.name();
  const std::size_t colon = full.find(':');  // a prefix stands for a namespace
  if (colon != std::string_view::npos) full.remove_prefix(colon + 1);
  return full == name;
}

pugi::xml_node child(const pugi::xml_node& parent, std::string_view name) {
  return parent.find_child([name](const pugi::xml_node& node) { return is_named(node, name); });
}

std::string text_of(const pugi::xml_node& parent, std::string_view name) { return child(parent, name).text().get(); }

Failure no_settings(Errc code, const std::string& why) {
  return fail(code, Scope::mailbox, Retry::never, "Autodiscover: " + why);
}

std::string without_controls(std::string text) {
  constexpr std::size_t kMostShown = 40;
  std::erase_if(text, [](char c) { return c < 0x20 || c == 0x7f; });
  return text.substr(0, kMostShown);
}

Result<AutodiscoverAnswer> settings_of(const pugi::xml_node& response, const pugi::xml_node& account) {
  AutodiscoverAnswer answer;
  answer.user_dn = text_of(child(response, "User"), "LegacyDN");
  for (const pugi::xml_node& node : account.children()) {
    if (!is_named(node, "Protocol") || std::string_view(node.attribute("Type").value()) != "mapiHttp") continue;
    const pugi::xml_node store = child(node, "MailStore");
    answer.external_url = text_of(store, "ExternalUrl");
    answer.internal_url = text_of(store, "InternalUrl");
  }
  if (answer.mailbox_url().empty())
    return no_settings(Errc::unsupported, "the server has no MAPI/HTTP for this mailbox");
  if (answer.user_dn.empty()) return no_settings(Errc::malformed, "the answer holds no LegacyDN");
  return answer;
}

}  // namespace

std::string autodiscover_request(const std::string& address) {
  pugi::xml_document document;
  pugi::xml_node declaration = document.append_child(pugi::node_declaration);
  declaration.append_attribute("version") = "1.0";
  declaration.append_attribute("encoding") = "utf-8";
  pugi::xml_node root = document.append_child("Autodiscover");
  root.append_attribute("xmlns") = kRequestSchema;
  pugi::xml_node request = root.append_child("Request");
  request.append_child("EMailAddress").text() = address.c_str();
  request.append_child("AcceptableResponseSchema").text() = kResponseSchema;
  StringWriter writer;
  document.save(writer, "", pugi::format_raw);
  return writer.take();
}

Result<AutodiscoverAnswer> parse_autodiscover(BytesView bytes) {
  if (bytes.size() > kMostAutodiscoverBytes) return no_settings(Errc::malformed, "the answer is too large");
  pugi::xml_document document;
  // The default reads the five predefined entities and character references, and passes over a DOCTYPE unread.
  if (!document.load_buffer(bytes.data(), bytes.size())) return no_settings(Errc::malformed, "the answer is no XML");
  const pugi::xml_node response = child(child(document, "Autodiscover"), "Response");
  if (!response) return no_settings(Errc::malformed, "the answer is of another kind");
  if (const pugi::xml_node error = child(response, "Error")) {
    return no_settings(Errc::not_found, "the server does not know this mailbox (error " +
                                            without_controls(text_of(error, "ErrorCode")) + ")");
  }
  const pugi::xml_node account = child(response, "Account");
  const std::string action = text_of(account, "Action");
  AutodiscoverAnswer answer;
  answer.redirect_address = text_of(account, "RedirectAddr");
  answer.redirect_url = text_of(account, "RedirectUrl");
  if (action == "redirectAddr" && !answer.redirect_address.empty()) {
    answer.redirect_url.clear();
    return answer;
  }
  if (action == "redirectUrl" && !answer.redirect_url.empty()) {
    answer.redirect_address.clear();
    return answer;
  }
  return settings_of(response, account);
}

}  // namespace mapisync::mapihttp
