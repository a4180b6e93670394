// Properties of the model in the form that the shim tells them to C. Pure.
#pragma once

#include <deque>
#include <functional>
#include <vector>

#include "engine/model/property.h"
#include "tests/mapi/mailbox_shim.h"

namespace mapisync::mapi_test {

/// Owns what a ShimList points at. Not movable once a list was made.
class ListBuilder {
 public:
  /// The number of a named property.
  using NumberOf = std::function<std::uint16_t(const PropertyName&)>;

  void add(const Property& property, const NumberOf& number_of);
  void add(PropertyTag tag, PropertyValue value) { add(Property{tag, std::nullopt, std::move(value)}, {}); }
  ShimList list() const { return {static_cast<std::uint32_t>(properties_.size()), properties_.data()}; }
  void clear();

 private:
  ShimItem item_of(BytesView bytes);
  std::deque<Bytes> bytes_;
  std::deque<std::vector<ShimItem>> items_;
  std::vector<ShimProperty> properties_;
};

}  // namespace mapisync::mapi_test
