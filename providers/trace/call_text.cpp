#include "providers/trace/call_text.h"

#include <algorithm>
#include <vector>

#include "providers/trace/fields.h"

namespace mapisync::trace {

namespace {

constexpr std::size_t kKeysShown = 3;

std::string key_text(const SourceKey& key) { return key.empty() ? "no key" : key.digest(); }

template <class Item, class Key>
std::string list_text(const std::vector<Item>& items, Key key_of) {
  std::string text = std::to_string(items.size()) + (items.size() == 1 ? " message: " : " messages: ");
  for (std::size_t i = 0; i < items.size() && i < kKeysShown; ++i)
    text += (i > 0 ? ", " : "") + key_text(key_of(items[i]));
  return items.size() > kKeysShown ? text + ", ..." : text;
}

std::string hex32(std::uint32_t value) {
  Bytes bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes.push_back(static_cast<char>((value >> shift) & 0xffU));
  return "0x" + to_hex(bytes);
}

std::string config_text(const ConfigOptions& options) {
  std::string text = options.state.empty() ? "from nothing" : "from state " + options.state.digest();
  text += ", flags " + hex32(options.flags);
  if (!options.excluded.empty()) text += ", without " + std::to_string(options.excluded.size()) + " messages";
  return text;
}

std::vector<SelectiveItem> unpack_items(Unpacker& in) {
  std::vector<SelectiveItem> items;
  in.list(items, [&in](SelectiveItem& item) { fields(in, item); });
  return items;
}

std::string config_text(Op op, Unpacker& in) {
  ConfigOptions options;
  fields(in, options);
  if (op == Op::config) return config_text(options);
  const auto items = unpack_items(in);
  return list_text(items, [](const SelectiveItem& item) { return item.key; }) + "; flags " + hex32(options.flags);
}

std::string composer_text(Unpacker& in) {
  struct Version {
    SourceKey key;
    ChangeKey change;
    MessageRef ref;
    bool associated{false};
  };
  std::vector<Version> rows;
  in.list(rows, [&in](Version& row) {
    in.id(row.key);
    in.id(row.change);
    in.id(row.ref);
    in.number(row.associated);
  });
  return list_text(rows, [](const Version& row) { return row.key; });
}

std::string table_text(Unpacker& in) {
  TableKind kind{};
  TableOrder order{};
  in.choice(kind, TableKind::associated);
  in.choice(order, TableOrder::latest_commit_first);
  return std::string(kind == TableKind::normal ? "normal" : "associated") +
         (order == TableOrder::newest_first ? ", newest first" : ", latest commit first");
}

template <class Id>
std::string id_text(Unpacker& in) {
  Id id;
  in.id(id);
  return id.digest();
}

std::string arguments_text(Op op, Unpacker& in) {
  switch (op) {
    case Op::config:
    case Op::config_selective: return config_text(op, in);
    case Op::composer_add: return composer_text(in);
    case Op::open_table: return table_text(in);
    case Op::open_folder:
    case Op::open_hierarchy:
    case Op::open_writer:
    case Op::folder_table: return id_text<FolderKey>(in);
    case Op::probe: {
      std::string text = id_text<SourceKey>(in);
      const std::string ref = id_text<MessageRef>(in);
      return text + ", ref " + ref;
    }
    case Op::table_next: {
      std::uint64_t max = 0;
      in.number(max);
      return "at most " + std::to_string(max);
    }
    case Op::hierarchy_config: {
      SyncState state;
      fields(in, state);
      return state.empty() ? "from nothing" : "from state " + state.digest();
    }
    default: return {};
  }
}

}  // namespace

std::string call_text(Op op, std::uint64_t object, BytesView arguments) {
  Unpacker in(arguments);
  std::string text = arguments_text(op, in);
  if (!in.ok()) text = "unreadable";
  std::string out = name_of(op);
  if (!text.empty()) out += " (" + text + ")";
  return object == 0 ? out : out + " of object " + std::to_string(object);
}

std::string difference_text(Op op, BytesView asked, BytesView recorded) {
  if (op != Op::config_selective) return {};
  Unpacker one(asked);
  Unpacker other(recorded);
  ConfigOptions ours;
  ConfigOptions theirs;
  fields(one, ours);
  fields(other, theirs);
  const auto mine = unpack_items(one);
  const auto his = unpack_items(other);
  if (!one.ok() || !other.ok()) return {};
  if (mine.size() != his.size()) return {};  // the numbers say it
  for (std::size_t i = 0; i < mine.size(); ++i) {
    if (mine[i].key == his[i].key && mine[i].ref == his[i].ref) continue;
    return "message " + std::to_string(i + 1) + " of the list is " + key_text(mine[i].key) + ", recorded was " +
           key_text(his[i].key);
  }
  return "the lists are alike, how they are asked for is not";
}

}  // namespace mapisync::trace
