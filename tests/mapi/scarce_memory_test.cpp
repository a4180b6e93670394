// MAPI's allocators fail, at the first call, the second and so on: our objects answer MAPI_E_NOT_ENOUGH_MEMORY, hand
// out nothing half made, leak nothing, and go on.
#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "tests/mapi/collector_world.h"
#include "tests/mapi/shim_world.h"

namespace mapisync::mapi {
namespace {

constexpr int kPlenty = 1 << 20;
int allowed = kPlenty;
bool reached = false;

bool refuse() {
  if (allowed-- > 0) return false;
  reached = true;
  return true;
}
SCODE MAPISYNC_STDCALL allocate(ULONG size, void** buffer) {
  return refuse() ? hr::kOutOfMemory : fake_mapi_allocate(size, buffer);
}
SCODE MAPISYNC_STDCALL allocate_more(ULONG size, void* root, void** buffer) {
  return refuse() ? hr::kOutOfMemory : fake_mapi_allocate_more(size, root, buffer);
}

class ScarceMemory : public CollectorWorld {
 protected:
  MapiMemory memory() override { return {&allocate, &allocate_more, &fake_mapi_free}; }
  void TearDown() override {
    allowed = kPlenty;
    CollectorWorld::TearDown();
  }

  /// `made`: what a call handed out.
  template <class T>
  static void expect(HRESULT code, const T& made) {
    EXPECT_TRUE(succeeded(code) || code == hr::kOutOfMemory) << code;
    EXPECT_EQ(static_cast<bool>(made), succeeded(code));
  }
  /// Calls `body` with 0, 1, 2... allocations allowed, until it needs no more; says how many it needed.
  static int with_ever_more(const std::function<void()>& body) {
    for (int i = 0;; ++i) {
      allowed = i;
      reached = false;
      body();
      allowed = kPlenty;
      if (!reached) return i;
    }
  }
  ComPtr<IMessage> message_with_parts() {
    auto message = begin("m");
    EXPECT_EQ(set_subject(*message.get(), u"subject"), hr::kOk);
    ComPtr<IAttach> attachment;
    EXPECT_EQ(message->CreateAttach(nullptr, 0, nullptr, attachment.put()), hr::kOk);
    EXPECT_EQ(attachment->SaveChanges(0), hr::kOk);
    SPropValue to[] = {number(pr::kRecipientType, 1)};
    ADRLIST list{1, {{0, 1, to}}};
    EXPECT_EQ(message->ModifyRecipients(0, &list), hr::kOk);
    return message;
  }
};

TEST_F(ScarceMemory, AMessageShowsItsPropertiesWholeOrNotAtAll) {
  auto message = message_with_parts();
  EXPECT_GT(with_ever_more([&] {
              ULONG count = 0;
              MapiBuffer<SPropValue> values(runtime_->memory);
              expect(message->GetProps(nullptr, 0, &count, values.put()), values);
              MapiBuffer<SPropTagArray> tags(runtime_->memory);
              expect(message->GetPropList(0, tags.put()), tags);
            }),
            3);
  EXPECT_EQ(message->SaveChanges(0), hr::kOk);
}

TEST_F(ScarceMemory, ATableShowsItsRowsWholeOrNotAtAll) {
  auto message = message_with_parts();
  for (const bool people : {true, false}) {
    ComPtr<IMAPITable> table;
    ASSERT_EQ(people ? message->GetRecipientTable(0, table.put()) : message->GetAttachmentTable(0, table.put()),
              hr::kOk);
    EXPECT_GT(with_ever_more([&] {
                EXPECT_EQ(table->SeekRow(flag::kBeginning, 0, nullptr), hr::kOk);
                MapiRows rows(runtime_->memory);
                expect(table->QueryRows(10, 0, rows.put()), rows);
                EXPECT_LE(rows.size(), 1U);
                MapiBuffer<SPropTagArray> columns(runtime_->memory);
                expect(table->QueryColumns(0, columns.put()), columns);
              }),
              2);
  }
  EXPECT_EQ(message->SaveChanges(0), hr::kOk);
}

TEST_F(ScarceMemory, NamesComeWholeOrNotAtAll) {
  mapi_test::ShimWorld world;
  auto folder = world.open_folder();
  PropertyName name;
  name.id = std::string("Reminder");
  const std::uint16_t id = world.box().named_property_id(name).value();
  NameMap names(runtime_, ComPtr<IMAPIProp>::share(folder.get()));
  ASSERT_TRUE(names.learn({&id, 1}));
  ULONG asked[] = {1, static_cast<ULONG>(id) << 16U};
  GUID set{};
  std::u16string text = u"Reminder";
  MAPINAMEID by_text{&set, flag::kNamedByString, {}};
  by_text.Kind.lpwstrName = text.data();
  MAPINAMEID* by_name = &by_text;
  EXPECT_GT(with_ever_more([&] {
              auto* tags = reinterpret_cast<SPropTagArray*>(asked);
              ULONG count = 0;
              MapiBuffer<MAPINAMEID*> found(runtime_->memory);
              expect(names.get_names_from_ids(&tags, nullptr, 0, &count, found.put()), found);
              MapiBuffer<SPropTagArray> ids(runtime_->memory);
              expect(names.get_ids_from_names(1, &by_name, 0, ids.put()), ids);
            }),
            3);
}

}  // namespace
}  // namespace mapisync::mapi
