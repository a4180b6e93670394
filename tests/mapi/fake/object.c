#include "tests/mapi/fake/object.h"

#include <stdlib.h>
#include <string.h>

#include "tests/mapi/fake/codes.h"
#include "tests/mapi/fake/memory.h"

const uint8_t kIidUnknown[16] = {0, 0, 0, 0, 0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0x46};
const uint8_t kIidStream[16] = {0x0C, 0, 0, 0, 0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0x46};
const uint8_t kIidTable[16] = {0x01, 0x03, 0x02, 0, 0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0x46};
const uint8_t kIidProp[16] = {0x03, 0x03, 0x02, 0, 0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0x46};
const uint8_t kIidMessage[16] = {0x07, 0x03, 0x02, 0, 0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0x46};
const uint8_t kIidContainer[16] = {0x0B, 0x03, 0x02, 0, 0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0x46};
const uint8_t kIidExport[16] = {0xC0, 0x9C, 0xEA, 0xA3, 0xB2, 0xD1, 0xCD, 0x11,
                                0x80, 0xFC, 0x00, 0xAA, 0x00, 0x4B, 0xBA, 0x0B};
const uint8_t kIidExport2[16] = {0xE0, 0xEB, 0x7C, 0x38, 0x3F, 0xF5, 0xCF, 0x11,
                                 0xA4, 0x8F, 0x00, 0xC0, 0x4F, 0xD6, 0x55, 0x95};
const uint8_t kIidExport3[16] = {0x86, 0x7F, 0x2E, 0x70, 0xA6, 0x50, 0xD1, 0x11,
                                 0xAB, 0xD6, 0x00, 0xA0, 0xC9, 0x05, 0x66, 0x0A};
const uint8_t kIidImportContents[16] = {0xA0, 0xBF, 0x5A, 0xF7, 0xE0, 0xD0, 0xCD, 0x11,
                                        0x80, 0xFC, 0x00, 0xAA, 0x00, 0x4B, 0xBA, 0x0B};

static int64_t live_objects;
int64_t fake_mapi_live_objects(void) { return live_objects; }

/* clang-format off */
#define TRAP(number) static void trap_##number(void) { fm_die("nobody should call this slot", number); }
TRAP(0) TRAP(1) TRAP(2) TRAP(3) TRAP(4) TRAP(5) TRAP(6) TRAP(7) TRAP(8) TRAP(9)
TRAP(10) TRAP(11) TRAP(12) TRAP(13) TRAP(14) TRAP(15) TRAP(16) TRAP(17) TRAP(18) TRAP(19)
TRAP(20) TRAP(21) TRAP(22) TRAP(23) TRAP(24) TRAP(25) TRAP(26) TRAP(27) TRAP(28) TRAP(29)
TRAP(30) TRAP(31) TRAP(32) TRAP(33) TRAP(34) TRAP(35) TRAP(36) TRAP(37) TRAP(38) TRAP(39)
static const Slot kTraps[kSlotsMax] = {
  trap_0, trap_1, trap_2, trap_3, trap_4, trap_5, trap_6, trap_7, trap_8, trap_9,
  trap_10, trap_11, trap_12, trap_13, trap_14, trap_15, trap_16, trap_17, trap_18, trap_19,
  trap_20, trap_21, trap_22, trap_23, trap_24, trap_25, trap_26, trap_27, trap_28, trap_29,
  trap_30, trap_31, trap_32, trap_33, trap_34, trap_35, trap_36, trap_37, trap_38, trap_39,
};
/* clang-format on */
void fm_trap(Slot* slots) { memcpy(slots, kTraps, sizeof(kTraps)); }

int32_t fm_query(void* object, const uint8_t* iid, void** out) {
  return ((int32_t(*)(void*, const void*, void**))SLOT(object, 0))(object, iid, out);
}
void fm_release(void* object) {
  if (object != NULL) ((uint32_t(*)(void*))SLOT(object, 2))(object);
}

uint32_t fm_add_reference(FmObject* object) { return ++object->references; }
int fm_same(const void* iid, const uint8_t* other) { return memcmp(iid, other, 16) == 0; }

void* fm_new_object(size_t size, const Slot* vtable, ShimFolder* folder) {
  FmObject* object = calloc(1, size);
  if (object == NULL) fm_die("out of memory", 0);
  object->vtable = vtable;
  object->references = 1;
  object->folder = folder;
  ++live_objects;
  return object;
}
void fm_end_object(FmObject* object) {
  --live_objects;
  free(object);
}
int32_t fm_answer(FmObject* object, void** out) {
  fm_add_reference(object);
  *out = object;
  return kOk;
}

/* Slot 3 of nearly everything. MAPIERROR: version 0, texts 8 and 16, low level 24, context 28. */
int32_t fm_get_last_error(FmObject* object, int32_t code, uint32_t flags, void** error) {
  (void)object;
  (void)code;
  if (flags != 0x80000000U) fm_die("GetLastError without MAPI_UNICODE", flags);
  void* out = NULL;
  if (fake_mapi_allocate(32, &out) != kOk) return kNoMemory;
  memset(out, 0, 32);
  const uint32_t low = 0x480;
  memcpy((uint8_t*)out + 24, &low, 4);
  *error = out;
  return kOk;
}
