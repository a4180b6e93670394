/* IMAPIContainer, and the IMessage that a probe opens. */
#include <string.h>

#include "tests/mapi/fake/codes.h"
#include "tests/mapi/fake/exporter.h"
#include "tests/mapi/fake/manners.h"
#include "tests/mapi/fake/memory.h"
#include "tests/mapi/fake/table.h"
#include "tests/mapi/fake/value.h"

typedef struct Message {
  FmObject object;
  uint8_t key[256];
  uint32_t key_size;
} Message;

static int32_t message_query(Message* message, const void* iid, void** out) {
  if (fm_same(iid, kIidUnknown) || fm_same(iid, kIidProp) || fm_same(iid, kIidMessage))
    return fm_answer(&message->object, out);
  *out = NULL;
  return kNoInterface;
}
static uint32_t message_release(Message* message) {
  const uint32_t left = --message->object.references;
  if (left == 0) fm_end_object(&message->object);
  return left;
}
static int32_t message_get_props(Message* message, const uint8_t* tags, uint32_t flags, uint32_t* count, void** out) {
  (void)flags;
  const ShimItem item = {0, 0, message->key, message->key_size};
  const ShimProperty key = {0x65E00102, 1, &item};
  const ShimList list = {1, &key};
  int all = 1;
  *count = fm_u32_at(tags, 0);
  *out = fm_put_columns((const uint32_t*)(const void*)(tags + 4), *count, &list, &all);
  return all ? kOk : kErrorsReturned;
}

static void* new_message(ShimFolder* folder, const uint8_t* key, uint32_t key_size) {
  static Slot slots[kSlotsMax];
  fm_trap(slots);
  slots[0] = (Slot)message_query;
  slots[1] = (Slot)fm_add_reference;
  slots[2] = (Slot)message_release;
  slots[3] = (Slot)fm_get_last_error;
  slots[5] = (Slot)message_get_props;
  Message* message = fm_new_object(sizeof(Message), slots, folder);
  memcpy(message->key, key, key_size);
  message->key_size = key_size;
  return message;
}

static int32_t folder_query(FmObject* folder, const void* iid, void** out) {
  if (fm_same(iid, kIidUnknown) || fm_same(iid, kIidProp) || fm_same(iid, kIidContainer)) return fm_answer(folder, out);
  *out = NULL;
  return kNoInterface;
}
static uint32_t folder_release(FmObject* folder) {
  const uint32_t left = --folder->references;
  if (left == 0) fm_end_object(folder);
  return left;
}
static int32_t folder_get_props(FmObject* folder, const uint8_t* tags, uint32_t flags, uint32_t* count, void** out) {
  (void)flags;
  const ShimList* counters = NULL;
  const int32_t code = shim_counters(folder->folder, &counters);
  if (code != 0) return code;
  int all = 1;
  *count = fm_u32_at(tags, 0);
  *out = fm_put_columns((const uint32_t*)(const void*)(tags + 4), *count, counters, &all);
  if (fm_lies(kFakeMapiOneValueLess)) --*count;
  return all ? kOk : kErrorsReturned;
}
static int32_t folder_open_property(FmObject* folder, uint32_t tag, const void* iid, uint32_t options, uint32_t flags,
                                    void** out) {
  *out = NULL;
  if (fm_lies(kFakeMapiNoObject)) return kOk;
  if (tag != 0x662D000D || options != 0 || flags != 0) return kNotFound;
  if (!fm_same(iid, kIidExport)) return kNoInterface;
  ShimExporter* shim = NULL;
  const int32_t code = shim_open_exporter(folder->folder, &shim);
  if (code != 0) return code;
  *out = fm_new_exporter(folder->folder, shim);
  return kOk;
}
static int32_t folder_get_names(FmObject* folder, uint32_t** tags, const void* set, uint32_t flags, uint32_t* count,
                                void*** names) {
  if (tags == NULL || *tags == NULL || set != NULL || flags != 0) return kNoSupport;
  const uint32_t asked = (*tags)[0];
  void* root = NULL;
  if (fake_mapi_allocate(asked * 8 + 8, &root) != kOk) return kNoMemory;
  void** out = root;
  int all = 1;
  for (uint32_t i = 0; i < asked; ++i) {
    ShimName name;
    out[i] = NULL;
    if (shim_name_of(folder->folder, (uint16_t)((*tags)[1 + i] >> 16), &name) != 0) {
      all = 0;
      continue;
    }
    FmNameId* id = fm_take(sizeof(FmNameId), root);
    id->set = fm_copy(name.set, 16, root);
    id->kind = name.is_text;
    if (name.is_text)
      id->name.text = fm_wide((const uint8_t*)name.text, (uint32_t)strlen(name.text), root, NULL);
    else
      id->name.number = (int32_t)name.number;
    out[i] = id;
  }
  *count = asked - (fm_lies(kFakeMapiOneValueLess) ? 1 : 0);
  *names = out;
  return all ? kOk : kErrorsReturned;
}
static int32_t folder_get_ids(FmObject* folder, uint32_t count, FmNameId** names, uint32_t flags, uint32_t** tags) {
  if (flags != 0) fm_die("a read-only run makes named properties", flags);
  void* root = NULL;
  if (fake_mapi_allocate((count + 1) * 4, &root) != kOk) return kNoMemory;
  uint32_t* out = root;
  out[0] = count;
  int all = 1;
  for (uint32_t i = 0; i < count; ++i) {
    ShimName name;
    memset(&name, 0, sizeof(name));
    memcpy(name.set, names[i]->set, 16);
    name.is_text = names[i]->kind;
    if (name.is_text) {
      for (uint32_t k = 0; names[i]->name.text[k] != 0 && k < 255; ++k) name.text[k] = (char)names[i]->name.text[k];
    } else {
      name.number = (uint32_t)names[i]->name.number;
    }
    uint16_t id = 0;
    const int known = shim_id_of(folder->folder, &name, &id) == 0;
    out[1 + i] = known ? (uint32_t)id << 16 : (uint32_t)kPtError;
    all = all && known;
  }
  if (fm_lies(kFakeMapiOneValueLess)) --out[0];
  *tags = out;
  return all ? kOk : kErrorsReturned;
}
static int32_t folder_get_contents_table(FmObject* folder, uint32_t flags, void** out) {
  *out = NULL;
  if (fm_lies(kFakeMapiNoObject)) return kOk;
  if ((flags & ~0x40U) != 0x80000000U) fm_die("a table that is not Unicode", flags);
  ShimTable* shim = NULL;
  const int32_t code = shim_open_table(folder->folder, (flags & 0x40) != 0, &shim);
  if (code != 0) return code;
  *out = fm_new_table(folder->folder, shim);
  return kOk;
}
static int32_t folder_open_entry(FmObject* folder, uint32_t size, const uint8_t* id, const void* iid, uint32_t flags,
                                 uint32_t* type, void** out) {
  *out = NULL;
  if (fm_lies(kFakeMapiNoObject)) return kOk;
  if (flags != 0) fm_die("a message opened for writing", flags);
  if (!fm_same(iid, kIidMessage)) return kNoInterface;
  uint8_t key[256];
  uint32_t key_size = 0;
  const int32_t code = shim_find(folder->folder, id, size, key, &key_size);
  if (code != 0) return code;
  *type = 5; /* MAPI_MESSAGE */
  *out = new_message(folder->folder, key, key_size);
  return kOk;
}

void* fake_mapi_open_folder(ShimFolder* shim) {
  static Slot slots[kSlotsMax];
  fm_trap(slots);
  slots[0] = (Slot)folder_query;
  slots[1] = (Slot)fm_add_reference;
  slots[2] = (Slot)folder_release;
  slots[3] = (Slot)fm_get_last_error;
  slots[5] = (Slot)folder_get_props;
  slots[7] = (Slot)folder_open_property;
  slots[12] = (Slot)folder_get_names;
  slots[13] = (Slot)folder_get_ids;
  slots[14] = (Slot)folder_get_contents_table;
  slots[16] = (Slot)folder_open_entry;
  return fm_new_object(sizeof(FmObject), slots, shim);
}
