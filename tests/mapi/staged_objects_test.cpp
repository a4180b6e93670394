// The collector and the objects it hands out, called as an exporter may call them: in order, out of order, with
// nonsense, and longer than it should.
#include <gtest/gtest.h>

#include "tests/mapi/collector_world.h"

namespace mapisync::mapi {
namespace {

using StagedObjects = CollectorWorld;

TEST_F(StagedObjects, SavedIsWholeAndReleasedUnsavedIsPartial) {
  auto whole = begin("whole");
  EXPECT_EQ(set_subject(*whole.get(), u"one"), hr::kOk);
  EXPECT_EQ(run_->open_messages.size(), 1U);
  EXPECT_EQ(whole->SaveChanges(0), hr::kOk);
  EXPECT_TRUE(run_->open_messages.empty());
  EXPECT_EQ(seen_.messages.size(), 1U);  // the receiver is gone before the reference is
  EXPECT_EQ(whole->SaveChanges(0), hr::kOk);
  EXPECT_EQ(set_subject(*whole.get(), u"too late"), hr::kObjectDeleted);
  whole.reset();
  begin("part").reset();
  EXPECT_EQ(seen_.order, (std::vector<std::string>{"message", "partial"}));
  EXPECT_EQ(text_or_empty(seen_.messages[0].content.properties, pr::kSubject), "one");
  EXPECT_EQ(seen_.messages[0].header.change_key, ChangeKey("change of whole"));
}

TEST_F(StagedObjects, ChildrenMayOutliveTheirParentsAndReachNothing) {
  auto message = begin("m");
  ULONG number = 7;
  ComPtr<IAttach> attachment;
  ASSERT_EQ(message->CreateAttach(nullptr, 0, &number, attachment.put()), hr::kOk);
  EXPECT_EQ(number, 0U);
  ComPtr<IUnknown> opened;
  ASSERT_EQ(
      attachment->OpenProperty(pr::kAttachObject, &IMessage::kIid, 0, flag::kModify | flag::kCreate, opened.put()),
      hr::kOk);
  auto embedded = query<IMessage>(*opened.get());
  opened.reset();
  auto body = stream(*embedded.get(), pr::kBody);
  message.reset();  // the children keep it
  EXPECT_EQ(write(*body.get(), std::string("h\0i\0", 4)), hr::kOk);
  EXPECT_EQ(run_->open_messages.size(), 1U);
  run_->open_messages.back()->detach();
  run_->close();
  EXPECT_EQ(write(*body.get(), "x"), hr::kObjectDeleted);
  EXPECT_EQ(set_subject(*embedded.get(), u"x"), hr::kObjectDeleted);
  EXPECT_EQ(attachment->SaveChanges(0), hr::kObjectDeleted);
  EXPECT_EQ(seen_.order, std::vector<std::string>{"partial"});
}

TEST_F(StagedObjects, AnAttachmentThatWasNotSavedDoesNotStopItsMessage) {
  auto message = begin("m");
  ComPtr<IAttach> attachment;
  ASSERT_EQ(message->CreateAttach(nullptr, 0, nullptr, attachment.put()), hr::kOk);
  auto data = stream(*attachment.get(), pr::kAttachData);
  EXPECT_EQ(message->SaveChanges(0), hr::kOk);
  EXPECT_EQ(write(*data.get(), "late"), hr::kObjectDeleted);
  EXPECT_EQ(seen_.messages.size(), 1U);
}

TEST_F(StagedObjects, AStreamIsAValueWithOrWithoutCommit) {
  auto message = begin("m");
  auto body = stream(*message.get(), pr::kBody);
  EXPECT_EQ(body->SetSize(6), hr::kOk);
  EXPECT_EQ(write(*body.get(), std::string("a\0\xAC", 3)), hr::kOk);  // ends within a unit
  EXPECT_EQ(write(*body.get(), std::string("\x20z\0", 3)), hr::kOk);
  std::uint64_t position = 0;
  EXPECT_EQ(body->Seek(0, flag::kSeekCurrent, &position), hr::kOk);
  EXPECT_EQ(position, 6U);
  EXPECT_EQ(body->Seek(0, flag::kSeekSet, nullptr), hr::kStreamInvalidFunction);
  STATSTG stat{};
  EXPECT_EQ(body->Stat(&stat, flag::kStatNoName), hr::kOk);
  EXPECT_EQ(stat.cbSize, 6U);
  body.reset();
  auto html = stream(*message.get(), pr::kHtml);
  EXPECT_EQ(write(*html.get(), "<p>"), hr::kOk);
  EXPECT_EQ(html->Commit(0), hr::kOk);
  EXPECT_EQ(write(*html.get(), "</p>"), hr::kOk);
  EXPECT_EQ(message->SaveChanges(0), hr::kOk);  // while a stream is open
  EXPECT_EQ(text_or_empty(seen_.messages[0].content.properties, pr::kBody), "a\xE2\x82\xACz");
  EXPECT_EQ(std::get<Binary>(find_property(seen_.messages[0].content.properties, pr::kHtml)->value).bytes, "<p></p>");
}

TEST_F(StagedObjects, AnObjectShowsWhatItWasGiven) {
  auto message = begin("m");
  EXPECT_EQ(set_subject(*message.get(), u"shown"), hr::kOk);
  ULONG wanted[] = {3, pr::kSubject, pr::kSourceKey, pr::kBody};
  ULONG count = 0;
  MapiBuffer<SPropValue> values(runtime_->memory);
  EXPECT_EQ(message->GetProps(reinterpret_cast<SPropTagArray*>(wanted), 0, &count, values.put()), hr::kErrorsReturned);
  ASSERT_EQ(count, 3U);
  EXPECT_EQ(std::u16string(values.get()[0].Value.lpszW), u"shown");
  EXPECT_EQ(values.get()[1].Value.bin.cb, 1U);
  EXPECT_EQ(values.get()[2].ulPropTag, tag_with_type(pr::kBody, pt::kError));
  EXPECT_EQ(values.get()[2].Value.err, hr::kNotFound);
  MapiBuffer<SPropTagArray> tags(runtime_->memory);
  EXPECT_EQ(message->GetPropList(0, tags.put()), hr::kOk);
  EXPECT_EQ(tags->cValues, 3U);
  ULONG gone[] = {2, pr::kSubject, pr::kBody};
  EXPECT_EQ(message->DeleteProps(reinterpret_cast<SPropTagArray*>(gone), nullptr), hr::kOk);
  EXPECT_EQ(message->GetProps(reinterpret_cast<SPropTagArray*>(gone), 0, &count, values.put()), hr::kErrorsReturned);
}

TEST_F(StagedObjects, TablesListAttachmentsAndRecipients) {
  auto message = begin("m");
  for (int i = 0; i < 3; ++i) {
    ComPtr<IAttach> attachment;
    ASSERT_EQ(message->CreateAttach(nullptr, 0, nullptr, attachment.put()), hr::kOk);
    if (i == 1) {
      EXPECT_EQ(message->DeleteAttach(1, 0, nullptr, 0), hr::kOk);
    } else {
      EXPECT_EQ(attachment->SaveChanges(0), hr::kOk);
    }
  }
  SPropValue to[] = {number(pr::kRowId, 40), number(pr::kRecipientType, 1)};
  SPropValue cc[] = {number(pr::kRowId, 41), number(pr::kRecipientType, 2)};
  struct {
    ULONG count{2};
    ADRENTRY entries[2];
  } list;
  list.entries[0] = {0, 2, to};
  list.entries[1] = {0, 2, cc};
  auto* recipients = reinterpret_cast<ADRLIST*>(&list);
  EXPECT_EQ(message->ModifyRecipients(0, recipients), hr::kOk);
  to[0].Value.l = 0;
  list.count = 1;
  EXPECT_EQ(message->ModifyRecipients(flag::kModRecipRemove, recipients), hr::kOk);
  ComPtr<IMAPITable> attachments, people;
  ASSERT_EQ(message->GetAttachmentTable(0, attachments.put()), hr::kOk);
  ASSERT_EQ(message->GetRecipientTable(0, people.put()), hr::kOk);
  {
    MapiRows rows(runtime_->memory);
    ASSERT_EQ(attachments->QueryRows(10, 0, rows.put()), hr::kOk);
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_EQ(rows.at(1).lpProps->Value.l, 2);
  }
  MapiRows rows(runtime_->memory);
  ASSERT_EQ(people->QueryRows(10, 0, rows.put()), hr::kOk);
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows.at(0).lpProps[1].Value.l, 2);
  EXPECT_EQ(message->SaveChanges(0), hr::kOk);
  ASSERT_EQ(seen_.messages[0].content.recipients.size(), 1U);
  EXPECT_EQ(seen_.messages[0].content.recipients[0].properties.size(), 1U);  // without PR_ROWID
}

TEST_F(StagedObjects, WhatAHeaderHasNoPlaceForIsContent) {
  std::string key = "k";
  std::u16string subject = u"told early";
  SPropValue header[] = {binary(pr::kSourceKey, key), number(pr::kMessageSize, 7), number(pr::kMessageFlags, 1),
                         text(pr::kSubject, subject)};
  ComPtr<IMessage> message;
  ASSERT_EQ(collector_->ImportMessageChange(4, header, 0, message.put()), hr::kOk);
  EXPECT_EQ(message->SaveChanges(0), hr::kOk);
  const PropertyList& content = seen_.messages.at(0).content.properties;
  EXPECT_EQ(text_or_empty(content, pr::kSubject), "told early");
  EXPECT_NE(find_property(content, pr::kMessageFlags), nullptr);
  EXPECT_EQ(content.size(), 2U);
  EXPECT_EQ(seen_.messages[0].header.size, 7U);
}

TEST_F(StagedObjects, ADeletedPropertyIsGoneByTheTypeItWasSetWith) {
  auto message = begin("m");
  EXPECT_EQ(set_subject(*message.get(), u"not this"), hr::kOk);
  ULONG tags[] = {2, tag_with_type(pr::kSubject, pt::kUnspecified), pr::kBody};  // the body was never set
  EXPECT_EQ(message->DeleteProps(reinterpret_cast<SPropTagArray*>(tags), nullptr), hr::kOk);
  EXPECT_EQ(message->SaveChanges(0), hr::kOk);
  const PropertyList& content = seen_.messages.at(0).content.properties;
  ASSERT_EQ(content.size(), 2U);
  EXPECT_EQ(content[1].tag, pr::kSubject);  // of two with one tag the last one counts
  EXPECT_TRUE(std::holds_alternative<PropertyError>(content[1].value));
}

TEST_F(StagedObjects, AnAttachmentReleasedUnsavedIsNoLongerListed) {
  auto message = begin("m");
  ComPtr<IAttach> attachment;
  ULONG number = 7;
  ASSERT_EQ(message->CreateAttach(nullptr, 0, &number, attachment.put()), hr::kOk);
  ComPtr<IAttach> again;
  EXPECT_EQ(message->OpenAttach(number, nullptr, 0, again.put()), hr::kOk);
  EXPECT_EQ(again.get(), attachment.get());
  again.reset();
  attachment.reset();
  EXPECT_EQ(message->OpenAttach(number, nullptr, 0, again.put()), hr::kNotFound);
  EXPECT_EQ(message->DeleteAttach(number, 0, nullptr, 0), hr::kNotFound);
  ComPtr<IMAPITable> table;
  ULONG count = 7;
  ASSERT_EQ(message->GetAttachmentTable(0, table.put()), hr::kOk);
  EXPECT_EQ(table->GetRowCount(0, &count), hr::kOk);
  EXPECT_EQ(count, 0U);
  EXPECT_EQ(message->SaveChanges(0), hr::kOk);
}

TEST_F(StagedObjects, AChangeOfARecipientThatIsNotThereIsRefusedAndTheRunKnows) {
  auto message = begin("m");
  SPropValue to[] = {number(pr::kRowId, 40)};
  ADRLIST list{1, {{0, 1, to}}};
  EXPECT_EQ(message->ModifyRecipients(flag::kModRecipModify, &list), hr::kInvalidArgument);
  EXPECT_EQ(run_->failure->errc(), Errc::malformed);
  EXPECT_EQ(message->SaveChanges(0), hr::kCallFailed);
}

TEST_F(StagedObjects, NonsenseIsRefusedAndTheRunKnows) {
  std::string key = "k";
  SPropValue no_key = binary(pr::kChangeKey, key);
  ComPtr<IMessage> message;
  EXPECT_LT(collector_->ImportMessageChange(1, &no_key, 0, message.put()), 0);
  EXPECT_EQ(run_->failure->errc(), Errc::malformed);
  run_->failure.reset();
  EXPECT_LT(collector_->ImportMessageChange(0xFFFFFFFF, &no_key, 0, message.put()), 0);
  EXPECT_EQ(run_->failure->errc(), Errc::too_big);
  run_->failure.reset();
  EXPECT_LT(collector_->ImportMessageDeletion(0, nullptr), 0);
  ENTRYLIST list{5, nullptr};
  EXPECT_LT(collector_->ImportMessageDeletion(0, &list), 0);
  SBinary huge{0xFFFFFFFF, reinterpret_cast<BYTE*>(key.data())};
  list = {1, &huge};
  EXPECT_LT(collector_->ImportMessageDeletion(0, &list), 0);
  EXPECT_LT(collector_->ImportPerUserReadStateChange(3, nullptr), 0);
  EXPECT_EQ(run_->failure->errc(), Errc::malformed);
  run_->failure.reset();
  EXPECT_EQ(collector_->ImportMessageMove(0, nullptr, 0, nullptr, 0, nullptr, 0, nullptr, 0, nullptr), hr::kNoSupport);
  message = begin("m");
  EXPECT_LT(message->SetProps(5, nullptr, nullptr), 0);
  EXPECT_EQ(message->SaveChanges(0), hr::kCallFailed);  // a value was lost: never a whole message
  EXPECT_TRUE(seen_.order.empty());
}

TEST_F(StagedObjects, DeletionsAndReadStatesComeAsTheyWereTold) {
  std::string a = "a", b = "b";
  SBinary keys[] = {{1, reinterpret_cast<BYTE*>(a.data())}, {1, reinterpret_cast<BYTE*>(b.data())}};
  ENTRYLIST list{2, keys};
  EXPECT_EQ(collector_->ImportMessageDeletion(0, &list), hr::kOk);
  EXPECT_EQ(collector_->ImportMessageDeletion(flag::kSoftDelete, &list), hr::kOk);
  READSTATE states[] = {{1, keys[0].lpb, flag::kRead}, {1, keys[1].lpb, 0}};
  EXPECT_EQ(collector_->ImportPerUserReadStateChange(2, states), hr::kOk);
  EXPECT_EQ(seen_.deleted.size(), 2U);
  EXPECT_EQ(seen_.soft_deleted.size(), 2U);
  EXPECT_TRUE(seen_.read.at(SourceKey("a")));
  EXPECT_FALSE(seen_.read.at(SourceKey("b")));
}

TEST_F(StagedObjects, AfterTheRunNothingReachesTheImporter) {
  run_->close();
  std::string key = "k";
  SPropValue header = binary(pr::kSourceKey, key);
  ComPtr<IMessage> message;
  EXPECT_EQ(collector_->ImportMessageChange(1, &header, 0, message.put()), hr::kObjectDeleted);
  ENTRYLIST list{0, nullptr};
  EXPECT_EQ(collector_->ImportMessageDeletion(0, &list), hr::kObjectDeleted);
  EXPECT_TRUE(seen_.order.empty());
}

TEST_F(StagedObjects, InterfacesAreFoundByTheirIdsAndCountReferences) {
  auto message = begin("m");
  EXPECT_TRUE(query<IUnknown>(*message.get()));
  EXPECT_TRUE(query<IMAPIProp>(*message.get()));
  EXPECT_FALSE(query<IStream>(*message.get()));
  void* object = nullptr;
  EXPECT_EQ(message->QueryInterface(nullptr, &object), hr::kInvalidArgument);
  EXPECT_EQ(message->AddRef(), 2U);
  EXPECT_EQ(message->Release(), 1U);
  EXPECT_EQ(message->SubmitMessage(0), hr::kNoSupport);
}

TEST_F(StagedObjects, NoExceptionCrossesCom) {
  ThrowingImporter importer;
  run_->importer = &importer;
  std::string key = "k";
  SPropValue header = binary(pr::kSourceKey, key);
  ComPtr<IMessage> message;
  EXPECT_EQ(collector_->ImportMessageChange(1, &header, 0, message.put()), hr::kCallFailed);
  EXPECT_EQ(run_->failure->errc(), Errc::internal);
}

}  // namespace
}  // namespace mapisync::mapi
