/* What all objects of the fake MAPI are: a table of slots, filled by number, and a count of references. */
#ifndef MAPISYNC_TESTS_MAPI_FAKE_OBJECT_H
#define MAPISYNC_TESTS_MAPI_FAKE_OBJECT_H

#include <stddef.h>
#include <stdint.h>

#include "tests/mapi/fake_mapi.h"

typedef void (*Slot)(void);
enum { kSlotsMax = 40 };

typedef struct FmObject {
  const Slot* vtable;
  uint32_t references;
  ShimFolder* folder;
} FmObject;

/* A slot of an object of the other side. */
#define SLOT(object, number) ((*(Slot**)(object))[number])
int32_t fm_query(void* object, const uint8_t* iid, void** out);
void fm_release(void* object);

/* Every slot ends the program until it is given something better. */
void fm_trap(Slot* slots);
/* With one reference; counted until fm_end_object. `size` includes the FmObject it begins with. */
void* fm_new_object(size_t size, const Slot* vtable, ShimFolder* folder);
void fm_end_object(FmObject* object);
uint32_t fm_add_reference(FmObject* object);
/* QueryInterface that found what was asked for. */
int32_t fm_answer(FmObject* object, void** out);
/* Slot 3 of nearly everything. */
int32_t fm_get_last_error(FmObject* object, int32_t code, uint32_t flags, void** error);

/* Interface ids, as they lie in memory. */
int fm_same(const void* iid, const uint8_t* other);
extern const uint8_t kIidUnknown[16];
extern const uint8_t kIidStream[16];
extern const uint8_t kIidTable[16];
extern const uint8_t kIidProp[16];
extern const uint8_t kIidMessage[16];
extern const uint8_t kIidContainer[16];
extern const uint8_t kIidExport[16];
extern const uint8_t kIidExport2[16];
extern const uint8_t kIidExport3[16];
extern const uint8_t kIidImportContents[16];

#endif
