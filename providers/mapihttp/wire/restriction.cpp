#include "providers/mapihttp/wire/restriction.h"

#include "providers/mapihttp/wire/limits.h"
#include "providers/mapihttp/wire/property_value.h"

namespace mapisync::wire {
namespace {

class RestrictionWriter {
 public:
  RestrictionWriter(ByteWriter& to, CodePage of_string8) : to_(to), of_string8_(of_string8) {}

  void write(const Restriction& r) {
    to_.u8(static_cast<std::uint8_t>(r.type));
    switch (r.type) {
      case RestrictionType::all_of:
      case RestrictionType::any_of:
        to_.count16(r.operands.size());
        for (const Restriction& operand : r.operands) nested(operand);
        return;
      case RestrictionType::none_of: return only_operand(r);
      case RestrictionType::content:
        to_.u16(r.fuzzy_low);
        to_.u16(r.fuzzy_high);
        return tag_and_value(r);
      case RestrictionType::property: to_.u8(static_cast<std::uint8_t>(r.relation)); return tag_and_value(r);
      case RestrictionType::compare_properties:
        to_.u8(static_cast<std::uint8_t>(r.relation));
        to_.u32(r.tag);
        return to_.u32(r.other_tag);
      case RestrictionType::bit_mask: return tag_and_number(r, r.wants_set ? 1 : 0);
      case RestrictionType::size: return tag_and_number(r, static_cast<std::uint8_t>(r.relation));
      case RestrictionType::exist: return to_.u32(r.tag);
      case RestrictionType::sub_object: to_.u32(r.tag); return only_operand(r);
      case RestrictionType::comment: return comment(r);
      case RestrictionType::count: to_.u32(r.number); return only_operand(r);
    }
    to_.refuse("a restriction of an unknown type");
  }

 private:
  void nested(const Restriction& r) {
    if (++depth_ > limits::kRestrictionDepthMax) return to_.refuse("a restriction is nested too deeply");
    write(r);
    --depth_;
  }
  void only_operand(const Restriction& r) {
    if (r.operands.size() != 1) return to_.refuse("a restriction has not one operand");
    nested(r.operands.front());
  }
  void tag_and_value(const Restriction& r) {
    if (r.values.size() != 1) return to_.refuse("a restriction has not one value");
    to_.u32(r.tag);
    write_tagged(to_, r.values.front().tag, r.values.front().value, of_string8_);
  }
  void tag_and_number(const Restriction& r, std::uint8_t operation) {
    to_.u8(operation);
    to_.u32(r.tag);
    to_.u32(r.number);
  }
  void comment(const Restriction& r) {
    to_.count8(r.values.size());
    for (const Property& value : r.values) write_tagged(to_, value.tag, value.value, of_string8_);
    to_.u8(r.operands.empty() ? 0 : 1);
    if (!r.operands.empty()) only_operand(r);
  }

  ByteWriter& to_;
  CodePage of_string8_;
  std::size_t depth_{0};
};

class RestrictionReader {
 public:
  RestrictionReader(ByteReader& from, CodePage of_string8) : from_(from), of_string8_(of_string8) {}

  // A restriction may also be the value of a property that a restriction speaks of: the reader counts the depth of
  // both.
  Restriction read() {
    Restriction r;
    from_.enter();
    if (from_.ok()) fields(r);
    from_.leave();
    return r;
  }

 private:
  void fields(Restriction& r) {
    r.type = static_cast<RestrictionType>(from_.u8());
    switch (r.type) {
      case RestrictionType::all_of:
      case RestrictionType::any_of: operands(r, from_.u16()); break;
      case RestrictionType::none_of: operands(r, 1); break;
      case RestrictionType::content:
        r.fuzzy_low = from_.u16();
        r.fuzzy_high = from_.u16();
        r.tag = from_.u32();
        values(r, 1);
        break;
      case RestrictionType::property:
        r.relation = relation();
        r.tag = from_.u32();
        values(r, 1);
        break;
      case RestrictionType::compare_properties:
        r.relation = relation();
        r.tag = from_.u32();
        r.other_tag = from_.u32();
        break;
      case RestrictionType::bit_mask:
        if (from_.peek() > 1) from_.refuse("a bit mask that asks for neither zero nor non-zero");
        r.wants_set = from_.u8() != 0;
        tag_and_number(r);
        break;
      case RestrictionType::size:
        r.relation = relation();
        tag_and_number(r);
        break;
      case RestrictionType::exist: r.tag = from_.u32(); break;
      case RestrictionType::sub_object:
        r.tag = from_.u32();
        operands(r, 1);
        break;
      case RestrictionType::comment:
        values(r, from_.u8());
        if (from_.peek() > 1) from_.refuse("a comment whose restriction is neither there nor absent");
        operands(r, from_.u8());
        break;
      case RestrictionType::count:
        r.number = from_.u32();
        operands(r, 1);
        break;
      default: from_.refuse("a restriction of an unknown type");
    }
  }

  void operands(Restriction& r, std::uint32_t count) {
    for (; count > 0 && from_.ok(); --count) r.operands.push_back(read());
  }
  void values(Restriction& r, std::uint32_t count) {
    for (; count > 0 && from_.ok(); --count) r.values.push_back(read_tagged(from_, of_string8_));
  }
  void tag_and_number(Restriction& r) {
    r.tag = from_.u32();
    r.number = from_.u32();
  }
  RelationalOperator relation() {
    const std::uint8_t value = from_.u8();
    if (value > static_cast<std::uint8_t>(RelationalOperator::not_equal) &&
        value != static_cast<std::uint8_t>(RelationalOperator::member_of_list)) {
      from_.refuse("an unknown relational operator");
    }
    return static_cast<RelationalOperator>(value);
  }

  ByteReader& from_;
  CodePage of_string8_;
};

}  // namespace

Restriction all_of(std::vector<Restriction> operands) {
  Restriction r;
  r.operands = std::move(operands);
  return r;
}

Restriction any_of(std::vector<Restriction> operands) {
  Restriction r = all_of(std::move(operands));
  r.type = RestrictionType::any_of;
  return r;
}

Restriction none_of(Restriction operand) {
  Restriction r;
  r.type = RestrictionType::none_of;
  r.operands.push_back(std::move(operand));
  return r;
}

Restriction exists(PropertyTag tag) {
  Restriction r;
  r.type = RestrictionType::exist;
  r.tag = tag;
  return r;
}

Restriction compares(RelationalOperator relation, PropertyTag tag, PropertyValue value) {
  Restriction r;
  r.type = RestrictionType::property;
  r.relation = relation;
  r.tag = tag;
  r.values.push_back(Property{tag, std::nullopt, std::move(value)});
  return r;
}

void write_restriction(ByteWriter& to, const Restriction& restriction, CodePage of_string8) {
  RestrictionWriter(to, of_string8).write(restriction);
}

Restriction read_restriction(ByteReader& from, CodePage of_string8) {
  return RestrictionReader(from, of_string8).read();
}

Result<Bytes> encode_restriction(const Restriction& restriction, CodePage of_string8) {
  ByteWriter to;
  write_restriction(to, restriction, of_string8);
  return to.take("restriction");
}

Result<Restriction> decode_restriction(BytesView bytes, CodePage of_string8) {
  ByteReader from(bytes);
  Restriction restriction = read_restriction(from, of_string8);
  MAPISYNC_TRYV(from.end_of("restriction"));
  return restriction;
}

}  // namespace mapisync::wire
