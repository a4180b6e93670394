#include "providers/mapihttp/wire/stream_structures.h"

#include "providers/mapihttp/wire/byte_reader.h"
#include "providers/mapihttp/wire/byte_writer.h"
#include "providers/mapihttp/wire/text.h"

namespace mapisync::wire {
namespace {

constexpr std::size_t kErrorInfoSize = 88;  // without auxiliary bytes
constexpr std::size_t kErrorInfoReserved = 24;
constexpr std::uint32_t kKindLid = 0, kKindName = 1;

void write_member(ByteWriter& to, const PropertyGroupInfo::Member& member) {
  to.u32(member.tag);
  if ((id_of(member.tag) >= 0x8000) != member.name.has_value()) return to.refuse("a name is missing, or one too many");
  if (!member.name) return;
  to.guid(member.name->set);
  if (const auto* lid = std::get_if<std::uint32_t>(&member.name->id)) {
    to.u32(kKindLid);
    to.u32(*lid);
    return;
  }
  to.u32(kKindName);
  Bytes wide;
  append_utf16(std::get<std::string>(member.name->id), wide);
  to.count32(wide.size());
  to.bytes(wide);
}

PropertyGroupInfo::Member read_member(ByteReader& from) {
  PropertyGroupInfo::Member member;
  member.tag = from.u32();
  if (id_of(member.tag) < 0x8000) return member;
  PropertyName name;
  name.set = from.guid();
  const std::uint32_t kind = from.u32();
  if (kind == kKindLid) {
    name.id = from.u32();
  } else if (kind == kKindName) {
    const std::uint32_t size = from.u32();
    name.id = decode_text(from.bytes(size), code_page::kUtf16);
  } else {
    from.refuse("a property's name of an unknown kind");
  }
  member.name = std::move(name);
  return member;
}

}  // namespace

Bytes encode(const ProgressInformation& information) {
  Bytes out;
  append_le(out, information.version);
  append_le(out, std::uint16_t{0});
  append_le(out, information.fai_count);
  append_le(out, information.fai_size);
  append_le(out, information.normal_count);
  append_le(out, std::uint32_t{0});
  append_le(out, information.normal_size);
  return out;
}

Result<ProgressInformation> decode_progress_information(BytesView bytes) {
  ByteReader from(bytes);
  ProgressInformation information;
  information.version = from.u16();
  from.bytes(2);
  information.fai_count = from.u32();
  information.fai_size = from.u64();
  information.normal_count = from.u32();
  from.bytes(4);
  information.normal_size = from.u64();
  MAPISYNC_TRYV(from.end_of("ProgressInformation"));
  return information;
}

Result<Bytes> encode(const ExtendedErrorInfo& info) {
  ByteWriter to;
  to.u16(info.version);
  to.zeros(2);
  to.u32(info.error_code);
  write_long_term_id(to, info.folder);
  write_long_term_id(to, info.message);
  to.zeros(kErrorInfoReserved);
  to.count32(info.auxiliary.size());
  to.u32(info.auxiliary.empty() ? 0 : kErrorInfoSize);
  to.bytes(info.auxiliary);
  return to.take("ExtendedErrorInfo");
}

Result<ExtendedErrorInfo> decode_extended_error_info(BytesView bytes) {
  ByteReader from(bytes);
  ExtendedErrorInfo info;
  info.version = from.u16();
  from.bytes(2);
  info.error_code = from.u32();
  info.folder = read_long_term_id(from);
  info.message = read_long_term_id(from);
  from.bytes(kErrorInfoReserved);
  const std::size_t size = from.u32();
  const std::size_t offset = from.u32();
  MAPISYNC_TRYV(from.verdict("ExtendedErrorInfo"));
  if (offset >= kErrorInfoSize && offset <= bytes.size() && size <= bytes.size() - offset) {
    info.auxiliary = bytes.substr(offset, size);
  }
  return info;
}

Result<Bytes> encode(const PropertyGroupInfo& info) {
  ByteWriter to;
  to.u32(info.group_id);
  to.u32(0);
  if (info.groups.empty()) to.refuse("no group");
  to.count32(info.groups.size());
  for (const auto& group : info.groups) {
    if (group.empty()) to.refuse("an empty group");
    to.count32(group.size());
    for (const auto& member : group) write_member(to, member);
  }
  return to.take("PropertyGroupInfo");
}

Result<PropertyGroupInfo> decode_property_group_info(BytesView bytes) {
  ByteReader from(bytes);
  PropertyGroupInfo info;
  info.group_id = from.u32();
  from.bytes(4);
  std::uint32_t groups = from.u32();
  if (groups == 0) from.refuse("no group");
  for (; groups > 0 && from.ok(); --groups) {
    std::vector<PropertyGroupInfo::Member> group;
    std::uint32_t members = from.u32();
    if (members == 0) from.refuse("an empty group");
    for (; members > 0 && from.ok(); --members) group.push_back(read_member(from));
    info.groups.push_back(std::move(group));
  }
  MAPISYNC_TRYV(from.end_of("PropertyGroupInfo"));
  return info;
}

}  // namespace mapisync::wire
