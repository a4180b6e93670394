// What our IMessage and our IAttach have in common: properties go to a receiver of the port, the small ones are kept to
// be shown again. One caller at a time.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "engine/ports/change_importer.h"
#include "providers/mapi/com_object.h"
#include "providers/mapi/import_run.h"

namespace mapisync::mapi {

class PropertyStream;

class PropertyTarget {
 public:
  /// `owner`: the COM object all this belongs to; streams keep it alive.
  PropertyTarget(std::shared_ptr<ImportRun> run, IUnknown& owner) : run_(std::move(run)), owner_(owner) {}
  ~PropertyTarget() { drop_streams(); }
  PropertyTarget(const PropertyTarget&) = delete;
  PropertyTarget& operator=(const PropertyTarget&) = delete;

  /// Null: nothing more is taken.
  void receive_with(PropertyReceiver* receiver) noexcept { receiver_ = receiver; }
  /// What the object shows without that anybody set it: its keys, its number.
  void keep(const PropertyList& properties);

  HRESULT set_props(ULONG count, const SPropValue* values, SPropProblemArray** problems);
  HRESULT get_props(const SPropTagArray* tags, ULONG* count, SPropValue** values) const;
  HRESULT get_prop_list(SPropTagArray** tags) const;
  HRESULT delete_props(const SPropTagArray* tags, SPropProblemArray** problems);
  /// A stream that writes a text or a binary value.
  HRESULT open_stream(PropertyTag tag, ULONG flags, IUnknown** object);

  /// Before the object is saved: what was written so far are the values.
  HRESULT finish_streams();
  /// Streams write into the void from now on.
  void drop_streams() noexcept;

  ImportRun& run() const noexcept { return *run_; }
  const std::shared_ptr<ImportRun>& shared_run() const noexcept { return run_; }

 private:
  friend class PropertyStream;
  HRESULT ready() const noexcept;
  void remember(const Property& property);
  void forget(std::uint16_t id) noexcept;

  std::shared_ptr<ImportRun> run_;
  IUnknown& owner_;
  PropertyReceiver* receiver_{nullptr};
  struct Kept {
    PropertyTag tag;  // with the number the other side knows it by
    PropertyValue value;
  };
  std::map<std::uint16_t, Kept> kept_;
  std::size_t kept_bytes_{0};
  std::map<std::uint16_t, PropertyTag> seen_;  // all that was set: as the port was told
  std::vector<PropertyStream*> streams_;
};

}  // namespace mapisync::mapi
