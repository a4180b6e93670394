#include "providers/mapi/property_target.h"

#include <algorithm>

#include "providers/mapi/property_codec.h"
#include "providers/mapi/property_stream.h"

namespace mapisync::mapi {
namespace {

std::size_t size_of(const PropertyValue& value) {
  if (const auto* text = std::get_if<Text>(&value)) return text->utf8.size();
  if (const auto* binary = std::get_if<Binary>(&value)) return binary->bytes.size();
  const bool scalar = std::holds_alternative<bool>(value) || std::holds_alternative<std::int32_t>(value) ||
                      std::holds_alternative<std::int64_t>(value) || std::holds_alternative<double>(value);
  return scalar ? sizeof(std::int64_t) : limits::kKeptValueMax + 1;  // the others are not kept
}

PropertyTag tag_at(const SPropTagArray& tags, ULONG index) { return static_cast<const ULONG*>(tags.aulPropTag)[index]; }

}  // namespace

HRESULT PropertyTarget::ready() const noexcept {
  return run_->closed() || receiver_ == nullptr ? hr::kObjectDeleted : hr::kOk;
}

void PropertyTarget::keep(const PropertyList& properties) {
  for (const Property& property : properties) remember(property);
}

void PropertyTarget::forget(std::uint16_t id) noexcept {
  const auto before = kept_.find(id);
  if (before == kept_.end()) return;
  kept_bytes_ -= size_of(before->second.value);
  kept_.erase(before);
}

void PropertyTarget::remember(const Property& property) {
  const std::uint16_t id = id_of(property.tag);
  forget(id);
  seen_.insert_or_assign(id, property.tag);
  const std::size_t size = size_of(property.value);
  if (size > limits::kKeptValueMax || kept_bytes_ + size > limits::kKeptBytesMax) return;
  kept_.emplace(id, Kept{property.tag, property.value});
  kept_bytes_ += size;
}

HRESULT PropertyTarget::set_props(ULONG count, const SPropValue* values, SPropProblemArray** problems) {
  if (problems != nullptr) *problems = nullptr;
  const HRESULT code = ready();
  if (code != hr::kOk) return code;
  auto properties = read_properties(count, values, *run_->names);
  if (!properties) return run_->malformed(properties.error());
  for (const Property& property : properties.value()) remember(property);
  const Result<void> taken = receiver_->set_properties(std::move(properties).value());
  return taken ? hr::kOk : run_->refused(taken.error());
}

HRESULT PropertyTarget::get_props(const SPropTagArray* tags, ULONG* count, SPropValue** values) const {
  if (count == nullptr || values == nullptr) return hr::kInvalidArgument;
  *count = 0;
  *values = nullptr;
  if (tags != nullptr && tags->cValues > limits::kPropertiesMax) return hr::kTooBig;
  std::vector<PropertyTag> wanted;
  if (tags == nullptr) {
    for (const auto& [id, kept] : kept_) wanted.push_back(kept.tag);
  } else {
    for (ULONG i = 0; i < tags->cValues; ++i) wanted.push_back(tag_at(*tags, i));
  }
  const MapiMemory& memory = run_->runtime->memory;
  MapiBuffer<SPropValue> out(memory);
  void* place = nullptr;
  const std::size_t size = std::max<std::size_t>(wanted.size(), 1) * sizeof(SPropValue);
  if (memory.allocate(static_cast<ULONG>(size), &place) != 0) return hr::kOutOfMemory;
  *out.put() = static_cast<SPropValue*>(place);
  bool all = true;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    SPropValue& slot = out.get()[i];
    const auto found = kept_.find(id_of(wanted[i]));
    const bool fits = found != kept_.end() &&
                      (type_of(wanted[i]) == pt::kUnspecified || type_of(found->second.tag) == type_of(wanted[i]));
    if (!fits) {
      write_error(wanted[i], hr::kNotFound, slot);
    } else {
      const HRESULT code = write_property(memory, out.get(), found->second.tag, found->second.value, slot);
      if (code != hr::kOk) return code;
    }
    all = all && type_of(slot.ulPropTag) != pt::kError;
  }
  *count = static_cast<ULONG>(wanted.size());
  *values = out.release();
  return all ? hr::kOk : hr::kErrorsReturned;
}

HRESULT PropertyTarget::get_prop_list(SPropTagArray** tags) const {
  if (tags == nullptr) return hr::kInvalidArgument;
  *tags = nullptr;
  void* place = nullptr;
  const std::size_t size = (kept_.size() + 1) * sizeof(ULONG);
  if (run_->runtime->memory.allocate(static_cast<ULONG>(size), &place) != 0) return hr::kOutOfMemory;
  auto* words = static_cast<ULONG*>(place);
  words[0] = static_cast<ULONG>(kept_.size());
  std::size_t at = 0;
  for (const auto& [id, kept] : kept_) words[++at] = kept.tag;
  *tags = reinterpret_cast<SPropTagArray*>(words);
  return hr::kOk;
}

// The port cannot take a value back; it can be told that there is none.
HRESULT PropertyTarget::delete_props(const SPropTagArray* tags, SPropProblemArray** problems) {
  if (problems != nullptr) *problems = nullptr;
  if (tags == nullptr) return hr::kInvalidArgument;
  if (tags->cValues > limits::kPropertiesMax) return hr::kTooBig;
  const HRESULT code = ready();
  if (code != hr::kOk) return code;
  PropertyList gone;
  for (ULONG i = 0; i < tags->cValues; ++i) {
    const auto before = seen_.find(id_of(tag_at(*tags, i)));
    if (before == seen_.end()) continue;
    const PropertyTag tag = before->second;  // a caller need not know the type
    Property none{tag, std::nullopt, PropertyError{static_cast<std::uint32_t>(hr::kNotFound)}};
    if (id_of(tag) >= kFirstNamedId) none.name = run_->names->name_of(id_of(tag));
    remember(none);
    gone.push_back(std::move(none));
  }
  if (gone.empty()) return hr::kOk;
  const Result<void> taken = receiver_->set_properties(std::move(gone));
  return taken ? hr::kOk : run_->refused(taken.error());
}

HRESULT PropertyTarget::open_stream(PropertyTag tag, ULONG flags, IUnknown** object) {
  const std::uint16_t type = type_of(tag);
  if (type != pt::kUnicode && type != pt::kString8 && type != pt::kBinary) return hr::kNoSupport;
  if ((flags & (flag::kModify | flag::kCreate)) == 0) return hr::kNotFound;  // nothing that could be read
  const HRESULT code = ready();
  if (code != hr::kOk) return code;
  std::optional<PropertyName> name;
  const std::uint16_t id = id_of(tag);
  if (id >= kFirstNamedId) {
    const Result<void> learned = run_->names->learn({&id, 1});
    if (!learned) return run_->refused(learned.error());
    name = run_->names->name_of(id);
  }
  forget(id);
  seen_.insert_or_assign(id, tag_with_type(tag, type == pt::kString8 ? pt::kUnicode : type));
  *object = PropertyStream::make(*this, tag, std::move(name));
  return hr::kOk;
}

HRESULT PropertyTarget::finish_streams() {
  HRESULT code = hr::kOk;
  while (!streams_.empty()) {
    const HRESULT one = streams_.back()->finish();
    if (one != hr::kOk) code = one;
  }
  return code;
}

void PropertyTarget::drop_streams() noexcept {
  while (!streams_.empty()) streams_.back()->detach();
}

}  // namespace mapisync::mapi
