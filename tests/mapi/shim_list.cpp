#include "tests/mapi/shim_list.h"

#include <type_traits>

namespace mapisync::mapi_test {
namespace {

ShimItem whole(std::int64_t value) { return {value, 0, nullptr, 0}; }
ShimItem real(double value) { return {0, value, nullptr, 0}; }

}  // namespace

ShimItem ListBuilder::item_of(BytesView bytes) {
  bytes_.emplace_back(bytes);
  return {0, 0, reinterpret_cast<const std::uint8_t*>(bytes_.back().data()), static_cast<std::uint32_t>(bytes.size())};
}

void ListBuilder::add(const Property& property, const NumberOf& number_of) {
  PropertyTag tag = property.tag;
  if (property.name) tag = (static_cast<PropertyTag>(number_of(*property.name)) << 16U) | type_of(tag);
  std::vector<ShimItem> items;
  std::visit(
      [&](const auto& value) {
        using T = std::decay_t<decltype(value)>;
        if constexpr (std::is_same_v<T, PropertyError>) {
          tag = (tag & 0xffff0000U) | pt::kError;
          items.push_back(whole(value.code));
        } else if constexpr (std::is_same_v<T, bool> || std::is_same_v<T, std::int32_t> ||
                             std::is_same_v<T, std::int64_t>) {
          items.push_back(whole(value));
        } else if constexpr (std::is_same_v<T, double>) {
          items.push_back(real(value));
        } else if constexpr (std::is_same_v<T, Text>) {
          items.push_back(item_of(value.utf8));
        } else if constexpr (std::is_same_v<T, Binary>) {
          items.push_back(item_of(value.bytes));
        } else if constexpr (std::is_same_v<T, std::vector<double>>) {
          for (const double one : value) items.push_back(real(one));
        } else if constexpr (std::is_same_v<T, std::vector<std::string>>) {
          for (const std::string& one : value) items.push_back(item_of(one));
        } else if constexpr (std::is_same_v<T, std::vector<Binary>>) {
          for (const Binary& one : value) items.push_back(item_of(one.bytes));
        } else if constexpr (!std::is_same_v<T, Large>) {  // large values come as streams
          for (const auto one : value) items.push_back(whole(one));
        }
      },
      property.value);
  items_.push_back(std::move(items));
  properties_.push_back({tag, static_cast<std::uint32_t>(items_.back().size()), items_.back().data()});
}

void ListBuilder::clear() {
  properties_.clear();
  items_.clear();
  bytes_.clear();
}

}  // namespace mapisync::mapi_test
