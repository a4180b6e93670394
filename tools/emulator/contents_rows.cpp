#include "tools/emulator/contents_rows.h"

#include <algorithm>
#include <unordered_map>

#include "tools/emulator/object_properties.h"
#include "tools/emulator/restriction_match.h"

namespace mapisync::emulator {
namespace {

using fake::FakeMailbox;
using fake::MessageRecord;

wire::PropertyRow row_of(const PropertyLookup& lookup, const wire::TagList& columns) {
  wire::PropertyRow row;
  row.reserve(columns.size());
  for (const PropertyTag tag : columns) row.push_back(cell_of(lookup, tag, TableRows::kCellBytesMax, TooLong::cut));
  return row;
}

// As many rows as a sort that the mailbox knows needs no memory for; any other, and any restriction, is worked out
// once.
class ContentsRows : public TableRows {
 public:
  ContentsRows(EmulatedServer& server, fake::FakeFolderId folder, MessageRows which)
      : server_(server), folder_(folder), which_(which) {}

  Result<std::uint64_t> count() override {
    if (!is_listed()) return server_.mailbox().row_count(folder_, which_ == MessageRows::associated);
    MAPISYNC_TRYV(list());
    return std::uint64_t{listed_->size()};
  }

  Result<std::vector<wire::PropertyRow>> rows(const wire::TagList& columns, std::uint64_t position,
                                              std::size_t max) override {
    std::vector<wire::PropertyRow> out;
    if (!is_listed()) {
      MAPISYNC_TRY(messages, page(position, max));
      for (const MessageRecord& message : messages) out.push_back(row_of(properties_of(server_, message), columns));
      return out;
    }
    MAPISYNC_TRYV(list());
    for (std::uint64_t at = position; at < listed_->size() && out.size() < max; ++at) {
      MAPISYNC_TRY(message, server_.mailbox().message_by_mid((*listed_)[at]));
      if (message) out.push_back(row_of(properties_of(server_, *message), columns));
    }
    return out;
  }

  Result<void> sort(const std::vector<wire::SortOrder>& orders) override {
    orders_ = orders;
    forget();
    own_sort_ = false;
    by_ = FakeMailbox::SortBy::delivered;
    if (orders.empty()) return success();
    constexpr std::uint16_t kLocalCommitTime = 0x6709;
    const bool newest = orders.front().descending;
    if (newest && id_of(orders.front().tag) == id_of(pr::kDeliveryTime)) return success();
    if (newest && id_of(orders.front().tag) == kLocalCommitTime) {
      by_ = FakeMailbox::SortBy::committed;
      return success();
    }
    own_sort_ = true;
    return success();
  }

  Result<void> restrict_to(std::optional<wire::Restriction> restriction) override {
    restriction_ = std::move(restriction);
    forget();
    return success();
  }

 private:
  bool is_listed() const { return which_ == MessageRows::softly_deleted || own_sort_ || restriction_; }
  void forget() {
    listed_.reset();
    last_.reset();
  }

  Result<std::vector<MessageRecord>> page(std::uint64_t position, std::size_t max) {
    FakeMailbox& box = server_.mailbox();
    const bool associated = which_ == MessageRows::associated;
    MAPISYNC_TRY(generation, box.generation());
    // Going on from the last row is the same as skipping, and faster, only while nothing has moved.
    const bool goes_on = last_ && generation == generation_ && position == next_;
    auto read = goes_on ? box.page_after(folder_, associated, by_, *last_, max)
                        : box.page(folder_, associated, by_, position, max);
    MAPISYNC_TRY(messages, std::move(read));
    generation_ = generation;
    next_ = position + messages.size();
    if (!messages.empty()) last_ = messages.back();
    return std::move(messages);
  }

  Result<void> list() {
    MAPISYNC_TRY(generation, server_.mailbox().generation());
    if (listed_ && generation == generation_) return success();
    generation_ = generation;
    MAPISYNC_TRY(versions, server_.mailbox().versions(folder_));
    std::vector<std::pair<std::vector<wire::Cell>, std::uint64_t>> keyed;
    for (const FakeMailbox::Version& version : versions) {
      if (version.in_scope == (which_ == MessageRows::softly_deleted)) continue;
      if (version.in_scope && version.associated != (which_ == MessageRows::associated)) continue;
      MAPISYNC_TRY(message, server_.mailbox().message_record(version.id));
      const PropertyLookup lookup = properties_of(server_, message);
      if (restriction_) {
        MAPISYNC_TRY(met, matches(*restriction_, lookup));
        if (!met) continue;
      }
      std::vector<wire::Cell> key;
      for (const wire::SortOrder& order : orders_) {
        key.push_back(cell_of(lookup, order.tag & 0xFFFF0000, kCellBytesMax, TooLong::cut));
      }
      keyed.emplace_back(std::move(key), version.mid);
    }
    std::stable_sort(keyed.begin(), keyed.end(),
                     [this](const auto& a, const auto& b) { return before(a.first, b.first); });
    listed_.emplace();
    for (const auto& [key, mid] : keyed) listed_->push_back(mid);
    return success();
  }

  bool before(const std::vector<wire::Cell>& a, const std::vector<wire::Cell>& b) const {
    for (std::size_t i = 0; i < orders_.size(); ++i) {
      const bool descending = orders_[i].descending;
      if (less(a[i], b[i])) return !descending;
      if (less(b[i], a[i])) return descending;
    }
    return false;
  }

  // What has no value, or one that does not compare, comes first.
  static bool less(const wire::Cell& a, const wire::Cell& b) {
    if (!a.value || !b.value) return !a.value && b.value.has_value();
    const auto lookup = [&](std::uint16_t id) -> std::optional<Property> {
      return Property{0, std::nullopt, id == 0 ? *a.value : *b.value};
    };
    wire::Restriction smaller;
    smaller.type = wire::RestrictionType::compare_properties;
    smaller.relation = wire::RelationalOperator::less;
    smaller.tag = 0;
    smaller.other_tag = 0x10000;
    const Result<bool> met = matches(smaller, lookup);
    return met && met.value();
  }

  EmulatedServer& server_;
  fake::FakeFolderId folder_;
  MessageRows which_;
  FakeMailbox::SortBy by_{FakeMailbox::SortBy::delivered};
  std::vector<wire::SortOrder> orders_;
  bool own_sort_{false};
  std::optional<wire::Restriction> restriction_;
  std::uint64_t generation_{0};
  std::optional<MessageRecord> last_;
  std::uint64_t next_{0};
  std::optional<std::vector<std::uint64_t>> listed_;  // mids
};

class HierarchyRows : public TableRows {
 public:
  HierarchyRows(EmulatedServer& server, fake::FakeFolderId folder, bool deep)
      : server_(server), folder_(folder), deep_(deep) {}

  Result<std::uint64_t> count() override {
    MAPISYNC_TRY(folders, listed());
    return std::uint64_t{folders.size()};
  }

  Result<std::vector<wire::PropertyRow>> rows(const wire::TagList& columns, std::uint64_t position,
                                              std::size_t max) override {
    MAPISYNC_TRY(folders, listed());
    std::vector<wire::PropertyRow> out;
    for (std::uint64_t at = position; at < folders.size() && out.size() < max; ++at) {
      out.push_back(row_of(properties_of(server_, folders[at].first, folders[at].second), columns));
    }
    return out;
  }

  Result<void> sort(const std::vector<wire::SortOrder>& orders) override {
    if (orders.empty()) return success();
    return refusal(rop_code::kNotSupported, "folders are listed parents first");
  }
  Result<void> restrict_to(std::optional<wire::Restriction> restriction) override {
    restriction_ = std::move(restriction);
    return success();
  }

 private:
  Result<std::vector<std::pair<fake::FolderRecord, int>>> listed() {
    MAPISYNC_TRY(folders, server_.mailbox().descendants(folder_));
    std::vector<std::pair<fake::FolderRecord, int>> out;
    std::unordered_map<std::int64_t, int> depths{{static_cast<std::int64_t>(folder_), 0}};
    for (fake::FolderRecord& folder : folders) {
      const int depth = depths[static_cast<std::int64_t>(folder.parent)] + 1;
      depths[static_cast<std::int64_t>(folder.id)] = depth;
      if (!deep_ && depth > 1) continue;
      if (restriction_) {
        MAPISYNC_TRY(met, matches(*restriction_, properties_of(server_, folder, depth)));
        if (!met) continue;
      }
      out.emplace_back(std::move(folder), depth);
    }
    return out;
  }

  EmulatedServer& server_;
  fake::FakeFolderId folder_;
  bool deep_;
  std::optional<wire::Restriction> restriction_;
};

}  // namespace

std::unique_ptr<TableRows> message_rows(EmulatedServer& server, fake::FakeFolderId folder, MessageRows which) {
  return std::make_unique<ContentsRows>(server, folder, which);
}

std::unique_ptr<TableRows> folder_rows(EmulatedServer& server, fake::FakeFolderId folder, bool deep) {
  return std::make_unique<HierarchyRows>(server, folder, deep);
}

}  // namespace mapisync::emulator
