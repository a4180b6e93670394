#include "providers/mapi/name_map.h"

#include <cstring>

#include "providers/mapi/hresult_table.h"
#include "providers/mapi/text_codec.h"

namespace mapisync::mapi {
namespace {

// An SPropTagArray of our own; it lies in a vector, because the structure itself ends with its first element.
class TagArray {
 public:
  explicit TagArray(std::size_t count) : words_(count + 1) { words_[0] = static_cast<ULONG>(count); }
  void set(std::size_t index, PropertyTag tag) { words_[index + 1] = tag; }
  SPropTagArray* get() { return reinterpret_cast<SPropTagArray*>(words_.data()); }

 private:
  std::vector<ULONG> words_;
};

ULONG returned_tag(const SPropTagArray& tags, ULONG index) { return static_cast<const ULONG*>(tags.aulPropTag)[index]; }

// One name in memory that belongs to `root`.
HRESULT write_name(const MapiMemory& memory, void* root, const PropertyName& name, MAPINAMEID** out) {
  void* place = nullptr;
  if (memory.allocate_more(sizeof(MAPINAMEID) + sizeof(GUID), root, &place) != 0) return hr::kOutOfMemory;
  auto* id = new (place) MAPINAMEID{};
  id->lpguid = new (static_cast<BYTE*>(place) + sizeof(MAPINAMEID)) GUID(guid_of(name.set));
  if (const auto* number = std::get_if<std::uint32_t>(&name.id)) {
    id->ulKind = flag::kNamedById;
    id->Kind.lID = static_cast<LONG>(*number);
  } else {
    const std::u16string text = utf16_of(std::get<std::string>(name.id));
    void* units = nullptr;
    const std::size_t size = (text.size() + 1) * sizeof(WCHAR);
    if (memory.allocate_more(static_cast<ULONG>(size), root, &units) != 0) return hr::kOutOfMemory;
    std::memcpy(units, text.c_str(), size);
    id->ulKind = flag::kNamedByString;
    id->Kind.lpwstrName = static_cast<WCHAR*>(units);
  }
  *out = id;
  return hr::kOk;
}

}  // namespace

Guid guid_of(const GUID& guid) noexcept {
  Guid out{};
  std::memcpy(out.data(), &guid, sizeof(guid));
  return out;
}

GUID guid_of(const Guid& guid) noexcept {
  GUID out{};
  std::memcpy(&out, guid.data(), sizeof(out));
  return out;
}

std::optional<PropertyName> read_name(const MAPINAMEID* name) {
  if (name == nullptr || name->lpguid == nullptr) return std::nullopt;
  PropertyName out;
  out.set = guid_of(*name->lpguid);
  if (name->ulKind == flag::kNamedById) {
    out.id = static_cast<std::uint32_t>(name->Kind.lID);
    return out;
  }
  if (name->ulKind != flag::kNamedByString || name->Kind.lpwstrName == nullptr) return std::nullopt;
  const auto length = bounded_length(name->Kind.lpwstrName, limits::kNameUnitsMax);
  if (!length) return std::nullopt;
  out.id = utf8_of({name->Kind.lpwstrName, *length});
  return out;
}

void NameMap::keep(std::uint16_t id, const std::optional<PropertyName>& name) {
  names_[id] = name;
  if (name) ids_.insert_or_assign(*name, id);
}

Result<void> NameMap::learn(std::span<const std::uint16_t> ids) {
  std::vector<std::uint16_t> missing;
  for (const std::uint16_t id : ids) {
    if (id >= kFirstNamedId && !names_.contains(id)) missing.push_back(id);
  }
  if (missing.empty()) return success();
  TagArray tags(missing.size());
  for (std::size_t i = 0; i < missing.size(); ++i) tags.set(i, static_cast<PropertyTag>(missing[i]) << 16U);
  SPropTagArray* asked = tags.get();
  ULONG count = 0;
  MapiBuffer<MAPINAMEID*> found(runtime_->memory);
  const HRESULT code = source_->GetNamesFromIDs(&asked, nullptr, 0, &count, found.put());
  if (!succeeded(code)) return mapi_failure(code, "names of properties");
  if (!found || count != missing.size()) {
    return fail(Errc::malformed, Scope::mailbox, Retry::later, "names of properties: another number than asked for");
  }
  for (std::size_t i = 0; i < missing.size(); ++i) keep(missing[i], read_name(found.get()[i]));
  return success();
}

std::optional<PropertyName> NameMap::name_of(std::uint16_t id) const {
  const auto found = names_.find(id);
  return found == names_.end() ? std::nullopt : found->second;
}

Result<std::vector<std::uint16_t>> NameMap::ask_ids(std::span<const PropertyName> names) {
  std::vector<MAPINAMEID> asked(names.size());
  std::vector<GUID> sets(names.size());
  std::vector<std::u16string> texts(names.size());
  std::vector<MAPINAMEID*> pointers(names.size());
  for (std::size_t i = 0; i < names.size(); ++i) {
    sets[i] = guid_of(names[i].set);
    asked[i].lpguid = &sets[i];
    if (const auto* number = std::get_if<std::uint32_t>(&names[i].id)) {
      asked[i].ulKind = flag::kNamedById;
      asked[i].Kind.lID = static_cast<LONG>(*number);
    } else {
      texts[i] = utf16_of(std::get<std::string>(names[i].id));
      asked[i].ulKind = flag::kNamedByString;
      asked[i].Kind.lpwstrName = texts[i].data();
    }
    pointers[i] = &asked[i];
  }
  MapiBuffer<SPropTagArray> tags(runtime_->memory);
  const HRESULT code = source_->GetIDsFromNames(static_cast<ULONG>(names.size()), pointers.data(), 0, tags.put());
  std::vector<std::uint16_t> ids(names.size(), 0);
  if (code == hr::kNotFound) return ids;
  if (!succeeded(code)) return mapi_failure(code, "numbers of named properties");
  if (!tags || tags->cValues != names.size()) {
    return fail(Errc::malformed, Scope::mailbox, Retry::later, "numbers of named properties: not as many as asked for");
  }
  for (std::size_t i = 0; i < names.size(); ++i) {
    const PropertyTag tag = returned_tag(*tags.get(), static_cast<ULONG>(i));
    if (type_of(tag) != pt::kError && id_of(tag) >= kFirstNamedId) ids[i] = id_of(tag);
  }
  return ids;
}

Result<std::uint16_t> NameMap::local_id(const PropertyName& name) {
  while (locals_ < limits::kLocalNamesMax && next_local_ > kFirstNamedId) {
    const std::uint16_t id = next_local_--;
    MAPISYNC_TRYV(learn({&id, 1}));
    if (name_of(id)) continue;  // the mailbox uses it
    ++locals_;
    keep(id, name);
    return id;
  }
  return std::uint16_t{0};
}

Result<std::vector<std::uint16_t>> NameMap::ids_of(std::span<const PropertyName> names, bool create) {
  std::vector<PropertyName> missing;
  for (const PropertyName& name : names) {
    if (!ids_.contains(name)) missing.push_back(name);
  }
  if (!missing.empty()) {
    MAPISYNC_TRY(found, ask_ids(missing));
    for (std::size_t i = 0; i < missing.size(); ++i) {
      if (found[i] != 0) {
        keep(found[i], missing[i]);
      } else if (create && !ids_.contains(missing[i])) {
        MAPISYNC_TRYV(local_id(missing[i]));
      }
    }
  }
  std::vector<std::uint16_t> out;
  for (const PropertyName& name : names) {
    const auto known = ids_.find(name);
    out.push_back(known == ids_.end() ? std::uint16_t{0} : known->second);
  }
  return out;
}

HRESULT NameMap::get_names_from_ids(SPropTagArray** tags, const GUID* set, ULONG flags, ULONG* count,
                                    MAPINAMEID*** names) {
  if (tags == nullptr || count == nullptr || names == nullptr) return hr::kInvalidArgument;
  *count = 0;
  *names = nullptr;
  if (*tags == nullptr) return hr::kNoSupport;  // all names there are: nobody needs it of a message in the making
  const SPropTagArray& asked = **tags;
  if (asked.cValues > limits::kNamesMax) return hr::kTooBig;
  std::vector<std::uint16_t> ids;
  for (ULONG i = 0; i < asked.cValues; ++i) ids.push_back(id_of(returned_tag(asked, i)));
  const Result<void> learned = learn(ids);
  if (!learned) return hresult_of(learned.error());
  MapiBuffer<MAPINAMEID*> out(runtime_->memory);
  const auto size = static_cast<ULONG>(ids.size() * sizeof(void*));
  void* place = nullptr;
  if (runtime_->memory.allocate(size == 0 ? 1 : size, &place) != 0) return hr::kOutOfMemory;
  *out.put() = static_cast<MAPINAMEID**>(place);
  bool all = true;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    out.get()[i] = nullptr;
    const std::optional<PropertyName> name = name_of(ids[i]);
    const bool wanted =
        name && (set == nullptr || guid_of(*set) == name->set) &&
        ((std::holds_alternative<std::uint32_t>(name->id) ? flag::kNoIds : flag::kNoStrings) & flags) == 0;
    all = all && wanted;
    if (!wanted) continue;
    const HRESULT code = write_name(runtime_->memory, out.get(), *name, &out.get()[i]);
    if (code != hr::kOk) return code;
  }
  *count = static_cast<ULONG>(ids.size());
  *names = out.release();
  return all ? hr::kOk : hr::kErrorsReturned;
}

HRESULT NameMap::get_ids_from_names(ULONG count, MAPINAMEID** names, ULONG flags, SPropTagArray** tags) {
  if (tags == nullptr) return hr::kInvalidArgument;
  *tags = nullptr;
  if (count != 0 && names == nullptr) return hr::kInvalidArgument;
  if (count > limits::kNamesMax) return hr::kTooBig;
  std::vector<PropertyName> wanted;
  for (ULONG i = 0; i < count; ++i) {
    std::optional<PropertyName> name = read_name(names[i]);
    if (!name) return hr::kInvalidArgument;
    wanted.push_back(std::move(*name));
  }
  const Result<std::vector<std::uint16_t>> ids = ids_of(wanted, (flags & flag::kCreate) != 0);
  if (!ids) return hresult_of(ids.error());
  void* place = nullptr;
  if (runtime_->memory.allocate((count + 1) * sizeof(ULONG), &place) != 0) return hr::kOutOfMemory;
  auto* words = static_cast<ULONG*>(place);
  words[0] = count;
  bool all = true;
  for (ULONG i = 0; i < count; ++i) {
    const std::uint16_t id = ids.value()[i];
    all = all && id != 0;
    words[i + 1] = id == 0 ? pt::kError : static_cast<ULONG>(id) << 16U;
  }
  *tags = reinterpret_cast<SPropTagArray*>(words);
  return all ? hr::kOk : hr::kErrorsReturned;
}

}  // namespace mapisync::mapi
