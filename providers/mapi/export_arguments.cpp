#include "providers/mapi/export_arguments.h"

#include <algorithm>

#include "providers/mapi/mapi_constants.h"

namespace mapisync::mapi {
namespace {

// MAPI takes what it only reads as pointers to what it could write.
BYTE* bytes_of(const Bytes& bytes) { return reinterpret_cast<BYTE*>(const_cast<char*>(bytes.data())); }

std::vector<ULONG> words_of(std::span<const PropertyTag> tags) {
  std::vector<ULONG> words{static_cast<ULONG>(tags.size())};
  words.insert(words.end(), tags.begin(), tags.end());
  return words;
}

}  // namespace

SRestriction source_key_term(ULONG relation, const SourceKey& key, SPropValue& value) noexcept {
  value = SPropValue{};
  value.ulPropTag = pr::kSourceKey;
  value.Value.bin = {static_cast<ULONG>(key.bytes().size()), bytes_of(key.bytes())};
  SRestriction term{};
  term.rt = flag::kRestrictProperty;
  term.res.resProperty = {relation, pr::kSourceKey, &value};
  return term;
}

void ExportArguments::set_properties(const ConfigOptions& options) {
  include_.clear();
  exclude_.clear();
  if (!options.include.empty()) {
    include_ = words_of(options.include);
  } else if ((options.flags & sync_flag::kOnlySpecifiedProps) == 0) {
    // In addition to what comes anyhow: which entry id belongs to which source key, and how large it is.
    constexpr PropertyTag kDefault[] = {pr::kEntryId, pr::kMessageSize};
    include_ = words_of(kDefault);
  }
  if (!options.exclude.empty()) exclude_ = words_of(options.exclude);
}

void ExportArguments::set_excluded(std::span<const SourceKey> excluded) {
  keys_.clear();
  for (const SourceKey& key : excluded) keys_.push_back(key.bytes());
  values_.assign(keys_.size(), SPropValue{});
  terms_.clear();
  for (std::size_t i = 0; i < keys_.size(); ++i) {
    terms_.push_back(source_key_term(flag::kRelopNotEqual, excluded[i], values_[i]));
    values_[i].Value.bin.lpb = bytes_of(keys_[i]);  // our copy
  }
  restriction_ = SRestriction{};
  restriction_.rt = flag::kRestrictAnd;
  restriction_.res.resAnd = {static_cast<ULONG>(terms_.size()), terms_.data()};
}

Result<void> ExportArguments::set_items(std::span<const SelectiveItem> items, IdForm form) {
  if (form == IdForm::unknown) {
    const bool all = std::all_of(items.begin(), items.end(), [](const SelectiveItem& i) { return !i.ref.empty(); });
    form = all ? IdForm::entry_id : IdForm::source_key;
  }
  ids_.clear();
  ids_.reserve(items.size());
  binaries_.clear();
  for (const SelectiveItem& item : items) {
    ids_.push_back(form == IdForm::entry_id ? item.ref.bytes() : item.key.bytes());
    if (ids_.back().empty()) {
      return fail(Errc::invalid_entry_id, Scope::batch, Retry::never, "selective list: a message without such an id");
    }
  }
  for (const Bytes& id : ids_) binaries_.push_back({static_cast<ULONG>(id.size()), bytes_of(id)});
  list_ = {static_cast<ULONG>(binaries_.size()), binaries_.data()};
  return success();
}

}  // namespace mapisync::mapi
