// Named properties: what a number of this mailbox is called. The numbers that our own objects hand out are the
// mailbox's, so that it does not matter whether an exporter asks us for them or knows them already. The mailbox is
// never told to make a new one: a name that it does not know gets a number of ours that it does not use.
// One per folder; one caller at a time.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <tuple>
#include <vector>

#include "engine/base/result.h"
#include "engine/model/property.h"
#include "providers/mapi/com_interfaces.h"
#include "providers/mapi/com_ptr.h"
#include "providers/mapi/mapi_runtime.h"

namespace mapisync::mapi {

Guid guid_of(const GUID& guid) noexcept;
GUID guid_of(const Guid& guid) noexcept;

class NameMap {
 public:
  /// `source`: any object of the mailbox.
  NameMap(Runtime runtime, ComPtr<IMAPIProp> source) : runtime_(std::move(runtime)), source_(std::move(source)) {}

  /// Asks the mailbox for all of these at once, unless they are known. An id without name stays without.
  Result<void> learn(std::span<const std::uint16_t> ids);
  /// What learn found out.
  std::optional<PropertyName> name_of(std::uint16_t id) const;
  /// Ids in the order of `names`. 0: there is none, and `create` is false or too many were made already.
  Result<std::vector<std::uint16_t>> ids_of(std::span<const PropertyName> names, bool create);

  /// For our own objects: IMAPIProp's methods of these names.
  HRESULT get_names_from_ids(SPropTagArray** tags, const GUID* set, ULONG flags, ULONG* count, MAPINAMEID*** names);
  HRESULT get_ids_from_names(ULONG count, MAPINAMEID** names, ULONG flags, SPropTagArray** tags);

 private:
  Result<std::vector<std::uint16_t>> ask_ids(std::span<const PropertyName> names);
  void keep(std::uint16_t id, const std::optional<PropertyName>& name);
  Result<std::uint16_t> local_id(const PropertyName& name);

  Runtime runtime_;
  ComPtr<IMAPIProp> source_;
  std::map<std::uint16_t, std::optional<PropertyName>> names_;
  struct Order {  // member by member: clang-tidy 14 takes the default comparison for a null pointer
    bool operator()(const PropertyName& a, const PropertyName& b) const {
      return std::tie(a.set, a.id) < std::tie(b.set, b.id);
    }
  };
  std::map<PropertyName, std::uint16_t, Order> ids_;
  std::uint16_t next_local_{0xFFFE};
  std::uint32_t locals_{0};
};

/// A name as MAPI has it; nullopt for one without set, of an unknown kind, or beyond all measure.
std::optional<PropertyName> read_name(const MAPINAMEID* name);

}  // namespace mapisync::mapi
