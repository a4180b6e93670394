#include "tests/wire/stream_log.h"

#include <algorithm>

namespace mapisync::wire {
namespace {

std::string hex_of(std::uint64_t value) {
  std::string text;
  for (int shift = 60; shift >= 0; shift -= 4) {
    const auto digit = static_cast<unsigned>((value >> shift) & 15);
    if (digit != 0 || !text.empty() || shift == 0) text += "0123456789abcdef"[digit];
  }
  return text;
}

struct ValueText {
  std::string operator()(const PropertyError& e) const { return "error " + hex_of(e.code); }
  std::string operator()(bool v) const { return v ? "true" : "false"; }
  std::string operator()(std::int32_t v) const { return std::to_string(v); }
  std::string operator()(std::int64_t v) const { return std::to_string(v); }
  std::string operator()(double v) const { return std::to_string(v); }
  std::string operator()(const Text& v) const {
    return v.utf8.size() > 100 ? short_digest(v.utf8) : '"' + v.utf8 + '"';
  }
  std::string operator()(const Binary& v) const {
    return v.bytes.size() > 100 ? short_digest(v.bytes) : to_hex(v.bytes);
  }
  std::string operator()(const Large& /*none*/) const { return "large"; }
  template <class T>
  std::string operator()(const std::vector<T>& values) const {
    std::string text = "[";
    for (const T& value : values) text += one(value) + " ";
    return text + "]";
  }

 private:
  std::string one(const std::string& v) const { return (*this)(Text{v}); }
  template <class T>
  std::string one(const T& v) const {
    return (*this)(v);
  }
};

std::string name_text(const std::optional<PropertyName>& name) {
  if (!name) return {};
  const auto* lid = std::get_if<std::uint32_t>(&name->id);
  return " " + to_hex(BytesView(reinterpret_cast<const char*>(name->set.data()), name->set.size())) + "/" +
         (lid != nullptr ? hex_of(*lid) : std::get<std::string>(name->id));
}

std::string property_text(const Property& property) {
  return hex_of(property.tag) + name_text(property.name) + " = " + std::visit(ValueText{}, property.value);
}

template <class Set>
std::string set_text(const char* label, const std::optional<Set>& set) {
  return set ? std::string(" ") + label + "=" + to_hex(encode_idset(*set)) : std::string();
}

}  // namespace

Result<void> StreamLog::line(std::string text) {
  lines.push_back(std::move(text));
  return success();
}

Result<void> StreamLog::message_begin(const ChangeHeader* header, bool associated) {
  if (header == nullptr) return line(associated ? "associated message" : "message");
  last_header = *header;
  return line("change " + to_hex(header->source_key) + (header->partial ? " partial" : "") +
              (associated ? " associated" : ""));
}

Result<void> StreamLog::message_end() {
  ++complete;
  return line("/message");
}

Result<void> StreamLog::message_void(const ExtendedErrorInfo& info) {
  ++errors;
  last_error = info;
  return line("void " + hex_of(info.error_code));
}

Result<void> StreamLog::property(Property property) { return line(property_text(property)); }

Result<void> StreamLog::value_begin(PropertyTag tag, const std::optional<PropertyName>& name, std::uint64_t wire_size) {
  digest_ = digest64({});
  large_bytes = 0;
  return line("large " + hex_of(tag) + name_text(name) + " " + std::to_string(wire_size));
}

Result<void> StreamLog::value_piece(BytesView piece) {
  digest_ = digest64(piece, digest_);
  large_bytes += piece.size();
  return success();
}

Result<void> StreamLog::value_end() { return line("/large " + std::to_string(large_bytes) + " " + hex_of(digest_)); }

Result<void> StreamLog::children_replaced(PropertyTag kind) { return line("replaced " + hex_of(kind)); }

Result<void> StreamLog::property_groups(const PropertyGroupInfo& info) {
  return line("groups " + hex_of(info.group_id) + " " + std::to_string(info.groups.size()));
}

Result<void> StreamLog::group_begin(std::uint32_t mapping, std::uint32_t index) {
  return line("group " + hex_of(mapping) + " " + hex_of(index));
}

Result<void> StreamLog::progress_total(const ProgressInformation& information) {
  return line("total " + std::to_string(information.normal_count) + " " + std::to_string(information.normal_size));
}

Result<void> StreamLog::progress_message(std::uint32_t size, bool associated) {
  return line("next " + std::to_string(size) + (associated ? " associated" : ""));
}

Result<void> StreamLog::warning(std::uint32_t code) { return line("warning " + hex_of(code)); }

Result<void> StreamLog::folder_change(PropertyList properties) {
  std::string text = "folder";
  for (const Property& property : properties) text += " " + property_text(property);
  last_folder = std::move(properties);
  return line(std::move(text));
}

Result<void> StreamLog::deletions(const StreamDeletions& deletions) {
  last_deletions = deletions;
  return line("deletions" + set_text("deleted", deletions.deleted) + set_text("scope", deletions.no_longer_in_scope) +
              set_text("expired", deletions.expired));
}

Result<void> StreamLog::read_states(const StreamReadStates& read_states) {
  last_read_states = read_states;
  return line("read states" + set_text("read", read_states.read) + set_text("unread", read_states.unread));
}

Result<void> StreamLog::state(const StreamState& state) {
  last_state = state;
  return line("state" + set_text("given", state.given) + set_text("seen", state.seen) +
              set_text("fai", state.seen_fai) + set_text("read", state.read));
}

Result<void> ElementLog::on_marker(std::uint32_t marker) {
  lines.push_back("marker " + hex_of(marker));
  return success();
}

Result<void> ElementLog::on_value(const StreamProperty& property, BytesView raw) {
  lines.push_back(hex_of(property.tag) + name_text(property.name) + " " + to_hex(raw));
  return success();
}

Result<void> ElementLog::on_large_begin(const StreamProperty& property, std::uint32_t size) {
  lines.push_back(hex_of(property.tag) + name_text(property.name) + " large " + std::to_string(size));
  large_.clear();
  return success();
}

Result<void> ElementLog::on_large_piece(BytesView piece) {
  pieces_max = std::max(pieces_max, piece.size());
  large_ += piece;
  return success();
}

Result<void> ElementLog::on_large_end() {
  lines.push_back("/large " + to_hex(large_));
  return success();
}

Result<void> parse(BytesView stream, ParserOptions options, StreamLog& log, std::size_t step) {
  FastTransferParser parser(log, options);
  for (std::size_t at = 0; at < stream.size(); at += step) MAPISYNC_TRYV(parser.feed(stream.substr(at, step)));
  return parser.finish();
}

}  // namespace mapisync::wire
