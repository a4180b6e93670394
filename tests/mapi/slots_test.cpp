// The slots of the interfaces as this compiler lays them out, against the table that check_vtables.py uses for the
// Microsoft ABI. (The fake MAPI in C has the numbers a third time.)
#include <gtest/gtest.h>

#include <cstring>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>

#include "providers/mapi/com_interfaces.h"

namespace mapisync::mapi {
namespace {

// A pointer to a virtual method is, in the ABI of Linux and of MinGW-w64 alike, one more than its offset in the vtable.
template <class Method>
std::size_t slot_of(Method method) {
  std::size_t offset = 0;
  static_assert(sizeof(method) >= sizeof(offset));
  std::memcpy(&offset, &method, sizeof(offset));
  return (offset - 1) / sizeof(void*);
}

std::map<std::string, std::size_t> table() {
  std::ifstream file(MAPISYNC_SLOT_TABLE);
  std::map<std::string, std::size_t> out;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] == '#') continue;
    std::istringstream words(line);
    std::string interface, method;
    std::size_t slot = 0;
    words >> interface >> slot >> method;
    out[interface + "::" + method] = slot;
  }
  return out;
}

#define SLOT(interface, method) \
  { #interface "::" #method, slot_of(&interface::method) }

TEST(Slots, AreThoseOfTheTable) {
  const std::map<std::string, std::size_t> here = {
      SLOT(IUnknown, QueryInterface),
      SLOT(IUnknown, AddRef),
      SLOT(IUnknown, Release),
      SLOT(ISequentialStream, Read),
      SLOT(ISequentialStream, Write),
      SLOT(IStream, Seek),
      SLOT(IStream, SetSize),
      SLOT(IStream, CopyTo),
      SLOT(IStream, Commit),
      SLOT(IStream, Revert),
      SLOT(IStream, LockRegion),
      SLOT(IStream, UnlockRegion),
      SLOT(IStream, Stat),
      SLOT(IStream, Clone),
      SLOT(IMAPITable, GetLastError),
      SLOT(IMAPITable, Advise),
      SLOT(IMAPITable, Unadvise),
      SLOT(IMAPITable, GetStatus),
      SLOT(IMAPITable, SetColumns),
      SLOT(IMAPITable, QueryColumns),
      SLOT(IMAPITable, GetRowCount),
      SLOT(IMAPITable, SeekRow),
      SLOT(IMAPITable, SeekRowApprox),
      SLOT(IMAPITable, QueryPosition),
      SLOT(IMAPITable, FindRow),
      SLOT(IMAPITable, Restrict),
      SLOT(IMAPITable, CreateBookmark),
      SLOT(IMAPITable, FreeBookmark),
      SLOT(IMAPITable, SortTable),
      SLOT(IMAPITable, QuerySortOrder),
      SLOT(IMAPITable, QueryRows),
      SLOT(IMAPITable, Abort),
      SLOT(IMAPITable, ExpandRow),
      SLOT(IMAPITable, CollapseRow),
      SLOT(IMAPITable, WaitForCompletion),
      SLOT(IMAPITable, GetCollapseState),
      SLOT(IMAPITable, SetCollapseState),
      SLOT(IMAPIProp, GetLastError),
      SLOT(IMAPIProp, SaveChanges),
      SLOT(IMAPIProp, GetProps),
      SLOT(IMAPIProp, GetPropList),
      SLOT(IMAPIProp, OpenProperty),
      SLOT(IMAPIProp, SetProps),
      SLOT(IMAPIProp, DeleteProps),
      SLOT(IMAPIProp, CopyTo),
      SLOT(IMAPIProp, CopyProps),
      SLOT(IMAPIProp, GetNamesFromIDs),
      SLOT(IMAPIProp, GetIDsFromNames),
      SLOT(IMessage, GetAttachmentTable),
      SLOT(IMessage, OpenAttach),
      SLOT(IMessage, CreateAttach),
      SLOT(IMessage, DeleteAttach),
      SLOT(IMessage, GetRecipientTable),
      SLOT(IMessage, ModifyRecipients),
      SLOT(IMessage, SubmitMessage),
      SLOT(IMessage, SetReadFlag),
      SLOT(IMAPIContainer, GetContentsTable),
      SLOT(IMAPIContainer, GetHierarchyTable),
      SLOT(IMAPIContainer, OpenEntry),
      SLOT(IMAPIContainer, SetSearchCriteria),
      SLOT(IMAPIContainer, GetSearchCriteria),
      SLOT(IExchangeExportChanges, GetLastError),
      SLOT(IExchangeExportChanges, Config),
      SLOT(IExchangeExportChanges, Synchronize),
      SLOT(IExchangeExportChanges, UpdateState),
      SLOT(IExchangeExportChanges2, ConfigForConversionStream),
      SLOT(IExchangeExportChanges3, ConfigForSelectiveSync),
      SLOT(IExchangeImportContentsChanges, GetLastError),
      SLOT(IExchangeImportContentsChanges, Config),
      SLOT(IExchangeImportContentsChanges, UpdateState),
      SLOT(IExchangeImportContentsChanges, ImportMessageChange),
      SLOT(IExchangeImportContentsChanges, ImportMessageDeletion),
      SLOT(IExchangeImportContentsChanges, ImportPerUserReadStateChange),
      SLOT(IExchangeImportContentsChanges, ImportMessageMove),
  };
  EXPECT_EQ(here, table());
}
#undef SLOT

TEST(Slots, InterfacesHaveIdsOfTheirOwn) {
  std::set<std::string> ids;
  std::size_t count = 0;
  const auto add = [&](const IID& id) {
    ids.emplace(reinterpret_cast<const char*>(&id), sizeof(id));
    ++count;
  };
  add(IUnknown::kIid), add(ISequentialStream::kIid), add(IStream::kIid), add(IMAPITable::kIid), add(IMAPIProp::kIid);
  add(IAttach::kIid), add(IMessage::kIid), add(IMAPIContainer::kIid), add(IExchangeExportChanges::kIid);
  add(IExchangeExportChanges2::kIid), add(IExchangeExportChanges3::kIid), add(IExchangeImportContentsChanges::kIid);
  EXPECT_EQ(ids.size(), count);
}

}  // namespace
}  // namespace mapisync::mapi
