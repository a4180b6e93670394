// Names and numbers of named properties: the mailbox's own, and ours where it has none.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "providers/mapi/name_map.h"
#include "tests/mapi/mapi_way.h"
#include "tests/mapi/shim_world.h"

namespace mapisync::mapi {
namespace {

PropertyName named(std::variant<std::uint32_t, std::string> id) {
  PropertyName name;
  name.set.fill(0x42);
  name.id = std::move(id);
  return name;
}

class Names : public testing::Test {
 protected:
  void TearDown() override { EXPECT_EQ(fake_mapi_live_buffers(), buffers_); }
  std::uint16_t known(const PropertyName& name) { return world_.box().named_property_id(name).value(); }
  std::uint16_t id_of_name(const PropertyName& name, bool create) {
    return names_.ids_of({&name, 1}, create).value().at(0);
  }

  std::int64_t buffers_ = fake_mapi_live_buffers();
  mapi_test::ShimWorld world_;
  Runtime runtime_ = std::make_shared<MapiRuntime>(mapi_test::fake_memory());
  ComPtr<IMAPIContainer> folder_ = world_.open_folder();
  NameMap names_{runtime_, ComPtr<IMAPIProp>::share(folder_.get())};
};

TEST_F(Names, TheMailboxHasNumbersOfItsOwn) {
  for (const PropertyName& name : {named(std::uint32_t{0x8501}), named(std::string("Reminder"))}) {
    const std::uint16_t id = known(name);
    EXPECT_EQ(id_of_name(name, false), id);
    EXPECT_EQ(id_of_name(name, true), id);
    NameMap other(runtime_, ComPtr<IMAPIProp>::share(folder_.get()));
    ASSERT_TRUE(other.learn({&id, 1}));
    EXPECT_EQ(other.name_of(id), name);
  }
}

TEST_F(Names, ANameThatTheMailboxLacksGetsANumberOfOursIfAnyIsWanted) {
  const PropertyName taken = named(std::string("taken")), one = named(std::string("one")),
                     two = named(std::uint32_t{2});
  const std::uint16_t number = known(taken);
  EXPECT_EQ(id_of_name(one, false), 0);
  const std::uint16_t first = id_of_name(one, true), second = id_of_name(two, true);  // the fake traps a real creation
  EXPECT_GE(first, kFirstNamedId);
  EXPECT_NE(first, number);
  EXPECT_NE(first, second);
  EXPECT_EQ(id_of_name(one, true), first);
  EXPECT_EQ(names_.name_of(first), one);
}

TEST_F(Names, AnIdWithoutNameStaysWithout) {
  const std::uint16_t ids[] = {0x0037, 0x9999};
  ASSERT_TRUE(names_.learn(ids));
  EXPECT_FALSE(names_.name_of(0x0037));
  EXPECT_FALSE(names_.name_of(0x9999));
}

TEST_F(Names, ObjectsOfOursAnswerByNumber) {
  const PropertyName text = named(std::string("R\xC3\xBC"
                                              "ckruf")),
                     number = named(std::uint32_t{0x8501});
  ULONG asked[] = {3, static_cast<ULONG>(known(text)) << 16U, static_cast<ULONG>(known(number)) << 16U, pr::kSubject};
  auto* tags = reinterpret_cast<SPropTagArray*>(asked);
  ULONG count = 0;
  MapiBuffer<MAPINAMEID*> found(runtime_->memory);
  EXPECT_EQ(names_.get_names_from_ids(&tags, nullptr, 0, &count, found.put()), hr::kErrorsReturned);
  ASSERT_EQ(count, 3U);
  EXPECT_EQ(read_name(found.get()[0]), text);
  EXPECT_EQ(read_name(found.get()[1]), number);
  EXPECT_EQ(found.get()[2], nullptr);
  EXPECT_EQ(names_.get_names_from_ids(&tags, nullptr, flag::kNoStrings, &count, found.put()), hr::kErrorsReturned);
  EXPECT_EQ(found.get()[0], nullptr);
  EXPECT_NE(found.get()[1], nullptr);
  const GUID other{};
  EXPECT_EQ(names_.get_names_from_ids(&tags, &other, 0, &count, found.put()), hr::kErrorsReturned);
  EXPECT_EQ(found.get()[1], nullptr);
  SPropTagArray* all = nullptr;
  EXPECT_EQ(names_.get_names_from_ids(&all, nullptr, 0, &count, found.put()), hr::kNoSupport);
  EXPECT_FALSE(found);
}

TEST_F(Names, ObjectsOfOursAnswerByName) {
  GUID set = guid_of(named(std::uint32_t{0}).set);
  std::u16string text = u"Reminder";
  MAPINAMEID by_text{&set, flag::kNamedByString, {}}, by_number{&set, flag::kNamedById, {7}};
  by_text.Kind.lpwstrName = text.data();
  MAPINAMEID* asked[] = {&by_text, &by_number};
  const std::uint16_t id = known(named(std::string("Reminder")));
  MapiBuffer<SPropTagArray> tags(runtime_->memory);
  EXPECT_EQ(names_.get_ids_from_names(2, asked, 0, tags.put()), hr::kErrorsReturned);
  ASSERT_EQ(tags->cValues, 2U);
  const auto* words = static_cast<const ULONG*>(tags->aulPropTag);
  EXPECT_EQ(words[0], static_cast<ULONG>(id) << 16U);
  EXPECT_EQ(words[1], pt::kError);
  EXPECT_EQ(names_.get_ids_from_names(2, asked, flag::kCreate, tags.put()), hr::kOk);
}

TEST_F(Names, ANameThatIsNoneIsRefused) {
  GUID set{};
  std::u16string endless(limits::kNameUnitsMax + 10, u'x');
  MAPINAMEID long_text{&set, flag::kNamedByString, {}}, no_set{nullptr, flag::kNamedById, {7}},
      no_text{&set, flag::kNamedByString, {}}, no_kind{&set, 9, {7}};
  long_text.Kind.lpwstrName = endless.data();
  no_text.Kind.lpwstrName = nullptr;
  for (MAPINAMEID* name : {&long_text, &no_set, &no_text, &no_kind, static_cast<MAPINAMEID*>(nullptr)}) {
    MapiBuffer<SPropTagArray> tags(runtime_->memory);
    EXPECT_EQ(names_.get_ids_from_names(1, &name, 0, tags.put()), hr::kInvalidArgument);
    EXPECT_FALSE(tags);
  }
  MapiBuffer<SPropTagArray> tags(runtime_->memory);
  EXPECT_EQ(names_.get_ids_from_names(limits::kNamesMax + 1, nullptr, 0, tags.put()), hr::kInvalidArgument);
  EXPECT_EQ(names_.get_ids_from_names(0, nullptr, 0, nullptr), hr::kInvalidArgument);
}

}  // namespace
}  // namespace mapisync::mapi
