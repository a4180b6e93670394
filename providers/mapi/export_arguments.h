// The lists that Config and ConfigForSelectiveSync are given, as MAPI wants them to lie in memory. They stay where they
// are, unchanged, as long as this object lives. Not movable: they point into each other.
#pragma once

#include <span>
#include <vector>

#include "engine/ports/exporter.h"
#include "providers/mapi/abi_types.h"

namespace mapisync::mapi {

class ExportArguments {
 public:
  ExportArguments() = default;
  ExportArguments(const ExportArguments&) = delete;
  ExportArguments& operator=(const ExportArguments&) = delete;

  void set_properties(const ConfigOptions& options);
  /// Everything but these source keys.
  void set_excluded(std::span<const SourceKey> excluded);
  /// Fails with Errc::invalid_entry_id where an item lacks the id that the form asks for.
  Result<void> set_items(std::span<const SelectiveItem> items, IdForm form);

  // Null where nothing was asked for.
  SRestriction* restriction() noexcept { return terms_.empty() ? nullptr : &restriction_; }
  SPropTagArray* include() noexcept { return as_tags(include_); }
  SPropTagArray* exclude() noexcept { return as_tags(exclude_); }
  ENTRYLIST* items() noexcept { return &list_; }

 private:
  static SPropTagArray* as_tags(std::vector<ULONG>& words) noexcept {
    return words.empty() ? nullptr : reinterpret_cast<SPropTagArray*>(words.data());
  }

  std::vector<ULONG> include_, exclude_;  // count, then tags
  std::vector<Bytes> keys_;
  std::vector<SBinary> binaries_;
  std::vector<SPropValue> values_;
  std::vector<SRestriction> terms_;
  SRestriction restriction_{};
  std::vector<Bytes> ids_;
  ENTRYLIST list_{};
};

/// What a row must be to be this message: PR_SOURCE_KEY equals. `value` and `key` are borrowed.
SRestriction source_key_term(ULONG relation, const SourceKey& key, SPropValue& value) noexcept;

}  // namespace mapisync::mapi
